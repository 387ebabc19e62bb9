"""`mlflow.tracing.config`: see `mlflow.tracing.state`."""

# ruff: noqa: F401

from __future__ import annotations

from mlflow.tracing.state import TracingConfig, TracingConfigContext, configure, get_config
