"""`mlflow.utils.class_utils`, where other libraries import it from."""

# ruff: noqa: F401

from __future__ import annotations

from mlflow.classes import class_named as _get_class_from_string
