"""`mlflow.system_metrics`, where other libraries import it from."""

# ruff: noqa: F401

from __future__ import annotations

from mlflow.config.system_metrics import (
    disable_system_metrics_logging,
    enable_system_metrics_logging,
    set_system_metrics_node_id,
    set_system_metrics_samples_before_logging,
    set_system_metrics_sampling_interval,
)
