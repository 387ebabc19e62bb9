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
from millrace.series.outline import encode_outline

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
        read = [_behind(points, after) for points in loaded(tx, [row[0] for row in chunks[:wanted]])]
        parts, chunks = [merged([*parts, *read])], chunks[wanted:]
        found = parts[0]
        if not chunks or (limit is not None and len(found) >= limit and _ends_before(found, limit, chunks[0])):
            return found if limit is None else found.at(slice(limit))
        wanted = 1 + max(0, (limit or 0) - len(found)) // CHUNK


def _chunks(tx: Tx, run: int, key: int, after: Position | None) -> list[Row]:
    """Where the chunks of a series are that hold points from a position on: id and first timestamp and step."""
    sql = "SELECT data_id, first_ms, first_step FROM chunk WHERE run_id = ? AND key_id = ?"
    values: list[object] = [run, key]
    if after is not None:
        sql += " AND (last_ms, last_step) >= (?, ?)"
        values += [after.timestamp_ms, after.step]
    return tx.db.rows(sql + " ORDER BY first_ms, first_step", values)


def loaded(tx: Tx, data_ids: Sequence[int]) -> list[Columns]:
    """The points of chunks, one behind the other."""
    if not data_ids:
        return []
    blobs: dict[int, bytes] = dict(tx.select_in("SELECT id, data FROM chunk_data WHERE id IN (*)", data_ids))
    return [decode_chunks([blobs[id_] for id_ in data_ids])]  # in their order the points need no sorting


def in_batches(tx: Tx, run: int) -> tuple[npt.NDArray[np.uint32], Columns]:
    """The points of a run that are in batches, as they came, and the key id of each."""
    rows = tx.db.rows("SELECT data FROM point_batch WHERE run_id = ? ORDER BY id", (run,))
    return _unpacked([row[0] for row in rows])


def _in_batches(tx: Tx, run: int, key: int) -> Columns:
    ids, points = in_batches(tx, run)
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
    where = "SELECT first_ms, first_step, data_id, n FROM chunk WHERE run_id = ? AND key_id = ?"
    touched = tx.db.rows(
        f"{where} AND (first_ms, first_step) <= (?, ?) AND (last_ms, last_step) >= (?, ?)", (run, key, *last, *first)
    )
    before = tx.db.row(
        f"{where} AND (first_ms, first_step) < (?, ?) ORDER BY first_ms DESC, first_step DESC LIMIT 1",
        (run, key, *first),
    )
    if before is not None and before[3] < CHUNK and before not in touched:
        touched.append(before)
    old = _taken(tx, run, key, touched)
    whole = merged([*old, new])
    if len(whole) < len(points) + sum(map(len, old)):
        _uncount(tx, run, key, [points, *old], whole)
    tx.db.many(
        "INSERT INTO chunk (run_id, key_id, first_ms, first_step, data_id, last_ms, last_step, n, outline)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [_put(tx, run, key, whole.at(slice(start, start + CHUNK))) for start in range(0, len(whole), CHUNK)],
    )


def _taken(tx: Tx, run: int, key: int, chunks: Sequence[Row]) -> list[Columns]:
    """The points of chunks, which are no longer there then."""
    if not chunks:
        return []
    tx.db.many(
        "DELETE FROM chunk WHERE run_id = ? AND key_id = ? AND first_ms = ? AND first_step = ? AND data_id = ?",
        [(run, key, *chunk[:3]) for chunk in chunks],
    )
    rows = tx.select_in("DELETE FROM chunk_data WHERE id IN (*) RETURNING data", [chunk[2] for chunk in chunks])
    return [decode_chunk(row[0]) for row in rows]


def _put(tx: Tx, run: int, key: int, points: Columns) -> tuple[object, ...]:
    """Store the points of a chunk; the row that says where they are."""
    (row,) = tx.db.rows("INSERT INTO chunk_data (data) VALUES (?) RETURNING id", (encode_chunk(points),))
    return (
        run,
        key,
        int(points.timestamps[0]),
        int(points.steps[0]),
        row[0],
        int(points.timestamps[-1]),
        int(points.steps[-1]),
        len(points),
        encode_outline(points),
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
