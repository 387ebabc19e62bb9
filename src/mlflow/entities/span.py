"""`mlflow.entities.span`: see `millrace.model`."""

# ruff: noqa: F401

from __future__ import annotations

from millrace.model import Span, SpanAttributeKey, SpanEvent, SpanStatus, SpanStatusCode, SpanType
from mlflow.tracing.live import NO_OP_SPAN_TRACE_ID, LiveSpan, NoOpSpan
