"""`mlflow.entities.trace_info`: see `millrace.model`."""

# ruff: noqa: F401

from __future__ import annotations

from millrace.model import TraceInfo
