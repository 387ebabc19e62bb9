"""`mlflow.tracing.utils`: see `mlflow.tracing.values`."""

# ruff: noqa: F401

from __future__ import annotations

from mlflow.tracing.chat import set_span_chat_tools
from mlflow.tracing.values import TraceJSONEncoder, capture_function_input_args
from mlflow.tracing.values import as_json as dump_span_attribute_value
