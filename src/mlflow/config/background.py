"""Whether log calls return at once."""

from __future__ import annotations

from millrace.settings import MLFLOW_ENABLE_ASYNC_LOGGING


def enable_async_logging(enable: bool = True) -> None:
    """Let log calls that do not say otherwise return at once, or, with False, when the value is stored."""
    MLFLOW_ENABLE_ASYNC_LOGGING.set(enable)
