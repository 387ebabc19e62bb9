"""The cells of tables of runs: the values of columns for runs that are known by their row ids."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import NamedTuple

from millrace.calls import Cell
from millrace.engine.db import Row
from millrace.engine.locations import run_root
from millrace.engine.run_search import SUMMARIES, summary
from millrace.engine.search import NO_KEY
from millrace.engine.tx import Tx, now_ms
from millrace.errors import InvalidParameterValue

PARENT_TAG = "mlflow.parentRunId"
_TABLES = {"metrics": "metric_latest", "params": "param", "tags": "tag"}
_MANY = 2000
"""From how many runs on one column is read along its key's index, and not run by run."""
_ENDED = frozenset(("FINISHED", "FAILED", "KILLED"))


class Missing:
    """The type of `MISSING`."""

    def __float__(self) -> float:
        return math.nan


MISSING = Missing()
"""Stands where a run has no value; None stands for NaN."""

Raw = float | int | str | None | Missing
"""A value as the database has it."""


class Column(NamedTuple):
    """What a column shows."""

    kind: str
    """attributes, metrics, params or tags."""
    key: str
    """The name of the attribute, or the key."""
    sql: str = "t.value"
    """What is read, of a metric or a text `t`."""

    @property
    def is_latest(self) -> bool:
        """Whether it shows the latest value of a metric, which an index holds."""
        return self.kind == "metrics" and self.sql == "t.value"


def column_of(tx: Tx, name: str) -> Column:
    """The column of a name such as `metrics.loss`, `metrics.loss.min` or `attributes.status`.

    Raises:
        InvalidParameterValue: there is no such kind of column, or no such attribute.
    """
    kind, _, key = name.partition(".")
    if kind == "metrics":
        entity, base = summary(tx, "metric", key)
        return Column(kind, base, SUMMARIES[entity.partition(".")[2]] if entity != "metric" else "t.value")
    if kind in _TABLES:
        return Column(kind, key)
    if kind != "attributes":
        raise InvalidParameterValue(
            f"There is no column {name!r}: a column is attributes.<name>, metrics.<key>, params.<key> or tags.<key>."
        )
    if key not in _ATTRIBUTES and key not in _OTHER_ATTRIBUTES:
        listed = ", ".join(sorted((*_ATTRIBUTES, *_OTHER_ATTRIBUTES)))
        raise InvalidParameterValue(f"There is no attribute {key!r} of runs. There are: {listed}.")
    return Column(kind, key)


_ROW = "run.id, run.uuid, run.name, run.experiment_id, run.status, run.start_ms, run.end_ms, run.user_id, run.stage"


def _duration(row: Row) -> int | None:
    if row[6] is not None:
        return int(row[6] - row[5])
    return None if row[4] in _ENDED else now_ms() - int(row[5])


_ATTRIBUTES: dict[str, Callable[[Row], Cell]] = {
    "run_id": lambda row: str(row[1]),
    "run_name": lambda row: str(row[2]),
    "experiment_id": lambda row: str(row[3]),
    "status": lambda row: str(row[4]),
    "start_time": lambda row: int(row[5]),
    "end_time": lambda row: None if row[6] is None else int(row[6]),
    "duration": _duration,
    "user_id": lambda row: str(row[7]),
    "lifecycle_stage": lambda row: str(row[8]),
}
_OF_ALL = {
    "run_id": "run.uuid",
    "run_name": "run.name",
    "experiment_id": "CAST(run.experiment_id AS TEXT)",
    "status": "run.status",
    "start_time": "run.start_ms",
    "end_time": "run.end_ms",
    "user_id": "run.user_id",
    "lifecycle_stage": "run.stage",
}
"""The attributes that are read alone where there are many runs."""
_OTHER_ATTRIBUTES = ("artifact_uri", "parent_run_id", "points")


class Cells(NamedTuple):
    """Cells of some runs, column by column, in the order of the runs."""

    run_ids: list[str]
    columns: list[list[Cell]]


class Gone(Exception):
    """A run that was found is not there any more."""


def cells(tx: Tx, ids: Sequence[int], columns: Sequence[Column]) -> Cells:
    """The cells of runs as they are shown; raises `Gone` when a run is not there any more."""
    rows = run_rows_of(tx, ids)
    by_key = _by_key(tx, ids, columns)
    shown: list[list[Cell]] = []
    for column in columns:
        if column.kind == "attributes":
            shown.append(_attribute(tx, column.key, ids, rows))
        else:
            shown.append(_shown(column, ids, by_key[column]))
    return Cells([row[1] for row in rows], shown)


def run_ids_of(tx: Tx, ids: Sequence[int]) -> list[str]:
    """The ids of runs by their row ids, in their order; raises `Gone` when one is not there any more."""
    table, values = tx.db.listed(ids)
    sql = f"SELECT run.id, run.uuid FROM {table} wanted CROSS JOIN run WHERE run.id = wanted.id"
    found: dict[int, str] = dict(tx.db.rows(sql, values))
    try:
        return [found[id_] for id_ in ids]
    except KeyError:
        raise Gone from None


def run_rows_of(tx: Tx, ids: Sequence[int]) -> list[Row]:
    """The rows (`_ROW`) of runs, in their order; raises `Gone` when one is not there any more."""
    table, values = tx.db.listed(ids)
    found = {
        row[0]: row
        for row in tx.db.rows(f"SELECT {_ROW} FROM {table} wanted CROSS JOIN run WHERE run.id = wanted.id", values)
    }
    try:
        return [found[id_] for id_ in ids]
    except KeyError:
        raise Gone from None


def _shown(column: Column, ids: Sequence[int], found: dict[int, Raw]) -> list[Cell]:
    if column.kind != "metrics":
        return list(map(found.get, ids))  # type: ignore[arg-type]
    # What is infinite less itself is no number: the quickest test that there is.
    spelled = {id_: _spelled(value) for id_, value in found.items() if value is None or value - value}  # type: ignore[operator]
    if spelled:
        found = {**found, **spelled}
    return list(map(found.get, ids))  # type: ignore[arg-type]


def shown(column: Column, raw: Sequence[Raw]) -> list[Cell]:
    """Values as they are shown, from values as the database has them."""
    if column.kind != "metrics":
        return [None if isinstance(value, Missing) else value for value in raw]
    return [None if isinstance(value, Missing) else value if _is_plain(value) else _spelled(value) for value in raw]


def _is_plain(value: Raw) -> bool:
    return value is not None and (isinstance(value, int) or math.isfinite(value))  # type: ignore[arg-type]


def _spelled(value: Raw) -> str:
    return "NaN" if value is None else "Infinity" if value > 0 else "-Infinity"  # type: ignore[operator]


def _attribute(tx: Tx, name: str, ids: Sequence[int], rows: Sequence[Row]) -> list[Cell]:
    if name in _ATTRIBUTES:
        return list(map(_ATTRIBUTES[name], rows))
    if name == "artifact_uri":
        experiments = list({row[3] for row in rows})
        found = tx.select_in("SELECT id, location FROM experiment WHERE id IN (*)", experiments)
        roots = {id_: tx.locations.shown(location) for id_, location in found}
        return [run_root(roots[row[3]], row[1]) for row in rows]
    if name == "parent_run_id":
        parent = Column("tags", PARENT_TAG)
        return _shown(parent, ids, _by_key(tx, ids, [parent])[parent])
    table, values = tx.db.listed(ids)
    points = tx.db.rows(
        f"SELECT t.run_id, SUM(t.n) FROM {table} wanted CROSS JOIN metric_latest t WHERE t.run_id = wanted.id"
        " GROUP BY t.run_id",
        values,
    )
    counted = {id_: int(count) for id_, count in points}
    return [counted.get(id_, 0) for id_ in ids]


def _by_key(tx: Tx, ids: Sequence[int], columns: Sequence[Column]) -> dict[Column, dict[int, Raw]]:
    """The values of metrics, params and tags by row id."""
    wanted: dict[str, dict[int, list[Column]]] = defaultdict(lambda: defaultdict(list))
    found: dict[Column, dict[int, Raw]] = {}
    for column in columns:
        if column.kind != "attributes" and column not in found:
            found[column] = {}
            wanted[_TABLES[column.kind]][tx.key_id(column.key) or NO_KEY].append(column)
    for table, by_key in wanted.items():
        by_key.pop(NO_KEY, None)
        if by_key and ids:
            _read(tx, table, ids, by_key, found)
    return found


def _read(
    tx: Tx, table: str, ids: Sequence[int], by_key: dict[int, list[Column]], found: dict[Column, dict[int, Raw]]
) -> None:
    """Read what one table has of runs into `found`."""
    expressions = list(dict.fromkeys(column.sql for columns in by_key.values() for column in columns))
    listed, values = tx.db.listed(ids)
    sql = (
        f"SELECT t.key_id, t.run_id, {', '.join(expressions)} FROM {listed} wanted CROSS JOIN {table} t"
        " WHERE t.run_id = wanted.id"
    )
    if not _reads_all(tx, table, ids, len(by_key)):
        sql += f" AND t.key_id IN ({','.join('?' * len(by_key))})"
        values = [*values, *by_key]
    rows = tx.db.rows(sql, values)
    for place, expression in enumerate(expressions, 2):
        into = {key: found[one] for key, columns in by_key.items() for one in columns if one.sql == expression}
        for row in rows:
            column = into.get(row[0])
            if column is not None:
                column[row[1]] = row[place]


def _reads_all(tx: Tx, table: str, ids: Sequence[int], keys: int) -> bool:
    """Whether to read all keys of the runs is less work than to look for each key in each run."""
    most = max(_count(tx, table, id_, 4 * keys + 1) for id_ in (ids[0], ids[len(ids) // 2], ids[-1]))
    return (keys > 2 and most <= 4 * keys) or keys > 500


def _count(tx: Tx, table: str, id_: int, bound: int) -> int:
    row = tx.db.row(f"SELECT COUNT(*) FROM (SELECT 1 FROM {table} WHERE run_id = ? LIMIT {bound}) counted", (id_,))
    return int(row[0]) if row else 0


def raw_column(tx: Tx, experiments: Sequence[int], ids: Sequence[int], column: Column) -> list[Raw]:
    """The values of one column for runs of these experiments, as the database has them, however many runs."""
    if column.kind == "attributes":
        if len(ids) > _MANY and column.key in _OF_ALL:
            found = _of_all(tx, experiments, column.key)
            return [MISSING if (value := found.get(id_)) is None else value for id_ in ids]
        rows = _all_rows(tx, experiments, ids) if len(ids) > _MANY else run_rows_of(tx, ids)
        return [MISSING if value is None else value for value in _attribute(tx, column.key, ids, rows)]
    if len(ids) <= _MANY:
        found = _by_key(tx, ids, [column])[column]
    else:
        marks = ",".join("?" * len(experiments))
        key = tx.key_id(column.key) or NO_KEY
        found = dict(
            tx.db.rows(
                f"SELECT t.run_id, {column.sql} FROM {_TABLES[column.kind]} t"
                f" WHERE t.key_id = ? AND t.experiment_id IN ({marks})",
                [key, *experiments],
            )
        )
    return [found.get(id_, MISSING) for id_ in ids]


def _of_all(tx: Tx, experiments: Sequence[int], attribute: str) -> dict[int, Raw]:
    marks = ",".join("?" * len(experiments))
    sql = f"SELECT run.id, {_OF_ALL[attribute]} FROM run WHERE run.experiment_id IN ({marks})"
    return dict(tx.db.rows(sql, list(experiments)))


def _all_rows(tx: Tx, experiments: Sequence[int], ids: Sequence[int]) -> list[Row]:
    marks = ",".join("?" * len(experiments))
    rows = tx.db.rows(f"SELECT {_ROW} FROM run WHERE run.experiment_id IN ({marks})", list(experiments))
    found = {row[0]: row for row in rows}
    try:
        return [found[id_] for id_ in ids]
    except KeyError:
        raise Gone from None
