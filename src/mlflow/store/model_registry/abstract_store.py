"""`mlflow.store.model_registry.abstract_store`, where other libraries import it from."""

# ruff: noqa: F401

from __future__ import annotations

from mlflow.plugins.registry import AbstractStore
