"""`mlflow.tracking._model_registry.fluent`, where other libraries import it from."""

# ruff: noqa: F401

from __future__ import annotations

from mlflow.fluent.registry import (
    register_model,
    search_model_versions,
    search_registered_models,
    set_model_version_tag,
)
