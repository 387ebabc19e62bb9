"""`mlflow.entities.trace`: see `millrace.model`."""

# ruff: noqa: F401

from __future__ import annotations

from millrace.model import Span, SpanType, Trace, TraceData, TraceInfo
