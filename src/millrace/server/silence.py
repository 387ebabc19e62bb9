"""A thread of the server that ends the runs of processes that have not been heard for long.

It counts its own time, and compares no clocks: what a server that is down, stopped or suspended does not hear is not
held against anybody. A process that comes back has its runs go on (`Attend`).
"""

from __future__ import annotations

import logging
import threading

from millrace.engine import Engine
from millrace.engine.attendance import Heard, end_silent, heard
from millrace.settings import MILLRACE_HEARTBEAT_TIMEOUT_S

_TICK_S = 5.0

_logger = logging.getLogger("millrace.server")


class Silence:
    """Watches the processes that log to a store from anywhere.

    Args:
        engine: the store.
        timeout_s: how long one may be silent.
        tick_s: how often it looks; one look counts for this long, however much later it comes.
    """

    def __init__(self, engine: Engine, timeout_s: float, tick_s: float = _TICK_S) -> None:
        self._engine = engine
        self._timeout_s = timeout_s
        self._tick_s = min(tick_s, timeout_s)
        self._silent_s: dict[Heard, float] = {}
        """How long each was not heard, while this server ran; `beats` is part of the key, so a new one begins at 0."""
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="millrace-silence", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread, and wait for what it is doing."""
        self._over.set()
        self._thread.join()

    def _loop(self) -> None:
        failing = False
        while not self._over.wait(self._tick_s):
            try:
                self.tick()
                failing = False
            except Exception:
                if not failing:  # a store that is away is told once, and nobody is silent meanwhile
                    _logger.warning("Runs of dead processes cannot be looked for now", exc_info=True)
                failing = True

    def tick(self) -> None:
        """Look once."""
        with self._engine.database.read() as db:
            now = heard(self._engine._tx(db))
        self._silent_s = {one: self._silent_s.get(one, -self._tick_s) + self._tick_s for one in now}
        silent = [one for one, seconds in self._silent_s.items() if seconds >= self._timeout_s]
        if silent:
            reason = f"Nothing was heard of the process that logs this run for {self._timeout_s:.0f} seconds."
            for run_id in self._engine.write(lambda tx: end_silent(tx, silent, reason)):
                _logger.warning("Run %s is KILLED now. %s", run_id, reason)


def watch_silence(engine: Engine) -> Silence | None:
    """Watch as MILLRACE_HEARTBEAT_TIMEOUT_S says; None where it says never."""
    timeout_s = MILLRACE_HEARTBEAT_TIMEOUT_S.get()
    return Silence(engine, timeout_s) if timeout_s > 0 else None
