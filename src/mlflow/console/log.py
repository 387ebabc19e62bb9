"""The console log of a run: where it is kept, and how it gets there."""

from __future__ import annotations

import contextlib
import logging
import os
import threading
import time
from io import FileIO
from pathlib import Path

from millrace.artifacts import local_folder, open_artifacts
from millrace.errors import MlflowException, ResourceMissing
from millrace.journal import lock_file, lock_if_abandoned, unlock_file
from millrace.settings import (
    MILLRACE_CONSOLE_MAX_BYTES,
    MLFLOW_HTTP_REQUEST_MAX_RETRIES,
    MLFLOW_HTTP_REQUEST_TIMEOUT,
    overriding,
)
from mlflow.client.locations import run_root
from mlflow.client.stores import journal_folder, time_to_exit_s
from mlflow.console import capture
from mlflow.console.shipping import Shipment

FOLDER = "console"
"""Among the artifacts of a run, and beside the journal of a store."""
_EVERY_S = 1.0
_PATIENCE_S = 10.0
"""How long the end of a run waits for a server that does not take the end of its log."""

_logger = logging.getLogger("mlflow.console")


class ConsoleLog:
    """What this process prints from now on, as an artifact of a run that grows: `console/output.log`.

    Where artifacts are a folder of this machine, the file lies there. Else it lies beside the journal of the store,
    and a thread appends it to the artifact; what a killed process could not send, the next one on this machine does.

    Args:
        run_id: the run.
        uri: the store that it is in.

    Raises:
        CannotCapture: this process has no output, or no process beside it can be started.
    """

    def __init__(self, run_id: str, uri: str) -> None:
        root = run_root(uri, run_id)
        folder = local_folder(root)
        limit = MILLRACE_CONSOLE_MAX_BYTES.get()
        self._lock: FileIO | None = None
        self._shipment: Shipment | None = None
        if folder is not None:
            self._path = _free_file(folder / FOLDER)
            capture.capture_to(self._path, limit)
            return
        artifacts = open_artifacts(root, tracking_uri=uri)
        name = _free_name({one.path.rpartition("/")[2] for one in artifacts.list(FOLDER)})
        spool = journal_folder(uri) / FOLDER
        spool.mkdir(parents=True, exist_ok=True)
        self._path = spool / f"{run_id}+{name}"
        self._lock = lock_file(self._path)
        self._shipment = Shipment(self._path, artifacts, f"{FOLDER}/{name}")
        self._over = threading.Event()
        capture.capture_to(self._path, limit)
        self._thread = threading.Thread(target=self._loop, name="mlflow-console", daemon=True)
        self._thread.start()

    def _loop(self) -> None:
        assert self._shipment is not None
        while not self._over.wait(_EVERY_S):
            with contextlib.suppress(MlflowException, OSError), _quickly(30.0):
                while self._shipment.ship() and not self._over.is_set():
                    pass

    def finish(self) -> None:
        """Finish the log; what cannot be sent in time is sent by the next process."""
        capture.finish(self._path)
        if self._shipment is None:
            return
        self._over.set()
        deadline = time.monotonic() + min(_PATIENCE_S, time_to_exit_s())
        self._thread.join(max(deadline - time.monotonic(), 0.1))
        if not self._thread.is_alive() and _ship_rest(self._shipment, deadline):
            self._path.unlink(missing_ok=True)
        elif not self._thread.is_alive():
            _logger.warning("The end of the console log waits in %s; the next process here sends it.", self._path)
        if self._lock is not None:
            unlock_file(self._lock)


def _ship_rest(shipment: Shipment, deadline: float) -> bool:
    """Whether everything was sent."""
    pause = 0.1
    while True:
        try:
            with _quickly(max(deadline - time.monotonic(), 1.0)):
                while shipment.ship(now=True):
                    pass
            return True
        except (MlflowException, OSError) as error:
            if time.monotonic() + pause > deadline:
                _logger.debug("%s", error)
                return False
            time.sleep(pause)
            pause = min(pause * 2, 1.0)


def ship_leftovers(uri: str) -> None:
    """Send what processes that were killed had not sent, as far as this can be done; raises nothing."""
    spool = journal_folder(uri) / FOLDER
    try:
        names = sorted(os.listdir(spool))
    except OSError:
        return
    for name in names:
        run_id, plus, target = name.partition("+")
        lock = lock_if_abandoned(spool / name) if plus else None
        if lock is None:
            continue
        try:
            with _quickly(30.0):
                artifacts = open_artifacts(run_root(uri, run_id), tracking_uri=uri)
                if _ship_rest(Shipment(spool / name, artifacts, f"{FOLDER}/{target}"), time.monotonic() + _PATIENCE_S):
                    (spool / name).unlink(missing_ok=True)
        except ResourceMissing:
            (spool / name).unlink(missing_ok=True)  # the run was removed for good
        except (MlflowException, OSError) as error:
            _logger.debug("The console log %s was not sent: %s", spool / name, error)
        finally:
            unlock_file(lock)


def has_leftovers(uri: str) -> bool:
    """Whether there are console logs beside the journal of a store, of this process or of others."""
    try:
        return bool(os.listdir(journal_folder(uri) / FOLDER))
    except OSError:
        return False


def _quickly(timeout_s: float) -> contextlib.AbstractContextManager[None]:
    timeout = min(MLFLOW_HTTP_REQUEST_TIMEOUT.get(), timeout_s)
    return overriding({MLFLOW_HTTP_REQUEST_MAX_RETRIES: 0, MLFLOW_HTTP_REQUEST_TIMEOUT: timeout})


def _free_file(folder: Path) -> Path:
    """A new, empty file in a folder; each process and each resumption of a run has one of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    taken = set(os.listdir(folder))
    while True:
        name = _free_name(taken)
        try:
            os.close(os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666))
        except FileExistsError:
            taken.add(name)
            continue
        return folder / name


def _free_name(taken: set[str]) -> str:
    number = 1
    while (name := "output.log" if number == 1 else f"output-{number}.log") in taken:
        number += 1
    return name


__all__ = ["ConsoleLog", "has_leftovers", "ship_leftovers"]
