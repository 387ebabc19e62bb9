"""What becomes of open runs when their process ends, in whatever way; see docs/explanation/dead-runs.md."""

from __future__ import annotations

import os
import sys
import threading
import traceback
from urllib.parse import urlsplit

from millrace.calls import Attend
from millrace.errors import MlflowException, lacks_the_call
from millrace.journal import Attendance, is_supported
from millrace.settings import (
    MILLRACE_HEARTBEAT_INTERVAL_S,
    MLFLOW_HTTP_REQUEST_MAX_RETRIES,
    MLFLOW_HTTP_REQUEST_TIMEOUT,
    overriding,
)
from millrace.store import is_plugged
from mlflow.client.stores import journal_folder, store_at

_FIRST_S = 1.0
"""Runs that are over sooner need no sign of life, and cost no request."""
_LONGEST_REASON = 5000


class _Heart:
    """A thread that tells stores that other machines use too that this process is alive, while it has runs open."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._open: dict[str, set[str]] = {}
        self._thread: threading.Thread | None = None
        self._deaf: set[str] = set()
        """Stores that do not know the call."""

    def enter(self, uri: str, run_id: str) -> None:
        if uri in self._deaf or not MILLRACE_HEARTBEAT_INTERVAL_S.get():
            return
        with self._changed:
            self._open.setdefault(uri, set()).add(run_id)
            if self._thread is None:
                self._thread = threading.Thread(target=self._loop, name="mlflow-heartbeat", daemon=True)
                try:
                    self._thread.start()
                except RuntimeError:  # the process is about to end
                    self._thread = None

    def leave(self, uri: str, run_id: str) -> None:
        with self._changed:
            self._open.get(uri, set()).discard(run_id)

    def _loop(self) -> None:
        pause_s = _FIRST_S
        while True:
            with self._changed:
                self._changed.wait(pause_s)
                open_runs = {uri: sorted(run_ids) for uri, run_ids in self._open.items() if run_ids}
                if not open_runs:
                    self._thread = None
                    return
            for uri, run_ids in open_runs.items():
                self._beat(uri, run_ids)
            # Runs that start meanwhile are told of soon, too.
            pause_s = min(MILLRACE_HEARTBEAT_INTERVAL_S.get() or 20.0, 20.0)

    def _beat(self, uri: str, run_ids: list[str]) -> None:
        limits = {MLFLOW_HTTP_REQUEST_MAX_RETRIES: 0, MLFLOW_HTTP_REQUEST_TIMEOUT: 30}
        try:
            with overriding(limits):
                store_at(uri).call(Attend(process_id(uri), run_ids))
        except MlflowException as error:
            if lacks_the_call(error):
                with self._changed:
                    self._deaf.add(uri)
                    self._open.pop(uri, None)
        except Exception:
            # A sign of life that does not arrive is made up for by the next.
            pass


_heart = _Heart()
_attendances: dict[str, Attendance] = {}


def _attendance(uri: str) -> Attendance:
    found = _attendances.get(uri)
    return found or _attendances.setdefault(uri, Attendance(journal_folder(uri)))


def process_id(uri: str) -> str:
    """What this process is called in the store at a URI; nothing in a store that a plugin brings."""
    return "" if is_plugged(uri) else _attendance(uri).process_id


def enter(uri: str, run_id: str) -> None:
    """Note that this process has a run open in the store at a URI."""
    if is_supported() and not is_plugged(uri):
        _attendance(uri).enter(run_id)
    if urlsplit(uri).scheme.partition("+")[0] in ("http", "https", "postgresql", "postgres"):
        _heart.enter(uri, run_id)


def leave(uri: str, run_id: str) -> None:
    """Note that the run is ended."""
    _heart.leave(uri, run_id)
    if uri in _attendances:
        _attendances[uri].leave(run_id)


def reason_of(error: BaseException | None) -> str:
    """An exception as the reason why a run ended: its text, and where it was raised."""
    if error is None:
        return ""
    said = "".join(traceback.format_exception_only(error)).strip()
    frames = traceback.extract_tb(error.__traceback__)
    where = f"\n{frames[-1].filename}, line {frames[-1].lineno}, in {frames[-1].name}" if frames else ""
    return said[: _LONGEST_REASON - len(where)] + where


def last_words() -> tuple[str, str]:
    """The status of runs that are still open when the process ends by itself, and the reason.

    Python keeps the exception that ended the program where `traceback.print_last` finds it, whoever has replaced
    `sys.excepthook`. Where people type, that is just the last mistake, and workers of multiprocessing are still
    inside of theirs.
    """
    error: BaseException | None = getattr(sys, "last_value", None)
    ipython = sys.modules.get("IPython")
    if hasattr(sys, "ps1") or (ipython is not None and ipython.get_ipython() is not None):
        error = None
    error = sys.exc_info()[1] or error
    if error is None or (isinstance(error, SystemExit) and not error.code):
        return "FINISHED", ""
    return ("KILLED" if isinstance(error, KeyboardInterrupt) else "FAILED"), reason_of(error)


def _after_fork() -> None:
    global _heart
    _heart = _Heart()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
