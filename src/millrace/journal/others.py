"""Journals of other processes: sent on demand, or as soon as their writers have died."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from pathlib import Path

from millrace.errors import MlflowException, ResourceMissing, TemporarilyUnavailable
from millrace.journal.attendance import SUFFIX as RUNS_SUFFIX
from millrace.journal.attendance import end_abandoned
from millrace.journal.drain import Drain
from millrace.journal.places import FOLDER
from millrace.journal.segments import SUFFIX, lease, writer_ids
from millrace.store import Store

_POINTS = 16_384
_INTERVAL_S = 0.25
_PATIENCE_S = 60.0

_logger = logging.getLogger("mlflow.journal")


def store_of(folder: Path) -> str:
    """The URI of the store that a journal belongs to, without user and password.

    Args:
        folder: the folder of the journal, e.g. the one that a message named.

    Raises:
        ResourceMissing: it is no folder of a journal.
    """
    try:
        return (folder / "store").read_text("utf-8").strip()
    except (FileNotFoundError, NotADirectoryError):
        if folder.name == FOLDER and folder.is_dir():
            return str(folder.absolute().parent)
        raise ResourceMissing(f"{folder} is no folder of a journal: there is no file `store` in it.") from None


def sync(folder: Path, store: Store, progress: Callable[[int, int], None] = lambda done, total: None) -> int:
    """Send everything that waits in a journal, and end the runs of dead processes; it may be repeated at will.

    Args:
        folder: the folder of the journal.
        store: the store to send it to.
        progress: called with the number of bytes that were sent, and of those that there were.

    Returns:
        The number of points that were sent.

    Raises:
        MlflowException: the store did not take it; what was not sent is still there.
    """
    ids = writer_ids(folder)
    if not ids:
        end_abandoned(folder, store)
        return 0
    done, total = 0, sum((folder / (writer_id + SUFFIX)).stat().st_size for writer_id in ids)

    def count(size: int) -> None:
        nonlocal done
        done += size
        progress(min(done, total), total)

    with lease(folder, _PATIENCE_S) as held:
        if not held:
            raise TemporarilyUnavailable(f"Another process is sending the journal {folder}: try again in a moment.")
        sent = Drain(folder, store, dict).run(_POINTS, after=count)
        end_abandoned(folder, store)
    progress(total, total)
    return sent


class Watch:
    """A thread that stores what killed processes left in a folder, and ends their runs, for whoever shows the store to
    others.

    Living writers send their journals themselves.

    Args:
        folder: the folder of the journals, e.g. `mlruns/journal`; it may be made later.
        store: the store that they belong to.
    """

    def __init__(self, folder: Path, store: Store) -> None:
        self._folder = folder
        self._store = store
        self._drain = Drain(folder, store, dict)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="mlflow-journal-watch", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread, and wait for what it is doing."""
        self._over.set()
        self._thread.join()

    def _has_files(self) -> bool:
        try:
            return any(name.endswith((SUFFIX, RUNS_SUFFIX)) for name in os.listdir(self._folder))
        except (FileNotFoundError, NotADirectoryError):
            return False

    def _loop(self) -> None:
        told = ""
        while not self._over.wait(_INTERVAL_S):
            if not self._has_files():
                continue
            try:
                with lease(self._folder, 0.0) as held:
                    if held:
                        self._drain.run(_POINTS, whose=frozenset())
                        end_abandoned(self._folder, self._store)
            except (MlflowException, OSError) as error:
                if str(error) != told:
                    told = str(error)
                    _logger.warning("What waits in the journal %s cannot be stored now: %s", self._folder, error)
