"""What goes along with a run while it is open: system metrics, its console log, a snapshot of its code."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import NamedTuple

from millrace.settings import MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING, MLFLOW_LOG_CODE, MLFLOW_LOG_CONSOLE
from mlflow.console.capture import CannotCapture
from mlflow.console.log import ConsoleLog, has_leftovers, ship_leftovers
from mlflow.fluent.active import ActiveRun, Companion, accompany
from mlflow.fluent.snapshot import CodeSnapshot
from mlflow.system_metrics.system_metrics_monitor import SystemMetricsMonitor, check_installed

_logger = logging.getLogger("mlflow.tracking.fluent")
_looked: set[str] = set()
"""The stores for which leftovers of killed processes were looked for."""
FOLLOWERS: list[Callable[[str], Companion]] = []
"""Makers, by run id, of what autologging has go along with every run."""


class Wanted(NamedTuple):
    """What was asked for, by arguments of `start_run` or else by variables."""

    system_metrics: bool
    console: bool
    code: bool


def wanted(log_system_metrics: bool | None, log_console: bool | None, log_code: bool | None) -> Wanted:
    """What a run is to be accompanied by; raises MlflowException for what cannot be."""
    asked = (
        (log_system_metrics, MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING),
        (log_console, MLFLOW_LOG_CONSOLE),
        (log_code, MLFLOW_LOG_CODE),
    )
    chosen = Wanted(*(bool(setting.get() if told is None else told) for told, setting in asked))
    if chosen.system_metrics:
        check_installed()
    return chosen


def start_companions(run: ActiveRun, uri: str, chosen: Wanted, *, resumed: bool) -> None:
    """Start what was asked for, and what goes along with every run.

    Args:
        run: the run that has just become active.
        uri: the store that it is in.
        chosen: see `wanted`.
        resumed: whether it was there before.
    """
    run_id = run.info.run_id
    if chosen.console:
        _log_console(run_id, uri)
    if chosen.code:
        accompany(run_id, CodeSnapshot(run_id, uri))
    if chosen.system_metrics:
        monitor = SystemMetricsMonitor(run_id, resume_logging=resumed, tracking_uri=uri)
        accompany(run_id, monitor)
        monitor.start()
    for follow in FOLLOWERS:
        accompany(run_id, follow(run_id))


def _log_console(run_id: str, uri: str) -> None:
    if uri not in _looked and has_leftovers(uri):
        threading.Thread(target=ship_leftovers, args=(uri,), name="mlflow-leftovers", daemon=True).start()
    _looked.add(uri)
    try:
        accompany(run_id, ConsoleLog(run_id, uri))
    except (CannotCapture, OSError) as error:
        _logger.warning("What run %s prints is not kept: %s.", run_id, error)
