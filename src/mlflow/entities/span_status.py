"""`mlflow.entities.span_status`: see `millrace.model`."""

# ruff: noqa: F401

from __future__ import annotations

from millrace.model import SpanStatus, SpanStatusCode
