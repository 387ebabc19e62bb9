"""`mlflow.entities.model_registry.registered_model_alias`: see `millrace.model`."""

# ruff: noqa: F401

from __future__ import annotations

from millrace.model import RegisteredModelAlias
