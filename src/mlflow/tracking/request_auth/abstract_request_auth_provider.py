"""`mlflow.tracking.request_auth.abstract_request_auth_provider`, where other libraries import it from."""

# ruff: noqa: F401

from __future__ import annotations

from mlflow.context.auth import RequestAuthProvider
