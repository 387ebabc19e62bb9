"""Points of metric series appended and summed up.

Where they go from here is in `chunks`; the bytes are described in docs/explanation/chunk-format.md.
"""

from __future__ import annotations

from collections.abc import Sequence

from millrace.engine.chunks import compact
from millrace.engine.db import Connection
from millrace.engine.tx import Tx
from millrace.model import Metric
from millrace.series.batch import encode_batch, point_columns
from millrace.series.summary import Summary, summarised

PENDING = 32_768
"""How many points a run has in batches before they are moved to chunks."""
_BATCH_COST = 8
"""A batch counts as so many points at least: many small rows are slow to read."""
_WORTH = 256
"""A run that ends with fewer points in batches keeps them there."""


def append(tx: Tx, run: int, experiment: int, metrics: Sequence[Metric]) -> None:
    """Append points to the series of a run."""
    append_columns(
        tx,
        run,
        experiment,
        [metric.key for metric in metrics],
        [metric.step for metric in metrics],
        [metric.timestamp for metric in metrics],
        [metric.value for metric in metrics],
    )


def append_columns(
    tx: Tx,
    run: int,
    experiment: int,
    keys: Sequence[str],
    steps: Sequence[int],
    timestamps: Sequence[int],
    values: Sequence[float],
) -> None:
    """Append points, given as columns, to the series of a run."""
    if not keys:
        return
    known = tx.key_ids(set(keys))
    columns = point_columns(map(known.__getitem__, keys), steps, timestamps, values)
    tx.db.execute("INSERT INTO point_batch (run_id, n, data) VALUES (?, ?, ?)", (run, len(keys), encode_batch(columns)))
    _sum_up(tx, run, experiment, summarised(columns))
    if _pending_after(tx, run, len(keys)) >= PENDING:
        _compact(tx, run)


_LATER = (
    # MLflow's rule: the greatest step, then timestamp, then value; a NaN is less than any number.
    "(excluded.step > metric_latest.step OR excluded.step = metric_latest.step AND ("
    "excluded.timestamp_ms > metric_latest.timestamp_ms OR excluded.timestamp_ms = metric_latest.timestamp_ms AND "
    "excluded.value IS NOT NULL AND (metric_latest.value IS NULL OR excluded.value > metric_latest.value)))"
)
_UPSERT = (
    "INSERT INTO metric_latest (run_id, key_id, experiment_id, value, step, timestamp_ms, n, numbers, total,"
    " minimum, maximum, first_step) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (run_id, key_id) DO UPDATE SET "
    + ", ".join(
        f"{column} = CASE WHEN {_LATER} THEN excluded.{column} ELSE metric_latest.{column} END"
        for column in ("value", "step", "timestamp_ms")
    )
    + ", n = metric_latest.n + excluded.n, numbers = metric_latest.numbers + excluded.numbers,"
    " total = metric_latest.total + excluded.total,"
    " minimum = CASE WHEN excluded.minimum IS NULL OR metric_latest.minimum <= excluded.minimum"
    " THEN metric_latest.minimum ELSE excluded.minimum END,"
    " maximum = CASE WHEN excluded.maximum IS NULL OR metric_latest.maximum >= excluded.maximum"
    " THEN metric_latest.maximum ELSE excluded.maximum END,"
    " first_step = CASE WHEN excluded.first_step < metric_latest.first_step THEN excluded.first_step"
    " ELSE metric_latest.first_step END"
)


def _sum_up(tx: Tx, run: int, experiment: int, found: dict[int, Summary]) -> None:
    tx.db.many(
        _UPSERT,
        # In one order for everybody, so that two writers cannot wait for each other.
        [(run, key, experiment, one.value, one.step, one.timestamp_ms, *one[3:]) for key, one in sorted(found.items())],
    )


def _pending_after(tx: Tx, run: int, added: int) -> int:
    """What a run has in batches, as this process knows it."""
    known = tx.pending.get(run)
    if known is None:
        row = tx.db.row(
            f"SELECT SUM(CASE WHEN n > {_BATCH_COST} THEN n ELSE {_BATCH_COST} END) FROM point_batch WHERE run_id = ?",
            (run,),
        )
        known = int(row[0] or 0) if row else 0
    else:
        known += max(added, _BATCH_COST)
    tx.pending[run] = known
    return known


def settle(tx: Tx, run: int) -> None:
    """Compact what a run that has ended has in batches, if it is worth it."""
    row = tx.db.row("SELECT SUM(n) FROM point_batch WHERE run_id = ?", (run,))
    if row and row[0] and row[0] >= _WORTH:
        _compact(tx, run)
    tx.pending.pop(run, None)


def left(db: Connection) -> list[int]:
    """The runs, by row id, whose points should have been compacted by now: their processes did not come to it."""
    rows = db.rows(
        "SELECT run.id FROM (SELECT run_id, SUM(n) AS n FROM point_batch GROUP BY run_id) AS batch"
        " JOIN run ON run.id = batch.run_id"
        " WHERE batch.n >= ? OR batch.n >= ? AND run.status <> 'RUNNING'",
        (PENDING, _WORTH),
    )
    return [row[0] for row in rows]


def _compact(tx: Tx, run: int) -> None:
    if tx.due is None:
        compact(tx, run)
    else:
        tx.due.add(run)
        tx.pending[run] = 0
