"""`mlflow.tracking.request_auth.registry`, where other libraries import it from."""

# ruff: noqa: F401

from __future__ import annotations

from mlflow.context.auth import fetch_auth
