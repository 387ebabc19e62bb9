"""Millrace's own messages: one line each on standard error, as MLflow writes them."""

from __future__ import annotations

import logging
import sys

from millrace.settings import MLFLOW_CONFIGURE_LOGGING, MLFLOW_LOGGING_LEVEL

LINE = "%(asctime)s %(levelname)s %(name)s: %(message)s"
TIME = "%Y/%m/%d %H:%M:%S"


class _Stderr(logging.StreamHandler):  # type: ignore[type-arg]
    """Writes to what standard error is at the time: notebooks and test runners replace it."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> object:
        return sys.stderr


def configure() -> None:
    """Show messages of `mlflow` from INFO on, or from `MLFLOW_LOGGING_LEVEL`; leave it alone if others did so before.

    `MLFLOW_CONFIGURE_LOGGING=false` leaves everything to the application.
    """
    logger = logging.getLogger("mlflow")
    if logger.handlers or not MLFLOW_CONFIGURE_LOGGING.get():
        return
    handler = _Stderr()
    handler.setFormatter(logging.Formatter(LINE, TIME))
    logger.addHandler(handler)
    logger.setLevel((MLFLOW_LOGGING_LEVEL.get() or "INFO").upper())
    logger.propagate = False
