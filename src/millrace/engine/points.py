"""Points of metric series: appended, read back, and reduced to the latest of each series.

Everything that knows how points are stored is in this file.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from millrace.engine.tx import Tx
from millrace.model import Metric
from millrace.series import is_later

_DOUBLE = struct.Struct("<d")
_INT64 = struct.Struct("<q")


class Point(NamedTuple):
    """One point of a series, in the order of a history."""

    timestamp_ms: int
    step: int
    bits: int

    @property
    def value(self) -> float:
        """The value."""
        return float(_DOUBLE.unpack(_INT64.pack(self.bits))[0])


def _bits(value: float) -> int:
    # All NaNs are one, so that the same point is stored once.
    return int(_INT64.unpack(_DOUBLE.pack(math.nan if math.isnan(value) else value))[0])


def append(tx: Tx, run: int, experiment: int, metrics: Sequence[Metric]) -> None:
    """Append points to the series of a run; a point that is there already changes nothing."""
    ids = tx.key_ids(metric.key for metric in metrics)
    rows = sorted((ids[m.key], m.timestamp, m.step, _bits(float(m.value))) for m in metrics)
    tx.db.many(
        f"INSERT INTO point (run_id, key_id, timestamp_ms, step, bits) VALUES ({run}, ?, ?, ?, ?)"
        " ON CONFLICT DO NOTHING",
        rows,
    )
    tx.db.many(
        # MLflow's rule: the greatest step, then timestamp, then value; a NaN is less than any number.
        "INSERT INTO metric_latest (run_id, key_id, experiment_id, value, step, timestamp_ms) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (run_id, key_id) DO UPDATE SET"
        " value = excluded.value, step = excluded.step, timestamp_ms = excluded.timestamp_ms"
        " WHERE excluded.step > metric_latest.step OR excluded.step = metric_latest.step AND ("
        "  excluded.timestamp_ms > metric_latest.timestamp_ms OR excluded.timestamp_ms = metric_latest.timestamp_ms AND"
        "  excluded.value IS NOT NULL AND (metric_latest.value IS NULL OR excluded.value > metric_latest.value))",
        [
            (run, ids[m.key], experiment, float(m.value), m.step, m.timestamp)
            for m in sorted(latest(metrics), key=lambda m: ids[m.key])
        ],
    )


def latest(metrics: Iterable[Metric]) -> list[Metric]:
    """The latest point of each key."""
    found: dict[str, Metric] = {}
    for metric in metrics:
        if metric.key not in found or is_later(metric, found[metric.key]):
            found[metric.key] = metric
    return list(found.values())


def history(tx: Tx, run: int, key: str, after: Point | None = None, limit: int | None = None) -> list[Point]:
    """The points of a series, by timestamp, then step, then value, from behind a point, at most `limit`."""
    id_ = tx.key_id(key)
    if id_ is None:
        return []
    sql = "SELECT timestamp_ms, step, bits FROM point WHERE run_id = ? AND key_id = ?"
    values: list[object] = [run, id_]
    if after is not None:
        sql += " AND (timestamp_ms, step, bits) > (?, ?, ?)"
        values += [*after]
    sql += " ORDER BY timestamp_ms, step, bits"
    if limit is not None:
        sql += " LIMIT ?"
        values.append(limit)
    return [Point(*row) for row in tx.db.rows(sql, values)]


def steps(tx: Tx, run: int, key: str, first: int | None, last: int | None) -> list[int]:
    """The different steps of a series, ascending, within bounds that are included."""
    id_ = tx.key_id(key)
    if id_ is None:
        return []
    sql = "SELECT DISTINCT step FROM point WHERE run_id = ? AND key_id = ?"
    values: list[object] = [run, id_]
    for bound, operator in ((first, ">="), (last, "<=")):
        if bound is not None:
            sql += f" AND step {operator} ?"
            values.append(bound)
    return [row[0] for row in tx.db.rows(sql + " ORDER BY step", values)]


def at_steps(tx: Tx, run: int, key: str, wanted: Sequence[int]) -> list[Point]:
    """The points of a series at some steps, by step, then timestamp."""
    id_ = tx.key_id(key)
    if id_ is None:
        return []
    rows = tx.select_in(
        "SELECT timestamp_ms, step, bits FROM point WHERE run_id = ? AND key_id = ? AND step IN (*)",
        wanted,
        before=[run, id_],
    )
    return sorted((Point(*row) for row in rows), key=lambda point: (point.step, point.timestamp_ms, point.bits))
