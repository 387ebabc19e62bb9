"""Keeping the user's training safe from its logging: errors become warnings, and inner calls do not log."""

from __future__ import annotations

import functools
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from mlflow.client.afterwards import RETURNING, on_error

_logger = logging.getLogger("mlflow.utils.autologging_utils")

# Of a thread, or of a task where there are tasks: neither sees what others do.
_inside = ContextVar("mlflow_autologging_inside", default=0)
_quiet = ContextVar("mlflow_autologging_quiet", default=0)


def is_inside() -> bool:
    """Whether this thread is inside of a call that is logged already, or that is never logged."""
    return _inside.get() > 0


@contextmanager
def inside() -> Iterator[None]:
    """Log nothing in this thread for a while: an estimator that fits others is one training, not many."""
    _inside.set(_inside.get() + 1)
    try:
        yield
    finally:
        _inside.set(_inside.get() - 1)


@contextmanager
def safely(flavor: str, what: str) -> Iterator[None]:
    """Turn any error into a warning: what the user called must not fail because it could not be logged.

    Args:
        flavor: e.g. `"sklearn"`.
        what: what was tried, e.g. `"log the model"`.
    """
    before = on_error.get()
    on_error.set(functools.partial(warn, flavor, what))  # of what is done afterwards, too
    try:
        yield
    except Exception as error:
        warn(flavor, what, error)
    finally:
        on_error.set(before)


def warn(flavor: str, what: str, error: BaseException) -> None:
    """Say that something could not be logged.

    Args:
        flavor: e.g. `"sklearn"`.
        what: what was tried, e.g. `"log the model"`.
        error: why it could not.
    """
    _logger.warning(
        "Encountered unexpected error during %s autologging: could not %s: %s",
        flavor,
        what,
        error,
        exc_info=_logger.isEnabledFor(logging.DEBUG),
    )


@contextmanager
def quietly(quiet: bool) -> Iterator[None]:
    """Show none of this thread's messages of `mlflow` for a while, if so asked."""
    if not quiet:
        yield
        return
    _hush()
    _quiet.set(_quiet.get() + 1)
    try:
        yield
    finally:
        _quiet.set(_quiet.get() - 1)


class Logging:
    """While something is logged by itself: what is called is not logged, silent if so asked, and does not make the
    user wait for what can be done afterwards. It is entered for each batch of some trainings, so it is quick.

    Args:
        quiet: show no messages.
    """

    __slots__ = ("_before", "_quiet")

    def __init__(self, quiet: bool) -> None:
        self._quiet = quiet
        self._before = False

    def __enter__(self) -> None:
        if self._quiet:
            _hush()
            _quiet.set(_quiet.get() + 1)
        _inside.set(_inside.get() + 1)
        self._before = RETURNING.get()
        RETURNING.set(True)

    def __exit__(self, *error: object) -> None:
        RETURNING.set(self._before)
        _inside.set(_inside.get() - 1)
        if self._quiet:
            _quiet.set(_quiet.get() - 1)


def _hush() -> None:
    for handler in logging.getLogger("mlflow").handlers:
        # Filters of a logger do not see the messages of the loggers below it; those of its handlers do.
        if _loud not in handler.filters:
            handler.addFilter(_loud)


def _loud(record: logging.LogRecord) -> bool:
    return not _quiet.get()
