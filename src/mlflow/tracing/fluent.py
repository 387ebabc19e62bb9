"""`mlflow.tracing.fluent`: see `mlflow.fluent.traces`."""

# ruff: noqa: F401

from __future__ import annotations

from mlflow.fluent.traces import (
    add_trace,
    delete_trace_tag,
    get_trace,
    log_trace,
    search_traces,
    set_trace_tag,
    update_current_trace,
)
from mlflow.tracing.decorating import trace
from mlflow.tracing.live import NO_OP_SPAN_TRACE_ID, LiveSpan
from mlflow.tracing.starting import get_active_trace_id, get_current_active_span, start_span, start_span_no_context
from mlflow.tracing.state import get_last_active_trace_id
from mlflow.tracing.state import set_last_active_trace_id as _set_last_active_trace_id
