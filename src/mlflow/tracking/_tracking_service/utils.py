"""`mlflow.tracking._tracking_service.utils`, where other libraries import it from."""

# ruff: noqa: F401

from __future__ import annotations

from mlflow.client.stores import get_tracking_uri, is_tracking_uri_set, set_tracking_uri
from mlflow.client.stores import resolve_tracking_uri as _resolve_tracking_uri
from mlflow.client.stores import tracking_store as _get_store
