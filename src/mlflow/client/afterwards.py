"""What is done after the call that caused it has returned: whoever could see it missing waits for it.

A training that is logged by itself gives its result back as soon as everything is kept that may change from then on;
files are uploaded, plots drawn and requirements found out by one thread, in order. Reads of this process wait for it
(`settle`), as do the end of a run that the user ends, and the end of the process.
"""

from __future__ import annotations

import contextvars
import logging
import os
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

_MOST = 16
"""So many tasks may wait; whoever brings more waits himself."""

_logger = logging.getLogger("mlflow.utils.autologging_utils")
RETURNING = contextvars.ContextVar("mlflow_returning", default=False)
"""Whether the user waits for the result of a call whose logging is under way; see `is_returning`."""


def _say(error: BaseException) -> None:
    _logger.warning("Something could not be logged in the background: %s", error)


on_error: contextvars.ContextVar[Callable[[BaseException], None]] = contextvars.ContextVar(
    "mlflow_on_error", default=_say
)
"""How an error is told of what is done later."""


@dataclass(eq=False)
class _Task:
    run_id: str
    work: Callable[[], object]
    context: contextvars.Context


class _Worker:
    """A thread while there is something to do; Python waits for such threads before it exits."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._tasks: deque[_Task] = deque()
        self._thread: threading.Thread | None = None

    def put(self, task: _Task) -> None:
        with self._changed:
            if threading.current_thread() is not self._thread:
                self._changed.wait_for(lambda: len(self._tasks) < _MOST)
            self._tasks.append(task)
            if self._thread is not None:
                return
            self._thread = threading.Thread(target=self._loop, name="mlflow-afterwards", daemon=False)
            try:
                self._thread.start()
                return
            except RuntimeError:  # the process is about to end, and starts no threads any more
                self._thread = threading.current_thread()
        self._loop()

    def _loop(self) -> None:
        while True:
            with self._changed:
                if not self._tasks:
                    self._thread = None
                    return
                task = self._tasks[0]
            try:
                task.context.run(_do, task.work)
            finally:
                with self._changed:
                    self._tasks.popleft()
                    self._changed.notify_all()

    def pending(self, run_id: str | None) -> bool:
        if run_id is None or not self._tasks:
            return bool(self._tasks)
        with self._changed:
            return any(task.run_id == run_id for task in self._tasks)

    def wait(self, run_id: str | None, patience_s: float | None) -> None:
        if threading.current_thread() is not self._thread:
            with self._changed:
                self._changed.wait_for(lambda: not self.pending(run_id), patience_s)


_worker = _Worker()


def _do(work: Callable[[], object]) -> None:
    RETURNING.set(True)
    try:
        work()
    except BaseException as error:  # what comes next is to be done whatever happens here
        on_error.get()(error)


def afterwards(run_id: str, work: Callable[[], object]) -> None:
    """Do something that a run is about, after all that was put off before; an error of it is a warning.

    Args:
        run_id: the run.
        work: what to do; it must not look at anything that the user may change from now on. It runs in a copy of the
            context of this call.
    """
    _worker.put(_Task(run_id, work, contextvars.copy_context()))


def is_pending(run_id: str | None = None) -> bool:
    """Whether something is still to be done, for a run or at all."""
    return _worker.pending(run_id)


def settle(run_id: str | None = None, patience_s: float | None = None) -> None:
    """Wait until all that was put off is done, for a run or at all; not where the user is about to get something back.

    Args:
        run_id: the run.
        patience_s: wait at most so many seconds.
    """
    if _worker.pending(run_id) and not RETURNING.get():
        _worker.wait(run_id, patience_s)


def is_returning() -> bool:
    """Whether the user waits for the result of a call whose logging is under way: what can be done later should be."""
    return RETURNING.get()


def _after_fork() -> None:
    # What is to be done in the parent is the parent's to do.
    global _worker
    _worker = _Worker()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
