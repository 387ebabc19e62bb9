"""`mlflow.utils.annotations`, where other libraries import it from."""

# ruff: noqa: F401

from __future__ import annotations

from mlflow.environment.asking import experimental
