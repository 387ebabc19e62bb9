"""What an answer works with: one transaction, and what the engine knows around it."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any, TypeVar

from millrace.calls import Call
from millrace.engine.db import Connection, Row
from millrace.engine.kept import Kept
from millrace.engine.locations import Locations
from millrace.errors import ResourceMissing

A = TypeVar("A", bound=Call[Any])
T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])

ANSWERS: dict[type[Call[Any]], Callable[[Tx, Any], Any]] = {}
"""The function that answers each call."""

Thing = tuple[int, str]
"""What may change: an experiment's id and a run's, which is empty for the experiment itself."""

REGISTRY = -1
"""In place of an experiment: registered models."""

TRACES = "~traces"
"""In place of a run: the traces of an experiment."""

BATCH = 1000
"""How many values one `IN (…)` holds at most."""


def answers(call: type[Call[Any]]) -> Callable[[F], F]:
    """Declare the function that answers a call: `def log_batch(tx: Tx, call: LogBatch) -> Empty`."""

    def declare(function: F) -> F:
        ANSWERS[call] = function
        return function

    return declare


class Known:
    """What a process has learned of a store, and what stays true: only committed things are written here."""

    def __init__(self) -> None:
        self.key_ids: dict[str, int] = {}
        self.key_names: dict[int, str] = {}
        self.pending: dict[int, int] = {}
        """What runs have in batches, by row id, as far as this process knows; a hint, not a fact."""
        self.compacts_later = False
        """Whether somebody compacts points when a transaction has ended."""
        self.kept = Kept()

    def learn(self, key_ids: dict[str, int]) -> None:
        """Keep the ids of keys that are now sure to stay."""
        self.key_ids.update(key_ids)
        self.key_names.update({id_: name for name, id_ in key_ids.items()})


class Tx:
    """A transaction: the connection, where artifacts go, and the ids of keys."""

    def __init__(self, db: Connection, locations: Locations, known: Known) -> None:
        self.db = db
        self.locations = locations
        self.pending = known.pending
        self._kept = known.kept
        self._state: object = None
        self._known_keys = known.key_ids
        self._key_names = known.key_names
        self.new_keys: dict[str, int] = {}
        self.changed: set[Thing] = set()
        """What those who follow changes are to hear of."""
        self.due: set[int] | None = set() if known.compacts_later else None
        """Runs, by row id, whose points are compacted when the transaction has ended; None where it does so itself."""

    def touch(self, experiment: int, run_id: str = "") -> None:
        """Have it known that a run, or an experiment, is changed."""
        self.changed.add((experiment, run_id))

    def key_id(self, name: str) -> int | None:
        """The id of a key, or None when nobody has ever logged it."""
        known = self._known_keys.get(name) or self.new_keys.get(name)
        if known is None:
            row = self.db.row("SELECT id FROM key WHERE name = ?", (name,))
            if row is None:
                return None
            known = self.new_keys[name] = row[0]
        return known

    def key_names(self, ids: Iterable[int]) -> dict[int, str]:
        """The names of keys by their ids; of these, at least."""
        missing = sorted({id_ for id_ in ids if id_ not in self._key_names})
        if not missing:
            return self._key_names
        found = self.select_in("SELECT id, name FROM key WHERE id IN (*)", missing)
        self.new_keys.update((name, id_) for id_, name in found)
        return {**self._key_names, **dict(found)}

    def key_ids(self, names: Iterable[str]) -> dict[str, int]:
        """The ids of keys, which are written down where they are new."""
        ids = {}
        # In one order for everybody, so that two writers cannot wait for each other.
        for name in sorted(set(names)):
            known = self.key_id(name)
            if known is None:
                self.db.execute("INSERT INTO key (name) VALUES (?) ON CONFLICT (name) DO NOTHING", (name,))
                known = self.key_id(name)
                assert known is not None
            ids[name] = known
        return ids

    def kept(self, key: Hashable, make: Callable[[], T], holds: Callable[[T, int], bool] | None = None) -> T:
        """What `make` computes from the data, or what it has computed before from the same data, or from data in which
        it was the same as far as `holds` tells: of a value, and the time in milliseconds when it was right."""
        if self._state is None:
            self._state = self.db.state()
        return self._kept.get(self._state, key, make, holds=holds, now_ms=now_ms())

    def forget(self) -> None:
        """Keep nothing in this transaction from now on, and use nothing that was kept."""
        self._kept, self._state = Kept(), object()

    def select_in(self, sql: str, values: Sequence[object], before: Sequence[object] = ()) -> list[Row]:
        """All rows of a query whose `IN (*)` lists many values; `before` are the parameters in front of them."""
        found: list[Row] = []
        for start in range(0, len(values), BATCH):
            part = values[start : start + BATCH]
            marks = ",".join("?" * len(part))
            found.extend(self.db.rows(sql.replace("(*)", f"({marks})"), [*before, *part]))
        return found

    def change_in(self, sql: str, values: Sequence[object], before: Sequence[object] = ()) -> None:
        """Run a statement whose `IN (*)` lists many values; `before` are the parameters in front of them."""
        for start in range(0, len(values), BATCH):
            part = values[start : start + BATCH]
            marks = ",".join("?" * len(part))
            self.db.execute(sql.replace("(*)", f"({marks})"), [*before, *part])


def now_ms() -> int:
    """The time now, in milliseconds since 1970, UTC."""
    return time.time_ns() // 1_000_000


def experiment_number(experiment_id: str) -> int:
    """The id of an experiment as a number.

    Raises:
        ResourceMissing: it is none, so no experiment has it.
    """
    if experiment_id.isascii() and experiment_id.isdigit() and len(experiment_id) < 19:
        return int(experiment_id)
    raise ResourceMissing(f"No Experiment with id={experiment_id} exists")
