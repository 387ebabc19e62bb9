"""`mlflow.entities.document`: see `mlflow.tracing.types`."""

# ruff: noqa: F401

from __future__ import annotations

from mlflow.tracing.types import Document
