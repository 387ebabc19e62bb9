"""Deep paths that other libraries import; these are reached as attributes too."""

# ruff: noqa: F401

from __future__ import annotations

from mlflow.classes import full_class_name as _get_fully_qualified_class_name
from mlflow.utils import mlflow_tags, name_utils, validation
