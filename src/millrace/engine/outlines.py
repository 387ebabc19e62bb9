"""Series read for charts: of long ones, whole chunks are not read but their outlines.

The points that come out have the count, the extremes and the odd values of all points, and about the detail that was
asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, NamedTuple

from millrace.engine import chunks
from millrace.engine.db import Row
from millrace.engine.tx import Tx
from millrace.series.columns import Columns, between_steps, between_times, merged, no_points
from millrace.series.lazy import LazyModule
from millrace.series.outline import POINT_BYTES, SECTION, decode_outlines

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
else:
    np = LazyModule("numpy")

_COLUMNS = "key_id, first_ms, first_step, last_ms, last_step, data_id, n, outline"


class Bounds(NamedTuple):
    """The part of a series that is asked for; None is no bound, and bounds are included."""

    first_step: int | None
    last_step: int | None
    first_ms: int | None
    last_ms: int | None

    def of(self, points: Columns) -> Columns:
        """The points inside."""
        return between_times(between_steps(points, self.first_step, self.last_step), self.first_ms, self.last_ms)


class _Part(NamedTuple):
    """A chunk of one series; its outline is empty where it has none."""

    first: tuple[int, int]
    last: tuple[int, int]
    data_id: int
    n: int
    outline: bytes


def series_of(tx: Tx, run: int, keys: Sequence[int], bounds: Bounds, sections: int) -> dict[int, tuple[int, Columns]]:
    """The number of points of some series of a run inside of bounds, and points that stand for them, by key id.

    Args:
        tx: the transaction.
        run: the run's row.
        keys: the key ids.
        bounds: what is asked for.
        sections: into how many sections a series is divided at least where not all its points are read; 0 for all
            points of all series.
    """
    ids, points = chunks.in_batches(tx, run)
    found = {}
    parts = dict(_parts(tx, run, keys, bounds))
    for key in keys:
        new = bounds.of(points.at(ids == key)) if len(ids) else no_points()
        found[key] = _read(tx, parts.get(key, []), new, bounds, sections)
    return found


def _parts(tx: Tx, run: int, keys: Sequence[int], bounds: Bounds) -> Iterator[tuple[int, list[_Part]]]:
    """The chunks of each series that may have points inside of bounds, in their order."""
    sql, values = f"SELECT {_COLUMNS} FROM chunk WHERE run_id = ?", [run]
    for column, comparison, bound in (("last_ms", ">=", bounds.first_ms), ("first_ms", "<=", bounds.last_ms)):
        if bound is not None:
            sql += f" AND {column} {comparison} ?"
            values.append(bound)
    rows = tx.select_in(f"{sql} AND key_id IN (*) ORDER BY key_id, first_ms, first_step", keys, values)
    for key, group in groupby(rows, key=_key):
        yield key, [_Part(row[1:3], row[3:5], row[5], row[6], row[7]) for row in group]


def _key(row: Row) -> int:
    return int(row[0])


def _read(tx: Tx, parts: list[_Part], new: Columns, bounds: Bounds, sections: int) -> tuple[int, Columns]:
    """One series: from its chunks, and from the points of batches."""
    whole, cut = _divided(parts, bounds)
    if not sections or sum(part.n for part in whole) < sections * SECTION or _overlap(parts):
        whole, cut = [], [*whole, *cut]
    near = merged([*(bounds.of(points) for points in chunks.loaded(tx, [part.data_id for part in cut])), new])
    if not whole:
        return len(near), near
    far = decode_outlines([part.outline for part in whole])
    return sum(part.n for part in whole) + len(near), merged([far, near])


def _overlap(parts: Sequence[_Part]) -> bool:
    """Whether points may be in two chunks: two writers compacted at the same moment."""
    return any(one.last > other.first for one, other in pairwise(parts))


def _divided(parts: list[_Part], bounds: Bounds) -> tuple[list[_Part], list[_Part]]:
    """Chunks that are inside of bounds and have an outline, and those that must be read; those outside are neither."""
    if bounds == (None, None, None, None):
        return [part for part in parts if part.outline], [part for part in parts if not part.outline]
    inside: list[_Part] = []
    cut = [part for part in parts if not part.outline]
    outlined = [part for part in parts if part.outline]
    if outlined:
        lows, highs = _step_ranges(outlined)
        for part, low, high in zip(outlined, lows.tolist(), highs.tolist(), strict=True):
            ranges = ((low, high, *bounds[:2]), (part.first[0], part.last[0], *bounds[2:]))
            if any(
                (first is not None and end < first) or (last is not None and start > last)
                for start, end, first, last in ranges
            ):
                continue
            contained = all(
                (first is None or start >= first) and (last is None or end <= last)
                for start, end, first, last in ranges
            )
            (inside if contained else cut).append(part)
    return inside, cut


def _step_ranges(parts: Sequence[_Part]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The lowest and the highest step of chunks, which their outlines hold."""
    steps = decode_outlines([part.outline for part in parts]).steps
    sizes = np.array([len(part.outline) // POINT_BYTES for part in parts])
    starts = np.concatenate(([0], np.cumsum(sizes)[:-1]))
    return np.minimum.reduceat(steps, starts), np.maximum.reduceat(steps, starts)
