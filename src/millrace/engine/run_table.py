"""The answer to GetRunWindow: some rows of a table of runs, flat or as a tree."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from msgspec.structs import replace

from millrace.calls import GetRunWindow, RunWindow, TableColumn
from millrace.engine import changes, run_rows
from millrace.engine.run_cells import PARENT_TAG, Gone, cells, column_of, run_ids_of
from millrace.engine.run_order import Search, ordered_ids, search_of
from millrace.engine.run_tree import Forest, forest_of
from millrace.engine.still import parents_hold
from millrace.engine.tx import Tx, answers
from millrace.errors import InvalidParameterValue, TemporarilyUnavailable
from millrace.series.lazy import LazyModule

if TYPE_CHECKING:
    import numpy as np

    from millrace.engine.run_order import Ids
else:
    np = LazyModule("numpy")

T = TypeVar("T")

MAX_ROWS = 10_000
"""How many rows a window with columns has at most."""
MAX_CELLS = 2_000_000
"""How many cells a window has at most."""


@answers(GetRunWindow)
def get_run_window(tx: Tx, call: GetRunWindow) -> RunWindow:
    """Get a window."""
    if call.columns and call.limit > MAX_ROWS:
        raise InvalidParameterValue(f"A window with columns has at most {MAX_ROWS} rows, not {call.limit}.")
    cursor = changes.cursor(tx)
    return replace(_window(tx, call), cursor=cursor)


def _window(tx: Tx, call: GetRunWindow) -> RunWindow:
    if call.run_ids:
        return _given(tx, call)
    return consistent(tx, lambda: _flat(tx, call) if call.tree == "none" else _tree(tx, call))


def consistent(tx: Tx, work: Callable[[], T]) -> T:
    """What the work gives; it is done again without what is kept when a run has gone since that was computed."""
    try:
        return work()
    except Gone:
        tx.forget()
    try:
        return work()
    except Gone:
        raise TemporarilyUnavailable("Runs were removed while they were read. Try again.") from None


def _flat(tx: Tx, call: GetRunWindow) -> RunWindow:
    ids = ordered_ids(tx, search_of(call, call.order_by))
    shown, columns = _columns(tx, call, ids[call.offset : call.offset + call.limit].tolist())
    return RunWindow(rows=len(ids), matches=len(ids), run_ids=shown, columns=columns)


def _given(tx: Tx, call: GetRunWindow) -> RunWindow:
    ids = list(run_rows.ids(tx, call.run_ids).values())
    shown, columns = _columns(tx, call, ids[call.offset : call.offset + call.limit])
    return RunWindow(rows=len(ids), matches=len(ids), run_ids=shown, columns=columns)


def _columns(tx: Tx, call: GetRunWindow, ids: Sequence[int]) -> tuple[list[str], list[TableColumn]]:
    if not call.columns:
        return run_ids_of(tx, ids), []
    if len(ids) * len(call.columns) > MAX_CELLS:
        raise InvalidParameterValue(
            f"{len(ids)} rows of {len(call.columns)} columns are more than the {MAX_CELLS} cells of a window. "
            "Ask for fewer rows at once."
        )
    found = cells(tx, ids, [column_of(tx, name) for name in call.columns])
    named = zip(call.columns, found.columns, strict=True)
    return found.run_ids, [TableColumn(name, values) for name, values in named]


def _tree(tx: Tx, call: GetRunWindow) -> RunWindow:
    search = search_of(call, call.order_by)
    ids = ordered_ids(tx, search)
    parents = _kept_parents(tx, search)
    # The forest of the same list and the same parents is the same.
    forest = tx.kept(
        ("forest", search),
        lambda: _Grown(ids, parents, forest_of(ids.tolist(), parents)),
        lambda known, _: known.ids is ids and known.parents is parents,
    ).forest
    toggled = set(run_rows.ids(tx, call.toggled).values())
    opened = forest.opened(by_default=call.tree == "open", leading=bool(call.filter.strip()), toggled=toggled)
    visible = forest.visible(opened)
    part = visible[call.offset : call.offset + call.limit]
    shown, columns = _columns(tx, call, forest.ids[part].tolist())
    return RunWindow(
        rows=len(visible),
        matches=len(ids),
        run_ids=shown,
        columns=columns,
        depths=forest.depths[part].tolist(),
        children=forest.children[part].tolist(),
        opened=opened[part].tolist(),
        matched=forest.matched[part].tolist(),
    )


class _Grown(NamedTuple):
    """A forest, and what it was made of."""

    ids: Ids
    parents: dict[int, int]
    forest: Forest

    @property
    def nbytes(self) -> int:
        return self.forest.nbytes


def _kept_parents(tx: Tx, search: Search) -> dict[int, int]:
    scope = search._replace(filter="", order_by=())
    key = tx.key_id(PARENT_TAG)
    return tx.kept(
        ("parents", scope),
        lambda: _parents(tx, search),
        lambda parents, since: key is not None and parents_hold(tx, scope.scope, key, parents, since),
    )


def _parents(tx: Tx, search: Search) -> dict[int, int]:
    """The parent of each run that has one within the scope of a search, by row ids."""
    key = tx.key_id(PARENT_TAG)
    if key is None or not search.experiments:
        return {}
    marks = ",".join("?" * len(search.experiments))
    named: dict[int, str] = dict(
        tx.db.rows(
            f"SELECT run_id, SUBSTR(value, 1, 64) FROM tag WHERE key_id = ? AND experiment_id IN ({marks})",
            [key, *search.experiments],
        )
    )
    there = tx.select_in(
        "SELECT uuid, id, experiment_id, stage FROM run WHERE uuid IN (*)", sorted(set(named.values()))
    )
    ids = {
        uuid: id_
        for uuid, id_, experiment, stage in there
        if experiment in search.experiments and stage in search.stages
    }
    return {run: ids[uuid] for run, uuid in named.items() if uuid in ids}
