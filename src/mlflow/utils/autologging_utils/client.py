"""`mlflow.utils.autologging_utils.client`, where other libraries import it from."""

# ruff: noqa: F401

from __future__ import annotations

from mlflow.autologging.queueing import MlflowAutologgingQueueingClient
