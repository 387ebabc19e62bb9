"""`mlflow.tracing.provider`: see `mlflow.tracing.state`."""

# ruff: noqa: F401

from __future__ import annotations

from mlflow.tracing.starting import activate as set_span_in_context
from mlflow.tracing.starting import active as safe_set_span_in_context
from mlflow.tracing.starting import deactivate as detach_span_from_context
from mlflow.tracing.state import disable, enable, is_tracing_enabled, reset, set_destination, trace_disabled
