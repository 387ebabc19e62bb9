"""What a store does when it has the time, in a thread of its own: points compacted, the database tidied."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable

from millrace.engine.db import Database

_PAUSE_S = 0.05
"""How long writers go undisturbed between two rounds, at least."""

_logger = logging.getLogger("millrace.engine")


class Upkeep:
    """Works off what transactions leave behind, so that nobody who writes waits for it.

    Nothing here is a promise: what is not done before the process ends is done after the next start.

    Args:
        database: what is tidied; transactions leave that to this thread from now on.
        compact: moves the points that a run has in batches to chunks, in a transaction of its own.
    """

    def __init__(self, database: Database, compact: Callable[[int], None]) -> None:
        self._database = database
        self._compact = compact
        self._changed = threading.Condition()
        self._runs: dict[int, None] = {}
        self._untidy = False
        self._stopping = False
        self._thread = threading.Thread(target=self._work, name="millrace-upkeep", daemon=True)
        self._thread.start()
        database.leave_untidy(self._tidy_soon)

    def compact_soon(self, runs: Iterable[int]) -> None:
        """Have the points of runs compacted."""
        with self._changed:
            self._runs.update(dict.fromkeys(runs))
            self._changed.notify()

    def close(self) -> None:
        """Finish what is due; transactions do it themselves again."""
        self._database.leave_untidy(None)
        with self._changed:
            self._stopping = True
            self._changed.notify()
        self._thread.join()

    def _tidy_soon(self) -> None:
        if not self._untidy:  # a look without the lock: this is called at the end of every transaction
            with self._changed:
                self._untidy = True
                self._changed.notify()

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._runs or self._untidy or self._stopping)
                if self._stopping and not self._runs:
                    return
                runs, untidy = self._runs, self._untidy
                self._runs, self._untidy = {}, False
            for run in runs:
                self._do(self._compact, run)
            if untidy:
                self._do(self._database.tidy)
            with self._changed:
                self._changed.wait_for(lambda: self._stopping, _PAUSE_S)

    def _do(self, work: Callable[..., object], *arguments: int) -> None:
        try:
            work(*arguments)
        except Exception:
            _logger.warning("Upkeep of the store was put off", exc_info=True)
