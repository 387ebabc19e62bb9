"""`mlflow.tracking.context`, where other libraries import it from."""

# ruff: noqa: F401

from __future__ import annotations

from mlflow.tracking.context import registry
