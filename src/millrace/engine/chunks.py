"""Points at rest: read back from batches and chunks, and moved from the ones to the others.

The bytes are described in docs/explanation/chunk-format.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from millrace.engine.db import Row
from millrace.engine.tx import Tx
from millrace.series.batch import split_batch
from millrace.series.chunk import CHUNK, decode_chunk, decode_chunks, encode_chunk
from millrace.series.columns import Columns, merged, no_points
from millrace.series.lazy import LazyModule

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
else:
    np = LazyModule("numpy")


class Position(NamedTuple):
    """Where a point stands in a history: by timestamp, then step, then the bits of its value."""

    timestamp_ms: int
    step: int
    bits: int


def history(tx: Tx, run: int, key: str, *, after: Position | None = None, limit: int | None = None) -> Columns:
    """The points of a series in the order of a history, from behind a position, at most `limit`."""
    id_ = tx.key_id(key)
    if id_ is None:
        return no_points()
    parts = [_behind(_in_batches(tx, run, id_), after)]
    chunks = _chunks(tx, run, id_, after)
    wanted = len(chunks) if limit is None else 0
    while True:
        loaded = [_behind(points, after) for points in _loaded(tx, chunks[:wanted])]
        parts, chunks = [merged([*parts, *loaded])], chunks[wanted:]
        found = parts[0]
        if not chunks or (limit is not None and len(found) >= limit and _ends_before(found, limit, chunks[0])):
            return found if limit is None else found.at(slice(limit))
        wanted = 1 + max(0, (limit or 0) - len(found)) // CHUNK


def _chunks(tx: Tx, run: int, key: int, after: Position | None) -> list[Row]:
    """Where the chunks of a series are that hold points from a position on: id and first timestamp and step."""
    sql = "SELECT id, first_ms, first_step FROM chunk WHERE run_id = ? AND key_id = ?"
    values: list[object] = [run, key]
    if after is not None:
        sql += " AND (last_ms, last_step) >= (?, ?)"
        values += [after.timestamp_ms, after.step]
    return tx.db.rows(sql + " ORDER BY first_ms, first_step", values)


def _loaded(tx: Tx, chunks: Sequence[Row]) -> list[Columns]:
    if not chunks:
        return []
    rows = tx.select_in("SELECT id, data FROM chunk WHERE id IN (*)", [row[0] for row in chunks])
    blobs: dict[int, bytes] = dict(rows)
    return [decode_chunks([blobs[row[0]] for row in chunks])]  # in their order the points need no sorting


def _in_batches(tx: Tx, run: int, key: int) -> Columns:
    """The points of a series that are in batches, as they came."""
    rows = tx.db.rows("SELECT data FROM point_batch WHERE run_id = ? ORDER BY id", (run,))
    ids, points = _unpacked([row[0] for row in rows])
    return points.at(ids == key)


def _unpacked(blobs: Sequence[bytes]) -> tuple[npt.NDArray[np.uint32], Columns]:
    """The key ids and the points of batches, one behind the other."""
    if not blobs:
        return np.empty(0, np.uint32), no_points()
    columns = zip(*(split_batch(blob)[1:] for blob in blobs), strict=True)
    ids, steps, timestamps, values = (
        np.frombuffer(b"".join(views), dtype)
        for views, dtype in zip(columns, ("<u4", "<i8", "<i8", "<f8"), strict=True)
    )
    return ids.astype(np.uint32), Columns(
        steps.astype(np.int64), timestamps.astype(np.int64), values.astype(np.float64)
    )


def _behind(points: Columns, after: Position | None) -> Columns:
    if after is None:
        return points
    same_time = points.timestamps == after.timestamp_ms
    later_step = (points.steps > after.step) | (points.steps == after.step) & (points.bits() > after.bits)
    return points.at((points.timestamps > after.timestamp_ms) | same_time & later_step)


def _ends_before(points: Columns, limit: int, chunk: Row) -> bool:
    """Whether the first `limit` points are all before what a chunk holds."""
    last = int(points.timestamps[limit - 1]), int(points.steps[limit - 1])
    return last < (chunk[1], chunk[2])


def compact(tx: Tx, run: int) -> None:
    """Move the points that a run has in batches to chunks of their series."""
    tx.pending[run] = 0
    if not tx.db.try_lock(run):
        return  # another writer is at it
    rows = tx.db.rows("DELETE FROM point_batch WHERE run_id = ? RETURNING data", (run,))
    ids, points = _unpacked([row[0] for row in rows])
    order = np.argsort(ids, kind="stable")
    ids, points = ids[order], points.at(order)
    starts = np.flatnonzero(ids[1:] != ids[:-1]) + 1
    bounds = [0, *starts.tolist(), len(ids)] if len(ids) else []
    for start, end in pairwise(bounds):
        _merge(tx, run, int(ids[start]), points.at(slice(start, end)))


def _merge(tx: Tx, run: int, key: int, points: Columns) -> None:
    """Put new points of a series into chunks, together with those that they fall among or right behind."""
    new = merged([points])
    first = int(new.timestamps[0]), int(new.steps[0])
    last = int(new.timestamps[-1]), int(new.steps[-1])
    touched = [
        row[0]
        for row in tx.db.rows(
            "SELECT id FROM chunk WHERE run_id = ? AND key_id = ?"
            " AND (first_ms, first_step) <= (?, ?) AND (last_ms, last_step) >= (?, ?)",
            (run, key, *last, *first),
        )
    ]
    before = tx.db.row(
        "SELECT id, n FROM chunk WHERE run_id = ? AND key_id = ? AND (first_ms, first_step) < (?, ?)"
        " ORDER BY first_ms DESC, first_step DESC LIMIT 1",
        (run, key, *first),
    )
    if before is not None and before[1] < CHUNK and before[0] not in touched:
        touched.append(before[0])
    old = [decode_chunk(row[0]) for row in tx.select_in("DELETE FROM chunk WHERE id IN (*) RETURNING data", touched)]
    whole = merged([*old, new])
    if len(whole) < len(points) + sum(map(len, old)):
        _uncount(tx, run, key, [points, *old], whole)
    tx.db.many(
        "INSERT INTO chunk (run_id, key_id, n, first_ms, first_step, last_ms, last_step, data)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [_row(run, key, whole.at(slice(start, start + CHUNK))) for start in range(0, len(whole), CHUNK)],
    )


def _row(run: int, key: int, points: Columns) -> tuple[object, ...]:
    return (
        run,
        key,
        len(points),
        int(points.timestamps[0]),
        int(points.steps[0]),
        int(points.timestamps[-1]),
        int(points.steps[-1]),
        encode_chunk(points),
    )


def _uncount(tx: Tx, run: int, key: int, parts: Sequence[Columns], whole: Columns) -> None:
    """Take points that came twice out of the summary of their series."""
    values = np.concatenate([part.values for part in parts])
    with np.errstate(invalid="ignore"):  # inf - inf
        twice = float(np.nansum(values) - np.nansum(whole.values))
    tx.db.execute(
        "UPDATE metric_latest SET n = n - ?, numbers = numbers - ?, total = total - ? WHERE run_id = ? AND key_id = ?",
        (
            len(values) - len(whole),
            int((~np.isnan(values)).sum() - (~np.isnan(whole.values)).sum()),
            twice,
            run,
            key,
        ),
    )
