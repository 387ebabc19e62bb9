"""The runs that a search finds, as one ordered list of row ids, so that a table can begin anywhere in it.

The list is computed once for each state of the data, and kept: a jump to another place is a slice of it.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, Protocol

from millrace.engine.run_cells import MISSING, Column, Raw, raw_column
from millrace.engine.run_plan import Scope, matching_ids
from millrace.engine.run_search import SUMMARIES, known_experiments, order_with_summaries, source_of, with_summaries
from millrace.engine.still import list_holds
from millrace.engine.tx import Tx, now_ms
from millrace.model import ViewType
from millrace.search import RUNS, TABLE, Order, parse_filter, parse_order_by
from millrace.series.lazy import LazyModule

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Ids = array[int]
    """Row ids, small and flat: numpy is loaded only to sort them."""
    Key = npt.NDArray[np.float64] | npt.NDArray[np.int64]
else:
    np = LazyModule("numpy")

CLOCK_MS = 5000
"""How long the durations of runs that go on are good for."""


class Searching(Protocol):
    """A call that says which runs it is about."""

    @property
    def experiment_ids(self) -> list[str]:
        """The ids of experiments."""

    @property
    def filter(self) -> str:
        """A filter of SearchRuns."""

    @property
    def run_view_type(self) -> str | int:
        """Whether active runs, deleted ones or both."""


class Search(NamedTuple):
    """Which runs, and in which order."""

    experiments: tuple[int, ...]
    stages: tuple[str, ...]
    filter: str
    order_by: tuple[str, ...] = ()

    @property
    def scope(self) -> Scope:
        """Where runs are looked for."""
        return Scope(list(self.experiments), self.stages)


def search_of(call: Searching, order_by: Sequence[str] = ()) -> Search:
    """What a call asks for."""
    stages = tuple(ViewType.stages(call.run_view_type))
    return Search(tuple(known_experiments(call.experiment_ids)), stages, call.filter, tuple(order_by))


def ordered_ids(tx: Tx, search: Search) -> Ids:
    """The row ids of all runs that a search finds, in its order; raises as SearchRuns does."""
    orders = [order_with_summaries(tx, order) for order in parse_order_by(search.order_by, TABLE)]
    if not orders:
        return _newest_first(tx, search)
    clock = now_ms() // CLOCK_MS if any(order.key == "duration" for order in orders) else 0
    return tx.kept(
        ("ordered", search, clock),
        lambda: _sorted(tx, search, _newest_first(tx, search), orders),
        lambda ids, since: list_holds(tx, search.scope, search.filter, ids, since, partial(_keys, tx, search, orders)),
    )


def _newest_first(tx: Tx, search: Search) -> Ids:
    search = search._replace(order_by=())
    return tx.kept(
        ("found", search),
        lambda: _found(tx, search),
        lambda ids, since: list_holds(tx, search.scope, search.filter, ids, since),
    )


def _found(tx: Tx, search: Search) -> Ids:
    tree = parse_filter(search.filter, RUNS)
    if not search.experiments:
        return array("q")
    tree = tree and with_summaries(tx, tree)
    return array("q", matching_ids(tx, source_of(tx), search.scope, tree))


def _sorted(tx: Tx, search: Search, ids: Ids, orders: Sequence[Order]) -> Ids:
    """The ids in the order that is asked for; what is alike stays as it is, the newest first."""
    # lexsort is stable, and its last key is the first to sort by.
    places = np.lexsort(_keys(tx, search, orders, ids.tolist())[::-1])
    return array("q", np.frombuffer(ids, np.int64)[places].tobytes()) if len(ids) else ids


def _keys(tx: Tx, search: Search, orders: Sequence[Order], ids: Sequence[int]) -> list[Key]:
    """What runs are sorted by, the most important first."""
    keys: list[Key] = []
    for order in orders:
        raw = raw_column(tx, search.experiments, ids, _column(order))
        if order.entity == "attribute" and order.key == "experiment_id":
            raw = [int(str(id_)) for id_ in raw]
        keys += _sort_keys(raw, order.ascending)
    return keys


def _column(order: Order) -> Column:
    if order.entity == "attribute":
        return Column("attributes", order.key)
    entity, _, name = order.entity.partition(".")
    return Column(f"{entity}s", order.key, SUMMARIES[name] if name else "t.value")


def _sort_keys(raw: Sequence[Raw], ascending: bool) -> list[Key]:
    """Keys of one order: numbers before NaN before what is missing in both directions; then the values."""
    kinds = set(map(type, raw))
    if float in kinds:
        numbers: Key = np.array(raw, np.float64)  # what is missing is NaN, too
        ranks = np.zeros(len(raw), np.int64)
        for place in np.flatnonzero(np.isnan(numbers)).tolist():
            ranks[place] = 2 if raw[place] is MISSING else 1
        numbers[ranks > 0] = 0
        return [ranks, numbers if ascending else -numbers]
    # Few texts and counts are different ones: each is looked at once.
    different = set(raw)
    known = sorted(value for value in different if value is not MISSING and value is not None)  # type: ignore[type-var]
    places: dict[Raw, int] = {value: place for place, value in enumerate(known)}
    last = len(places)
    if not ascending:
        places = {value: last - place for value, place in places.items()}
    places |= {None: last + 1, MISSING: last + 2}
    return [np.fromiter(map(places.__getitem__, raw), np.int64, len(raw))]
