"""What goes along with a run while it is open: system metrics."""

from __future__ import annotations

from typing import NamedTuple

from millrace.settings import MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING
from mlflow.fluent.active import ActiveRun, accompany
from mlflow.system_metrics.system_metrics_monitor import SystemMetricsMonitor, check_installed


class Wanted(NamedTuple):
    """What was asked for, by arguments of `start_run` or else by variables."""

    system_metrics: bool


def wanted(log_system_metrics: bool | None) -> Wanted:
    """What a run is to be accompanied by; raises MlflowException for what cannot be."""
    metrics = MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING.get() if log_system_metrics is None else log_system_metrics
    if metrics:
        check_installed()
    return Wanted(bool(metrics))


def start_companions(run: ActiveRun, uri: str, chosen: Wanted, *, resumed: bool) -> None:
    """Start what was asked for.

    Args:
        run: the run that has just become active.
        uri: the store that it is in.
        chosen: see `wanted`.
        resumed: whether it was there before.
    """
    run_id = run.info.run_id
    if chosen.system_metrics:
        monitor = SystemMetricsMonitor(run_id, resume_logging=resumed, tracking_uri=uri)
        accompany(run_id, monitor)
        monitor.start()
