"""Summaries: what is known of a series without reading it."""

from __future__ import annotations

import math
import sys
from typing import TYPE_CHECKING, NamedTuple

from millrace.series.batch import PointColumns
from millrace.series.lazy import LazyModule

if TYPE_CHECKING:
    import numpy as np
else:
    np = LazyModule("numpy")

_MANY = 256
"""From how many points on columns pay."""


class Summary(NamedTuple):
    """The latest point of some points of a series, by MLflow's rule, and all of them summed up."""

    step: int
    timestamp_ms: int
    value: float
    n: int
    """How many points."""
    numbers: int
    """How many of them are no NaN; the rest of the summary is of these."""
    total: float
    minimum: float | None
    maximum: float | None
    first_step: int


def summarised(columns: PointColumns) -> dict[int, Summary]:
    """The summary of each key's points."""
    # A script that logs little must not wait for numpy; where it is there, it is several times as fast.
    if len(columns.key_ids) >= _MANY and "numpy" in sys.modules:
        return _by_columns(columns)
    return _by_points(columns)


def _by_points(columns: PointColumns) -> dict[int, Summary]:
    grouped: dict[int, list[tuple[int, int, float]]] = {}
    for key, step, timestamp, value in zip(*columns, strict=True):
        grouped.setdefault(key, []).append((step, timestamp, value))
    return {key: _of(points) for key, points in grouped.items()}


def _of(points: list[tuple[int, int, float]]) -> Summary:
    step, timestamp, value = max(
        points,
        key=lambda point: (point[0], point[1], not math.isnan(point[2]), point[2] if point[2] == point[2] else 0),
    )
    numbers = [point[2] for point in points if point[2] == point[2]]
    return Summary(
        step,
        timestamp,
        value,
        len(points),
        len(numbers),
        sum(numbers),
        min(numbers, default=None),
        max(numbers, default=None),
        min(point[0] for point in points),
    )


def _by_columns(columns: PointColumns) -> dict[int, Summary]:
    key, step, timestamp, value = map(np.asarray, columns)
    number = ~np.isnan(value)
    order = np.lexsort((np.where(number, value, 0.0), number, timestamp, step, key))
    key, step, timestamp, value, number = key[order], step[order], timestamp[order], value[order], number[order]
    starts = np.flatnonzero(np.concatenate(([True], key[1:] != key[:-1])))
    lasts = np.concatenate((starts[1:], [len(key)])) - 1
    counts = lasts - starts + 1
    numbers = np.add.reduceat(number.astype(np.int64), starts)
    with np.errstate(invalid="ignore"):  # inf - inf
        totals = np.add.reduceat(np.where(number, value, 0.0), starts)
    minima = np.minimum.reduceat(np.where(number, value, np.inf), starts)
    maxima = np.maximum.reduceat(np.where(number, value, -np.inf), starts)
    empty = numbers == 0
    found = zip(
        step[lasts].tolist(),
        timestamp[lasts].tolist(),
        value[lasts].tolist(),
        counts.tolist(),
        numbers.tolist(),
        totals.tolist(),
        np.where(empty, np.array(None), minima).tolist(),
        np.where(empty, np.array(None), maxima).tolist(),
        step[starts].tolist(),
        strict=True,
    )
    return dict(zip(key[starts].tolist(), map(Summary._make, found), strict=True))
