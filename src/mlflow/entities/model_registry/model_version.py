"""`mlflow.entities.model_registry.model_version`: see `millrace.model`."""

# ruff: noqa: F401

from __future__ import annotations

from millrace.model import ModelVersion
