"""Which runs and experiments were changed, and when: written with the changes, read by those who follow them.

A row for each thing that was changed within the last hour. So that logging costs nothing more, a process writes down
the same run once a second at most; readers take a change as one that goes on for that long.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Collection, Iterable

from millrace.calls import Change, Changes, GetChanges
from millrace.engine.db import Connection
from millrace.engine.tx import REGISTRY, TRACES, Thing, Tx, answers, experiment_number, now_ms

EVERY_S = 1.0
"""How often a process writes down that the same thing has changed."""
KEPT_MS = 3_600_000
"""How long changes are known."""
MANY = 1000
"""More changes than that are not told one by one."""
_SURE_MS = 10_000
"""No change that is still under way was written down longer ago."""
_TIDY_S = 600.0
_HERE = secrets.token_hex(4)
_EVERYTHING = "*"
"""Stands for all runs of an experiment."""


class Touched:
    """When this process wrote down last that something had changed; only committed things stand here."""

    def __init__(self) -> None:
        self._times: dict[Thing, float] = {}
        self._tidied = 0.0

    def due(self, things: Iterable[Thing], now: float) -> list[Thing]:
        """What has to be written down, in one order for everybody, so that two writers cannot wait for each other."""
        times = self._times
        found = [thing for thing in things if now - times.get(thing, -EVERY_S) >= EVERY_S]
        return sorted(found) if found else found

    def note(self, things: Iterable[Thing], now: float) -> None:
        """Remember what was written down."""
        if len(self._times) > 10_000:
            self._times = {thing: then for thing, then in self._times.items() if now - then < EVERY_S}
        self._times.update(dict.fromkeys(things, now))

    def tidies(self, now: float) -> bool:
        """Whether it is time to forget what is too old."""
        if now - self._tidied < _TIDY_S:
            return False
        self._tidied = now
        return True


def record(db: Connection, things: Collection[Thing], touched: Touched, now: float) -> list[Thing]:
    """Write down in its transaction what is changed; what was written, to be noted when that is committed."""
    due = touched.due(things, now) if things else []
    if not due:
        return due
    row = db.row("SELECT MAX(seq) FROM change")
    seq = max(now_ms(), 1 + (row[0] or 0 if row else 0))
    rows = due if len(due) <= MANY else sorted({(experiment, _EVERYTHING) for experiment, _ in due})
    db.many(
        "INSERT INTO change (experiment_id, run_uuid, seq) VALUES (?, ?, ?)"
        " ON CONFLICT (experiment_id, run_uuid) DO UPDATE SET seq = excluded.seq",
        [(*thing, seq) for thing in rows],
    )
    if touched.tidies(now):
        db.execute("DELETE FROM change WHERE seq < ?", (seq - KEPT_MS,))
    return due


def monotonic() -> float:
    """The clock that `Touched` goes by."""
    return time.monotonic()


def forgotten(moment_ms: int) -> bool:
    """Whether changes of that time may not be known any more."""
    return moment_ms < now_ms() - KEPT_MS


def cursor(tx: Tx) -> int:
    """Where the changes stand that this transaction sees."""
    row = tx.db.row("SELECT MAX(seq) FROM change")
    return max(now_ms() - _SURE_MS, row[0] or 0 if row else 0)


@answers(GetChanges)
def get_changes(tx: Tx, call: GetChanges) -> Changes:
    """Get changes."""
    newest, state = cursor(tx), _state(tx)
    if not call.cursor:
        return Changes(newest, state=state)
    if call.cursor < newest - KEPT_MS:
        return Changes(newest, all=True, state=state)
    rows = tx.db.rows(
        f"SELECT seq, experiment_id, run_uuid FROM change WHERE seq > ? ORDER BY seq LIMIT {MANY + 1}", (call.cursor,)
    )
    wanted = {experiment_number(one) for one in call.experiment_ids}
    if wanted:
        rows = [row for row in rows if row[1] in wanted]
    if len(rows) > MANY or any(row[2] == _EVERYTHING for row in rows):
        return Changes(newest, all=True, state=state)
    return Changes(newest, [_change(*row) for row in rows], state=state)


def _state(tx: Tx) -> str:
    """The state of the data as a text that no other process uses: each counts its states for itself."""
    state = tx.db.state()
    if state is None:
        return ""
    parts = state if isinstance(state, tuple) else (state,)
    return "-".join(map(str, (_HERE, os.getpid(), *parts)))


def _change(seq: int, experiment: int, run: str) -> Change:
    shown = "" if experiment == REGISTRY else str(experiment)
    return Change(seq, shown, traces=True) if run == TRACES else Change(seq, shown, run)
