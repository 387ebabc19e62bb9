"""The thread that sends a process's journal, and everybody who waits for it."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import threading
import time
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from millrace.errors import MlflowException, TemporarilyUnavailable
from millrace.journal.drain import Drain
from millrace.journal.segments import lease
from millrace.journal.writer import Writer
from millrace.settings import MLFLOW_HTTP_REQUEST_MAX_RETRIES, MLFLOW_HTTP_REQUEST_TIMEOUT, overriding
from millrace.store import Store

INTERVAL_S = 0.2
"""How long a value waits before it is sent, unless many come."""
_IDLE_S = 5.0
"""A thread that finds nothing for so long ends; the next value starts another."""
_LONGEST_PAUSE_S = 5.0
_BACKGROUND_POINTS = 2_048
"""Points of one request of the thread: handing over more at once would hold up the threads that train."""
_POINTS = 16_384
_TIMEOUT_S = 30.0
"""How long the thread waits for an answer; it goes on trying where a call would give up."""

_logger = logging.getLogger("mlflow.journal")
_SENDERS: weakref.WeakSet[Sender] = weakref.WeakSet()


class Sender:
    """The journal of one store in this process: its writer, its drain, and the thread between them.

    Args:
        folder: where the segments are.
        store: the store that they belong to.
        name: what the store is called in messages.
    """

    def __init__(self, folder: Path, store: Store, name: str) -> None:
        self.folder = folder
        self.name = name
        self._store = store
        self.writer = Writer(folder, self.wake, name="" if str(folder).startswith(name) else name)
        self._start()
        _SENDERS.add(self)

    def _start(self) -> None:
        self._drain = Drain(self.folder, self._store, lambda: self.writer.own)
        # Reentrant, because that kind knows its owner: see _is_inside.
        self._lock: Any = threading.RLock()
        self._thread_lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._event = threading.Event()
        self._failing = False

    def wake(self) -> None:
        """Have the thread look at what waits, soon."""
        self._event.set()
        if self._thread is None:
            with self._thread_lock:
                if self._thread is None:
                    thread = threading.Thread(target=self._loop, name="mlflow-journal", daemon=True)
                    # A process that is about to end starts no threads any more; the end of it sends what is left.
                    with contextlib.suppress(RuntimeError):
                        _start(thread)
                        self._thread = thread
                        self._finish_with_parent()

    def _finish_with_parent(self) -> None:
        """Workers of multiprocessing end without the functions that are registered for the end of a process."""
        util, process = (sys.modules.get(f"multiprocessing.{name}") for name in ("util", "process"))
        if util is not None and process is not None and process.parent_process() is not None:
            util.Finalize(None, self._finish_quietly, exitpriority=10)

    def _finish_quietly(self) -> None:
        quickly = overriding({MLFLOW_HTTP_REQUEST_MAX_RETRIES: 0, MLFLOW_HTTP_REQUEST_TIMEOUT: 5})
        # What cannot be sent now stays where it is, for the parent.
        with contextlib.suppress(MlflowException), quickly:
            self.finish(5)

    def _loop(self) -> None:
        pause = INTERVAL_S
        while self._event.wait(_IDLE_S) or not self._is_over():
            self._event.clear()
            self._event.wait(pause)
            self._event.clear()
            self.writer.waiting = False
            try:
                sent = self._pass()
            except Exception as error:  # whatever it is, the thread goes on, and the values stay where they are
                pause = min(max(pause * 2, INTERVAL_S), _LONGEST_PAUSE_S)
                self._tell_failure(error)
                sent = False
            else:
                if sent:
                    pause = INTERVAL_S
                    self._tell_recovery()
            if not sent:
                self._event.set()

    def _is_over(self) -> bool:
        with self._thread_lock:
            # In this order: who wakes the thread now either finds that there is none, or is heard here.
            thread, self._thread = self._thread, None
            if self._event.is_set():
                self._thread = thread
                return False
            return True

    def _pass(self) -> bool:
        """Send what this process and dead ones have; False when another process is at it."""
        with self._held(_TIMEOUT_S) as held:
            if not held:
                return False
            self.writer.release()
            timeout = min(_TIMEOUT_S, MLFLOW_HTTP_REQUEST_TIMEOUT.get())
            with overriding({MLFLOW_HTTP_REQUEST_MAX_RETRIES: 0, MLFLOW_HTTP_REQUEST_TIMEOUT: timeout}):
                self._drain.run(_BACKGROUND_POINTS, whose=frozenset(self.writer.own))
        return True

    @contextlib.contextmanager
    def _held(self, patience_s: float) -> Iterator[bool]:
        """Be the only one who drains: in this process, and on this machine."""
        deadline = time.monotonic() + patience_s
        if not self._lock.acquire(timeout=max(patience_s, 0.0)):
            yield False
            return
        try:
            if not self.folder.is_dir():
                yield True
                return
            try:
                lent = lease(self.folder, deadline - time.monotonic())
                with lent as held:
                    yield held
            except OSError as error:
                raise TemporarilyUnavailable(
                    f"The journal {self.folder} cannot be worked on: {error.strerror}."
                ) from error
        finally:
            self._lock.release()

    def flush(self, patience_s: float, *, whose: frozenset[str] | None = None) -> None:
        """Send what waits, here and now; nothing happens when nothing waits.

        Args:
            patience_s: how long to wait for others who are sending.
            whose: the writer ids to send, beside those of dead processes; None for all that there are.

        Raises:
            MlflowException: what the store said, or TemporarilyUnavailable when others did not finish.
        """
        if not self._drain.has_work(whose) or self._is_inside():
            return
        with self._held(patience_s) as held:
            if not held:
                raise self._slow()
            self._drain.run(_POINTS, whose=whose)

    def finish(self, patience_s: float) -> None:
        """Send everything of this process and remove its segments; for the end of a process and of a store.

        Args:
            patience_s: how long to wait for others who are sending.

        Raises:
            MlflowException: what the store said; nothing is lost.
        """
        self.writer.retire()
        if self._is_inside():
            raise self._slow()
        if not self._drain.has_work() and not self.writer.own:
            return
        with self._held(patience_s) as held:
            if not held:
                raise self._slow()
            self.writer.release()
            self._drain.run(_POINTS, whose=frozenset())

    def _is_inside(self) -> bool:
        """Whether this is a signal handler in the middle of a flush of the same thread, which it must not wait for.

        A flush that was interrupted (Ctrl-C) just before it gave the lock back is over all the same.
        """
        if not self._lock._is_owned():
            return False
        frame = sys._getframe(1).f_back
        while frame is not None:
            if frame.f_code in (Sender.flush.__code__, Sender.finish.__code__):
                return True
            frame = frame.f_back
        while self._lock._is_owned():
            self._lock.release()
        return False

    def _slow(self) -> MlflowException:
        return TemporarilyUnavailable(f"{self.name} is slow to take what waits in the journal {self.folder}.")

    def waits(self) -> bool:
        """Whether something of this process waits to be sent."""
        return self._drain.has_work(self.own_ids())

    def own_ids(self) -> frozenset[str]:
        """The writer ids of this process's segments."""
        return frozenset(self.writer.own)

    def waiting_bytes(self) -> int:
        """How long the journal is."""
        try:
            with os.scandir(self.folder) as entries:
                return sum(entry.stat().st_size for entry in entries if entry.name.endswith(".journal"))
        except OSError:
            return 0

    def _tell_failure(self, error: Exception) -> None:
        if not self._failing:
            self._failing = True
            known = isinstance(error, MlflowException)
            _logger.warning(
                "%s does not take values now (%s). They wait in the journal %s and are sent as soon as it does.",
                self.name,
                error if known else f"{type(error).__name__}: {error}",
                self.folder,
                exc_info=None if known else error,
            )

    def _tell_recovery(self) -> None:
        if self._failing:
            self._failing = False
            _logger.warning("%s takes values again: everything that waited is stored.", self.name)


def _after_fork() -> None:
    for sender in list(_SENDERS):
        sender._start()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def _start(thread: threading.Thread) -> None:
    """Start a thread; an error that a signal handler raises meanwhile is the one that the caller gets."""
    try:
        thread.start()
    except KeyError as hiding:
        # Python removes a thread that could not be started from a list that one which has begun is no longer in.
        raise hiding.__context__ or hiding from None
