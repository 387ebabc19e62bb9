"""Thinning out series for charts: few points, and none of the extremes lost.

M4 (Jugel, Jerzak, Hackenbroich, Markl: "M4: A Visualization-Oriented Time Series Data Aggregation", VLDB 2014): the
x axis is cut into equal buckets, and each keeps its first, last, lowest and highest point, which draw the same line
in a chart of as many pixels as there are buckets. Lowest and highest are of finite values; of NaN, infinity and minus
infinity, the first of each in a bucket is kept besides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from millrace.series.columns import Columns
from millrace.series.lazy import LazyModule

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from millrace.series.columns import Floats, Ints
else:
    np = LazyModule("numpy")

_PER_BUCKET = 4
_ODD_KINDS = 3


def thinned(points: Columns, x: Ints, at_most: int) -> Columns:
    """At most `at_most` points (7 at least), the lowest and the highest of each part of the x axis among them.

    Args:
        points: the points, ordered by `x`.
        x: their places on the x axis: steps or timestamps.
        at_most: how many points are wanted.
    """
    count = len(points)
    if count <= max(at_most, _PER_BUCKET):
        return points
    finite = np.isfinite(points.values)
    per_bucket = _PER_BUCKET if finite.all() else _PER_BUCKET + _ODD_KINDS
    buckets = max(1, at_most // per_bucket)
    span = float(x[-1]) - float(x[0])
    places = np.zeros(count, np.int64)
    if span:
        places = np.minimum(((x - float(x[0])) * (buckets / span)).astype(np.int64), buckets - 1)
    starts = np.flatnonzero(np.concatenate(([True], places[1:] != places[:-1])))
    return points.at(outstanding(points.values, starts))


def outstanding(values: Floats, starts: Ints) -> Ints:
    """The positions, ascending, of the points to keep of each section: first, last, lowest, highest, and odd ones.

    Args:
        values: the values of all points.
        starts: where each section begins, 0 first; none is empty.
    """
    ends = np.concatenate((starts[1:], [len(values)])) - 1
    finite = np.isfinite(values)
    kept = [starts, ends]
    if finite.all():
        kept += [_lowest(values, starts), _lowest(-values, starts)]
    else:
        kept += [
            _lowest(np.where(finite, values, np.inf), starts),
            _lowest(np.where(finite, -values, np.inf), starts),
            *(_first(odd, starts) for odd in (np.isnan(values), values == np.inf, values == -np.inf)),
        ]
    return np.unique(np.concatenate(kept))


def _lowest(values: Floats, starts: Ints) -> Ints:
    """The first position of the lowest number of each section."""
    lows = np.minimum.reduceat(values, starts)
    sizes = np.diff(np.concatenate((starts, [len(values)])))
    return _first(values == np.repeat(lows, sizes), starts)


def _first(hit: npt.NDArray[np.bool_], starts: Ints) -> Ints:
    """The first position of each section that is hit."""
    hits = np.flatnonzero(hit)
    section = np.searchsorted(starts, hits, side="right")
    first = np.concatenate(([True], section[1:] != section[:-1])) if len(hits) else np.zeros(0, np.bool_)
    return hits[first]
