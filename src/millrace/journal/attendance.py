"""Which runs a process has open, in a file that it keeps locked: whoever can lock it knows that the process is dead.

The kernel gives the lock back whatever kills the process, and only then: no clock, no network and no waiting are
involved. See docs/explanation/dead-runs.md.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import threading
import time
import uuid
import weakref
from io import FileIO
from pathlib import Path

from millrace.calls import EndAbandoned
from millrace.errors import MlflowException, lacks_the_call
from millrace.journal.segments import close_file, is_abandoned, lock, open_file
from millrace.store import Store

SUFFIX = ".runs"
_OLD_S = 86_400
_ON_ITS_WAY_S = 60
"""How long after the death of a process the creation of a run may still arrive that it had asked for."""

_logger = logging.getLogger("mlflow.journal")
_ATTENDANCES: weakref.WeakSet[Attendance] = weakref.WeakSet()


class Attendance:
    """The runs that this process has open in one store; safe from any thread, and empty in a forked child.

    Args:
        folder: the folder of the store's journal.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._start()
        _ATTENDANCES.add(self)

    def _start(self) -> None:
        self._lock = threading.RLock()
        self._file: FileIO | None = None
        self._open: set[str] = set()
        self.process_id = uuid.uuid4().hex
        """What this process is called in the store."""

    def enter(self, run_id: str) -> None:
        """Note that this process has a run open; where no file can be locked, nothing is noted."""
        with self._lock, contextlib.suppress(OSError):
            if run_id in self._open:
                return
            if self._file is None:
                self._file = self._made()
            self._open.add(run_id)
            self._say("+", run_id)

    def leave(self, run_id: str) -> None:
        """Note that the run is ended."""
        with self._lock, contextlib.suppress(OSError):
            self._open.discard(run_id)
            if self._file is None:
                return
            # Even if the file is removed now: who has opened it before and can lock it in a moment must not find the
            # run in it, which this process may have open again by then.
            self._say("-", run_id)
            if self._open:
                return
            (self._folder / (self.process_id + SUFFIX)).unlink(missing_ok=True)
            file, self._file = self._file, None
            close_file(file)

    def _say(self, sign: str, run_id: str) -> None:
        assert self._file is not None
        os.write(self._file.fileno(), f"{sign}{run_id}\n".encode())

    def _made(self) -> FileIO:
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / (self.process_id + SUFFIX)
        making = path.with_name(path.name + ".new")
        file = open_file(making, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL)
        try:
            lock(file.fileno())
            head = {"pid": os.getpid(), "host": os.uname().nodename}
            os.write(file.fileno(), json.dumps(head).encode() + b"\n")
            os.rename(making, path)
        except BaseException:
            close_file(file)
            making.unlink(missing_ok=True)
            raise
        return file


def end_abandoned(folder: Path, store: Store) -> None:
    """End, as KILLED, the runs of dead processes of this machine.

    Args:
        folder: the folder of the store's journal.
        store: the store; the journals of those processes should be stored already.

    Raises:
        MlflowException: the store did not do it; another try may.
    """
    for path in _files(folder):
        with contextlib.suppress(FileNotFoundError, PermissionError), open_file(path, os.O_RDWR) as file:
            try:
                if not is_abandoned(file.fileno()):
                    continue
                head, open_runs = _read(path)
            except (OSError, ValueError):
                continue
            if head.get("host") != os.uname().nodename:
                # Locks may be known to one machine only, and this process live on another.
                if time.time() - os.fstat(file.fileno()).st_mtime > _OLD_S:
                    path.unlink()
                continue
            unknown = _end(path.name.removesuffix(SUFFIX), head.get("pid"), open_runs, store)
            if not unknown or time.time() - os.fstat(file.fileno()).st_mtime > _ON_ITS_WAY_S:
                path.unlink()


def _files(folder: Path) -> list[Path]:
    try:
        names = os.listdir(folder)
    except (FileNotFoundError, NotADirectoryError):
        return []
    return [folder / name for name in sorted(names) if name.endswith(SUFFIX)]


def _read(path: Path) -> tuple[dict[str, object], list[str]]:
    """What a file says about its process, and the runs that are open according to it."""
    head, *lines = path.read_text("utf-8").splitlines()
    found: dict[str, None] = {}
    for line in lines:
        if line[:1] == "+":
            found[line[1:]] = None
        else:
            found.pop(line[1:], None)
    return json.loads(head), list(found)


def _end(process_id: str, pid: object, run_ids: list[str], store: Store) -> list[str]:
    """End runs of a dead process; those that the store does not know (yet)."""
    if not run_ids:
        return []
    reason = f"Process {pid} on {os.uname().nodename}, which logged this run, died without ending it."
    try:
        answer = store.call(EndAbandoned(process_id, run_ids, reason))
    except MlflowException as error:
        if not lacks_the_call(error):
            raise
        return []  # MLflow's own server keeps them RUNNING, as it always does
    for run_id in answer.run_ids:
        _logger.warning("Run %s is KILLED now: process %s, which logged it, died without ending it.", run_id, pid)
    return answer.unknown


def _after_fork() -> None:
    for attendance in list(_ATTENDANCES):
        attendance._start()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
