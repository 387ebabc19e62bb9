"""Tracing: what happens inside of one call of an application, step by step.

`mlflow.trace` and `mlflow.start_span` record; the functions here say whether, where to and how.
"""

from __future__ import annotations

import importlib
from types import ModuleType

from mlflow.tracing.chat import set_span_chat_tools
from mlflow.tracing.elsewhere import (
    set_databricks_monitoring_sql_warehouse_id,
    set_experiment_trace_location,
    unset_experiment_trace_location,
)
from mlflow.tracing.notebook import disable_notebook_display, enable_notebook_display
from mlflow.tracing.state import configure, disable, enable, reset, set_destination

__all__ = [
    "configure",
    "disable",
    "disable_notebook_display",
    "enable",
    "enable_notebook_display",
    "reset",
    "set_databricks_monitoring_sql_warehouse_id",
    "set_destination",
    "set_experiment_trace_location",
    "set_span_chat_tools",
    "unset_experiment_trace_location",
]

_LATER = frozenset("assessment client config constant destination fluent provider trace_manager utils".split())


def __getattr__(name: str) -> ModuleType:
    if name in _LATER:
        return importlib.import_module(f"mlflow.tracing.{name}")
    raise AttributeError(f"module 'mlflow.tracing' has no attribute {name!r}")
