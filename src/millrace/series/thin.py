"""Thinning out series for charts: few points, and none of the extremes lost.

M4 (Jugel, Jerzak, Hackenbroich, Markl: "M4: A Visualization-Oriented Time Series Data Aggregation", VLDB 2014): the
x axis is cut into equal buckets, and each keeps its first, last, lowest and highest point, which draw the same line
in a chart of as many pixels as there are buckets. Points that are NaN are kept where they are the first or the last.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from millrace.series.columns import Columns
from millrace.series.lazy import LazyModule

if TYPE_CHECKING:
    import numpy as np

    from millrace.series.columns import Floats, Ints
else:
    np = LazyModule("numpy")

_PER_BUCKET = 4


def thinned(points: Columns, x: Ints, at_most: int) -> Columns:
    """At most `at_most` points (4 at least), the lowest and the highest of each part of the x axis among them.

    Args:
        points: the points, ordered by `x`.
        x: their places on the x axis: steps or timestamps.
        at_most: how many points are wanted.
    """
    count = len(points)
    if count <= max(at_most, _PER_BUCKET):
        return points
    buckets = max(1, at_most // _PER_BUCKET)
    span = float(x[-1]) - float(x[0])
    places = np.zeros(count, np.int64)
    if span:
        places = np.minimum(((x - float(x[0])) * (buckets / span)).astype(np.int64), buckets - 1)
    starts = np.flatnonzero(np.concatenate(([True], places[1:] != places[:-1])))
    ends = np.concatenate((starts[1:], [count])) - 1
    chosen = np.unique(np.concatenate((starts, ends, _lowest(points.values, starts), _lowest(-points.values, starts))))
    return points.at(chosen)


def _lowest(values: Floats, starts: Ints) -> Ints:
    """The position of the lowest number of each bucket; a NaN counts as the highest."""
    filled = np.where(np.isnan(values), np.inf, values)
    lows = np.minimum.reduceat(filled, starts)
    sizes = np.diff(np.concatenate((starts, [len(values)])))
    hits = np.flatnonzero(filled == np.repeat(lows, sizes))
    bucket = np.searchsorted(starts, hits, side="right") - 1
    first = np.concatenate(([True], bucket[1:] != bucket[:-1])) if len(hits) else np.zeros(0, np.bool_)
    return hits[first]
