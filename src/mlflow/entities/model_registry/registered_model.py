"""`mlflow.entities.model_registry.registered_model`: see `millrace.model`."""

# ruff: noqa: F401

from __future__ import annotations

from millrace.model import RegisteredModel
