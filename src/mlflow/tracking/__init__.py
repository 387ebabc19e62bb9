"""`mlflow.tracking`, where other libraries import it from."""

# ruff: noqa: F401

from __future__ import annotations

from mlflow.client import MlflowClient
from mlflow.client.stores import (
    get_registry_uri,
    get_tracking_uri,
    is_tracking_uri_set,
    set_registry_uri,
    set_tracking_uri,
)
from mlflow.tracking import _model_registry, artifact_utils, client, context, fluent
from mlflow.tracking._tracking_service.utils import _get_store
