"""What a store does when it has the time, in a thread of its own: points compacted, the database tidied."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from functools import partial

from millrace.engine.db import Collision, Database

_PAUSE_S = 0.02
"""How long writers go undisturbed between two transactions of upkeep; they would lose the race for the lock."""

_logger = logging.getLogger("millrace.engine")


class Upkeep:
    """Works off what transactions leave behind, so that nobody who writes waits for it.

    Nothing here is a promise: what is not done before the process ends is done after the next start.

    Args:
        database: what is tidied; transactions leave that to this thread from now on.
        left: finds the runs whose points somebody left to be compacted.
        compact: moves the points that a run has in batches to chunks, in a transaction of its own.
    """

    def __init__(self, database: Database, left: Callable[[], Iterable[int]], compact: Callable[[int], None]) -> None:
        self._database = database
        self._left = left
        self._compact = compact
        self._failing = False
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
        """Finish what is under way; from now on transactions do all of it themselves again."""
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
        self._do(lambda: self.compact_soon(self._left()))
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._runs or self._untidy or self._stopping)
                if self._stopping:
                    return
                runs, untidy = list(self._runs), self._untidy
                self._runs, self._untidy = {}, False
            if untidy:
                self._do(self._database.tidy)
            for run in runs:
                self._pause()
                if self._stopping:
                    return
                self._do(partial(self._compact, run))
            self._pause()

    def _pause(self) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._stopping, _PAUSE_S)

    def _do(self, work: Callable[[], object]) -> None:
        try:
            work()
            self._failing = False
        except Collision:
            pass  # whoever writes to the run has it compacted when it has grown again
        except Exception:
            if not self._failing:  # a full disk is told once, not twenty times a second
                _logger.warning("Points and log of the store are not tidied up for now", exc_info=True)
            self._failing = True
