"""Series read for charts: of long ones, whole chunks are not read but their outlines.

The points that come out have the count, the extremes and the odd values of all points, and about the detail that was
asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from operator import itemgetter
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
_KEY, _DATA_ID, _N, _OUTLINE = 0, 5, 6, 7
"""Where some of them are. There are hundreds of thousands of rows in a large frame, so they stay tuples."""


class Bounds(NamedTuple):
    """The part of a series that is asked for; None is no bound, and bounds are included."""

    first_step: int | None
    last_step: int | None
    first_ms: int | None
    last_ms: int | None

    def of(self, points: Columns) -> Columns:
        """The points inside."""
        return between_times(between_steps(points, self.first_step, self.last_step), self.first_ms, self.last_ms)


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


def _parts(tx: Tx, run: int, keys: Sequence[int], bounds: Bounds) -> Iterator[tuple[int, list[Row]]]:
    """The chunks of each series that may have points inside of bounds, in their order."""
    sql, values = f"SELECT {_COLUMNS} FROM chunk WHERE run_id = ?", [run]
    for column, comparison, bound in (("last_ms", ">=", bounds.first_ms), ("first_ms", "<=", bounds.last_ms)):
        if bound is not None:
            sql += f" AND {column} {comparison} ?"
            values.append(bound)
    rows = tx.select_in(f"{sql} AND key_id IN (*) ORDER BY key_id, first_ms, first_step", keys, values)
    for key, group in groupby(rows, key=itemgetter(_KEY)):
        yield key, list(group)


def _read(tx: Tx, parts: list[Row], new: Columns, bounds: Bounds, sections: int) -> tuple[int, Columns]:
    """One series: from its chunks, and from the points of batches."""
    whole, cut = _divided(parts, bounds)
    if not sections or sum(map(itemgetter(_N), whole)) < sections * SECTION or _overlap(parts):
        whole, cut = [], [*whole, *cut]
    cut.sort()  # in their order the points need no sorting
    near = merged([*(bounds.of(points) for points in chunks.loaded(tx, [part[_DATA_ID] for part in cut])), new])
    if not whole:
        return len(near), near
    far = decode_outlines([part[_OUTLINE] for part in whole])
    # What was read lies on both sides of the outlines: put together in this order, nothing is left to be sorted.
    behind = int(np.searchsorted(near.timestamps, far.timestamps[0]))
    points = merged([near.at(slice(behind)), far, near.at(slice(behind, None))])
    return sum(map(itemgetter(_N), whole)) + len(near), points


def _overlap(parts: Sequence[Row]) -> bool:
    """Whether points may be in two chunks: two writers compacted at the same moment."""
    return any(one[3:5] > other[1:3] for one, other in pairwise(parts))


def _divided(parts: list[Row], bounds: Bounds) -> tuple[list[Row], list[Row]]:
    """Chunks that are inside of bounds and have an outline, and those that must be read; those outside are neither."""
    outlined = [part for part in parts if part[_OUTLINE]]
    cut = [part for part in parts if not part[_OUTLINE]]
    if not outlined or bounds == (None, None, None, None):
        return outlined, cut
    outside = np.zeros(len(outlined), np.bool_)
    inside = np.ones(len(outlined), np.bool_)
    times = (np.array([part[place] for part in outlined], np.int64) for place in (1, 3))
    for first, last, (starts, ends) in (
        (bounds.first_step, bounds.last_step, _step_ranges(outlined)),
        (bounds.first_ms, bounds.last_ms, times),
    ):
        if first is not None:
            outside |= ends < first
            inside &= starts >= first
        if last is not None:
            outside |= starts > last
            inside &= ends <= last
    cut += [outlined[place] for place in np.flatnonzero(~outside & ~inside)]
    return [outlined[place] for place in np.flatnonzero(inside)], cut


def _step_ranges(parts: Sequence[Row]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The lowest and the highest step of chunks, which their outlines hold."""
    outlines = [part[_OUTLINE] for part in parts]
    steps = decode_outlines(outlines).steps
    sizes = np.array([len(outline) // POINT_BYTES for outline in outlines])
    starts = np.concatenate(([0], np.cumsum(sizes)[:-1]))
    return np.minimum.reduceat(steps, starts), np.maximum.reduceat(steps, starts)
