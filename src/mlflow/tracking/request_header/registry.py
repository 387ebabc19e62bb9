"""`mlflow.tracking.request_header.registry`, where other libraries import it from."""

# ruff: noqa: F401

from __future__ import annotations

from mlflow.context.headers import REGISTRY as _request_header_provider_registry
from mlflow.context.headers import RequestHeaderProviderRegistry, resolve_request_headers
