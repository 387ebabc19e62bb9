"""`mlflow.tracking._model_registry`, where other libraries import it from."""

# ruff: noqa: F401

from __future__ import annotations

from mlflow.client.stores import get_registry_uri, set_registry_uri
