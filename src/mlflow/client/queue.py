"""Log calls that return at once: one thread sends them in order; ending a run and exiting wait for it."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from millrace.errors import MlflowException

_logger = logging.getLogger("mlflow.async_logging")
_lock = threading.Lock()
_executors: dict[str, ThreadPoolExecutor] = {}
_pending: dict[str, list[Future[object]]] = {}


class RunOperations:
    """Log calls that are on their way.

    Args:
        operation_futures: one future for each.
        flush: waits until what they wrote to the journal is stored.
    """

    def __init__(self, operation_futures: list[Future[object]] | None, flush: Callable[[], None] | None = None) -> None:
        self._operation_futures = list(operation_futures or ())
        self._flush = flush

    def wait(self) -> None:
        """Wait until all of them are stored.

        Raises:
            MlflowException: at least one was refused, or the store does not take them now; the message holds every
                reason.
        """
        failures = [error for error in (future.exception() for future in self._operation_futures) if error]
        if self._flush is not None:
            try:
                self._flush()
            except MlflowException as error:
                failures.append(error)
        if failures:
            reasons = [str(error) for error in failures]
            raise MlflowException(
                f"The following failures occurred while performing one or more logging operations: {reasons}"
            )


def submit(run_id: str, task: Callable[[], object], flush: Callable[[], None] | None = None) -> RunOperations:
    """Run a task after those that were submitted before; a failure is logged, and raised by `wait`.

    Args:
        run_id: the run that it is about.
        task: what to do.
        flush: what `wait` does after it.
    """
    with _lock:
        executor = _executors.get("writes")
        if executor is None:
            # Executors are joined at exit after their queues have been emptied, so nothing is lost.
            executor = _executors["writes"] = ThreadPoolExecutor(1, thread_name_prefix="mlflow-async-logging")
        future = executor.submit(_attempt, run_id, task)
        waiting = _pending.setdefault(run_id, [])
        waiting[:] = [one for one in waiting if not one.done()]
        waiting.append(future)
    return RunOperations([future], flush)


def _attempt(run_id: str, task: Callable[[], object]) -> object:
    try:
        return task()
    except Exception as error:
        _logger.error("A value that was logged to run %s in the background was refused: %s", run_id, error)
        raise


def flush_run(run_id: str) -> None:
    """Wait until everything that was submitted for a run is stored or refused."""
    if _pending:
        with _lock:
            waiting = _pending.pop(run_id, [])
        for future in waiting:
            future.exception()


def flush_all() -> None:
    """Wait until everything that was submitted is stored or refused."""
    for run_id in list(_pending):
        flush_run(run_id)


def _after_fork() -> None:
    # The parent's thread is not here, and what waits there is the parent's to send.
    global _lock
    _lock = threading.Lock()
    _executors.clear()
    _pending.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
