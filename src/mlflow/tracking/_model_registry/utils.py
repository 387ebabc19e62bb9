"""`mlflow.tracking._model_registry.utils`, where other libraries import it from."""

# ruff: noqa: F401

from __future__ import annotations

from mlflow.client.stores import get_registry_uri, set_registry_uri
from mlflow.client.stores import registry_store as _get_store
from mlflow.client.stores import registry_uri_for as _resolve_registry_uri
