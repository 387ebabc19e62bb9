"""`mlflow.tracking._tracking_service.client`, where other libraries import it from."""

# ruff: noqa: F401

from __future__ import annotations

from mlflow.client import MlflowClient as TrackingServiceClient
