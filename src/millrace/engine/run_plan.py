"""How runs are looked for: the planner of our own.

A database that is left to itself picks the wrong index by factors of 50 to 10,000, in both directions. So it is told:

* when a part of the filter has few matches (counted up to a bound), look only at these, and sort them;
* else, when there is an index in the order that is asked for, walk it, try the filter on each run, and stop at the
  end of the page;
* else look at everything.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from millrace.engine.db import Row
from millrace.engine.run_rows import COLUMNS
from millrace.engine.search import NO_KEY, SortKey, Source, Sql, behind, condition, in_order, sorting
from millrace.engine.tx import Tx
from millrace.search import And, Comparison, Node, Order, Value

FEW = 2000
"""How many matches of a part of the filter are few."""
_MANY = (FEW, 50_000, 1_000_000)
"""Up to how many matches parts of a filter are compared when runs are counted: further where all have more."""
_MOST_BRANCHES = 50
"""How many experiments' indexes are walked side by side at most."""

_WIDTH = COLUMNS.count(",") + 1


class Scope(NamedTuple):
    """Where runs are looked for."""

    experiments: list[int]
    stages: tuple[str, ...]

    def condition(self) -> Sql:
        """The condition that a run is in the scope."""
        sql = f"run.experiment_id IN ({_marks(self.experiments)}) AND run.stage IN ({_marks(self.stages)})"
        return sql, [*self.experiments, *self.stages]


class _Plan(NamedTuple):
    """A query without its LIMIT: runs in their order, with their sort keys behind."""

    sql: str
    values: list[object]


def find_runs(
    tx: Tx,
    source: Source,
    scope: Scope,
    tree: Node | None,
    orders: Sequence[Order],
    *,
    limit: int,
    position: Sequence[Value] | None,
) -> list[Row]:
    """Rows (`run_rows.COLUMNS`, then the sort keys) of up to `limit` runs from behind a position on."""
    candidates = list(_candidates(tx, scope, tree))
    if None in candidates:
        return []  # a part of the filter names a key that nobody has logged
    counted = [(_count(tx, one, FEW), one) for one in candidates if one is not None]
    few, driver = min(counted, key=lambda pair: pair[0], default=(FEW + 1, None))
    if driver is not None and few <= FEW:
        plans = iter([_sorted(tx, source, scope, tree, orders, position, driver)])
    elif len(scope.experiments) * len(scope.stages) <= _MOST_BRANCHES:
        plans = _walks(tx, source, scope, tree, orders, position, limit)
    else:
        plans = iter([_sorted(tx, source, scope, tree, orders, position, None)])
    rows: list[Row] = []
    for plan in plans:
        rows += tx.db.rows(f"{plan.sql} LIMIT ?", [*plan.values, limit - len(rows)])
        if len(rows) == limit:
            break
    return rows


def count_runs(tx: Tx, source: Source, scope: Scope, tree: Node | None) -> int:
    """How many runs there are, counted from the part of the filter on that has the fewest matches."""
    candidates = list(_candidates(tx, scope, tree))
    if None in candidates:
        return 0
    driver = _rarest(tx, [one for one in candidates if one])
    table, values, driven = _driven(driver)
    test, more = _all_of([*driven, scope.condition(), *_filter(tx, source, tree)])
    row = tx.db.row(f"SELECT COUNT(*) FROM {table} WHERE {test}", [*values, *more])
    return int(row[0]) if row else 0


def _rarest(tx: Tx, candidates: Sequence[Sql]) -> Sql | None:
    """The query that has the fewest rows; None where there is none."""
    if len(candidates) < 2:
        return next(iter(candidates), None)
    for bound in _MANY:
        few, rarest = min(((_count(tx, one, bound), one) for one in candidates), key=lambda pair: pair[0])
        if few <= bound:
            break
    return rarest


def matching_ids(tx: Tx, source: Source, scope: Scope, tree: Node | None) -> list[int]:
    """The row ids of all runs that match, the newest first."""
    candidates = list(_candidates(tx, scope, tree))
    if None in candidates:
        return []
    counted = [(_count(tx, one, FEW), one) for one in candidates if one is not None]
    few, driver = min(counted, key=lambda pair: pair[0], default=(FEW + 1, None))
    table, values, driven = _driven(driver if few <= FEW else None)
    test, more = _all_of([*driven, scope.condition(), *_filter(tx, source, tree)])
    rows = tx.db.rows(f"SELECT run.id FROM {table} WHERE {test} ORDER BY run.start_ms DESC, run.uuid", [*values, *more])
    return [row[0] for row in rows]


def _driven(driver: Sql | None) -> tuple[str, list[object], list[Sql]]:
    """Runs, or those among a driver's rows: tables, the values in them, and how they hang together."""
    if driver is None:
        return "run", [], []
    # CROSS JOIN: SQLite keeps to the order in which the tables stand.
    return f"({driver[0]}) driver CROSS JOIN run", driver[1], [("run.id = driver.run_id", [])]


def _all_of(where: Sequence[Sql]) -> Sql:
    """The condition that all conditions hold."""
    return " AND ".join(f"({test})" for test, _ in where), [value for _, values in where for value in values]


def _candidates(tx: Tx, scope: Scope, tree: Node | None) -> Iterator[Sql | None]:
    """Queries for the row ids of the runs that fulfil parts of the filter which have an index; None: there are none."""
    parts = tree.parts if isinstance(tree, And) else (tree,)
    inside = f"experiment_id IN ({_marks(scope.experiments)})"
    for part in parts:
        if not isinstance(part, Comparison):
            continue
        if part.entity == "attribute" and part.key == "run_id" and part.op in ("=", "IN"):
            uuids = part.value if isinstance(part.value, tuple) else (part.value,)
            yield f"SELECT id AS run_id FROM run WHERE uuid IN ({_marks(uuids)})", list(uuids)
            continue
        if part.entity == "metric" and part.op in ("=", "<", "<=", ">", ">="):
            sql, values = (
                f"SELECT run_id FROM metric_latest WHERE key_id = ? AND {inside} AND value {part.op} ?",
                [part.value],
            )
        elif part.entity in ("param", "tag") and part.op == "=" and isinstance(part.value, str):
            sql = f"SELECT run_id FROM {part.entity} WHERE key_id = ? AND {inside}"
            # The index holds the beginnings of values.
            sql += " AND SUBSTR(value, 1, 64) = SUBSTR(?, 1, 64) AND value = ?"
            values = [part.value, part.value]
        else:
            continue
        key = tx.key_id(part.key)
        yield None if key is None else (sql, [key, *scope.experiments, *values])


def _count(tx: Tx, query: Sql, bound: int) -> int:
    """How many rows a query has; one more than the bound at most."""
    row = tx.db.row(f"SELECT COUNT(*) FROM ({query[0]} LIMIT {bound + 1}) counted", query[1])
    return int(row[0]) if row else 0


def _sorted(
    tx: Tx,
    source: Source,
    scope: Scope,
    tree: Node | None,
    orders: Sequence[Order],
    position: Sequence[Value] | None,
    driver: Sql | None,
) -> _Plan:
    """All matches, or those among the driver's rows, sorted."""
    joins, values, keys = sorting(tx, source, orders)
    table, more, driven = _driven(driver)
    where = [*driven, scope.condition(), *_filter(tx, source, tree), *_rest(keys, position)]
    return _Plan(*_query(f"{table}{joins}", [*more, *values], where, keys))


def _walks(
    tx: Tx,
    source: Source,
    scope: Scope,
    tree: Node | None,
    orders: Sequence[Order],
    position: Sequence[Value] | None,
    limit: int,
) -> Iterator[_Plan]:
    """Walks along indexes, to be taken one after the other; one sorted query where there is no index."""
    first = orders[0]
    if first.entity == "metric":
        yield from _metric_walks(tx, source, scope, tree, orders, position, limit)
    elif first.entity == "attribute" and first.key == "start_time":
        joins, values, keys = sorting(tx, source, orders)
        where = [*_filter(tx, source, tree), *_rest(keys, position)]
        yield _side_by_side(scope, _Walk("run" + joins, "run", values, where, keys, keys), limit)
    else:
        yield _sorted(tx, source, scope, tree, orders, position, None)


class _Walk(NamedTuple):
    """A walk along the index of one table, in one experiment and stage."""

    table: str
    inside: str
    """The name of the table whose experiment is that of the walk."""
    values: list[object]
    where: list[Sql]
    keys: Sequence[SortKey]
    selected: Sequence[SortKey]
    """The sort keys in full: those that are the same all along the walk, then `keys`."""


def _metric_walks(
    tx: Tx,
    source: Source,
    scope: Scope,
    tree: Node | None,
    orders: Sequence[Order],
    position: Sequence[Value] | None,
    limit: int,
) -> Iterator[_Plan]:
    """Runs by a metric: first those with numbers, then those with NaN, then those without it."""
    joins, values, keys = sorting(tx, source, orders[1:])
    filters = _filter(tx, source, tree)
    early = _filter(tx, _beside(source), tree)
    reached = position[0] if position else 0
    key = tx.key_id(orders[0].key) or NO_KEY
    of_key: Sql = ("walked.key_id = ? AND run.id = walked.run_id", [key])
    table = f"metric_latest walked CROSS JOIN run{joins}"
    if reached == 0:
        by_value = [SortKey("walked.value", orders[0].ascending), *keys]
        where = [of_key, ("walked.value IS NOT NULL", []), *early, *_rest(by_value, position and position[1:])]
        walk = _Walk(table, "walked", values, where, by_value, [_constant("0"), *by_value])
        yield _side_by_side(scope, walk, limit)
    if reached in (0, 1):
        rest = _rest(keys, position[2:] if position and reached == 1 else None)
        where = [of_key, ("walked.value IS NULL", []), *early, *rest]
        walk = _Walk(table, "walked", values, where, keys, [_constant("1"), _constant("NULL"), *keys])
        yield _side_by_side(scope, walk, limit)
    without: Sql = ("NOT EXISTS (SELECT 1 FROM metric_latest t WHERE t.run_id = run.id AND t.key_id = ?)", [key])
    where = [without, *filters, *_rest(keys, position[2:] if position and reached == 2 else None)]
    walk = _Walk("run" + joins, "run", values, where, keys, [_constant("2"), _constant("NULL"), *keys])
    yield _side_by_side(scope, walk, limit)


def _beside(source: Source) -> Source:
    """The same, but it asks about the runs in the index that is walked, before they are looked up themselves."""
    related = {
        name: one._replace(exists=one.exists.replace("= run.id", "= walked.run_id"))
        for name, one in source.related.items()
    }
    return source._replace(related=related)


def _constant(sql: str) -> SortKey:
    return SortKey(sql, True)


def _side_by_side(scope: Scope, walk: _Walk, limit: int) -> _Plan:
    """A walk in each experiment and stage, merged."""
    branches = []
    for experiment in scope.experiments:
        for stage in scope.stages:
            inside = (f"{walk.inside}.experiment_id = ? AND run.stage = ?", [experiment, stage])
            branches.append(_query(walk.table, walk.values, [inside, *walk.where], walk.keys, walk.selected))
    if len(branches) == 1:
        return _Plan(*branches[0])
    whole = " UNION ALL ".join(f"SELECT * FROM ({sql} LIMIT {limit}) branch" for sql, _ in branches)
    first = _WIDTH + len(walk.selected) - len(walk.keys) + 1
    order = ", ".join(f"{place} {'ASC' if key.ascending else 'DESC'}" for place, key in enumerate(walk.keys, first))
    return _Plan(f"{whole} ORDER BY {order}", [value for _, values in branches for value in values])


def _query(
    table: str,
    values: list[object],
    where: Sequence[Sql],
    keys: Sequence[SortKey],
    selected: Sequence[SortKey] | None = None,
) -> Sql:
    columns = ", ".join(key.sql for key in selected or keys)
    test, more = _all_of(where)
    return f"SELECT {COLUMNS}, {columns} FROM {table} WHERE {test} ORDER BY {in_order(keys)}", [*values, *more]


def _filter(tx: Tx, source: Source, tree: Node | None) -> list[Sql]:
    return [] if tree is None else [condition(tx, source, tree)]


def _rest(keys: Sequence[SortKey], position: Sequence[Value] | None) -> list[Sql]:
    return [] if position is None else [behind(keys, position)]


def _marks(values: Sequence[object]) -> str:
    return ",".join("?" * len(values))
