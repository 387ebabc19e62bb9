"""`mlflow.entities.trace_location`: see `millrace.model`."""

# ruff: noqa: F401

from __future__ import annotations

from millrace.model import MlflowExperimentLocation, TraceLocation, TraceLocationType
