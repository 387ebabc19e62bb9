"""`mlflow.tracking.request_header.abstract_request_header_provider`, where other libraries import it from."""

# ruff: noqa: F401

from __future__ import annotations

from mlflow.context.headers import RequestHeaderProvider
