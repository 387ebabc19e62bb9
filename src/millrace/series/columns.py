"""Points in columns: sorted, merged, and without repetitions. Only readers and compaction come here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from millrace.series.lazy import LazyModule

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]
else:
    np = LazyModule("numpy")

_NAN_BITS = 0x7FF8000000000000


class Columns(NamedTuple):
    """Points of one series, column by column."""

    steps: Ints
    timestamps: Ints
    values: Floats

    def __len__(self) -> int:  # of points, not of columns
        return int(self.steps.shape[0])

    def at(self, chosen: slice | npt.NDArray[np.intp] | npt.NDArray[np.bool_]) -> Columns:
        """Some of the points."""
        return Columns(self.steps[chosen], self.timestamps[chosen], self.values[chosen])

    def bits(self) -> Ints:
        """The values' bits as integers, which are the same for all NaNs."""
        found: Ints = np.ascontiguousarray(self.values).view(np.int64)
        nans = np.isnan(self.values)
        return np.where(nans, _NAN_BITS, found) if nans.any() else found


def no_points() -> Columns:
    """No points."""
    return Columns(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float64))


def merged(parts: Sequence[Columns]) -> Columns:
    """All points of some columns, ordered by timestamp, step and bits, each once."""
    parts = [part for part in parts if len(part)]
    if len(parts) == 1:
        whole = parts[0]
    elif not parts:
        return no_points()
    else:
        whole = Columns(*(np.concatenate(column) for column in zip(*parts, strict=True)))
    if is_sorted(whole):
        return whole
    bits = whole.bits()
    order = np.lexsort((bits, whole.steps, whole.timestamps))
    whole, bits = whole.at(order), bits[order]
    same = (
        (whole.timestamps[1:] == whole.timestamps[:-1])
        & (whole.steps[1:] == whole.steps[:-1])
        & (bits[1:] == bits[:-1])
    )
    return whole.at(np.concatenate((np.array([True]), ~same))) if same.any() else whole


def is_sorted(points: Columns) -> bool:
    """Whether points are surely in order and different: each pair of timestamp and step is behind the one before."""
    earlier, later = points.timestamps[:-1], points.timestamps[1:]
    if bool((later > earlier).all()):
        return True
    return bool(((later > earlier) | (later == earlier) & (points.steps[1:] > points.steps[:-1])).all())


def between_steps(points: Columns, first: int | None, last: int | None) -> Columns:
    """The points whose steps are within bounds, which are included."""
    return _between(points, points.steps, first, last)


def between_times(points: Columns, first: int | None, last: int | None) -> Columns:
    """The points whose timestamps are within bounds, which are included."""
    return _between(points, points.timestamps, first, last)


def _between(points: Columns, column: Ints, first: int | None, last: int | None) -> Columns:
    if first is None and last is None:
        return points
    if bool((column[1:] >= column[:-1]).all()):  # as they mostly are: nothing is copied
        start = 0 if first is None else int(np.searchsorted(column, first))
        end = len(points) if last is None else int(np.searchsorted(column, last, side="right"))
        return points.at(slice(start, end))
    chosen = np.ones(len(points), np.bool_)
    if first is not None:
        chosen &= column >= first
    if last is not None:
        chosen &= column <= last
    return points.at(chosen)


def by_step(points: Columns) -> Columns:
    """The points, by step, then timestamp."""
    if bool((points.steps[1:] >= points.steps[:-1]).all()):
        return points
    return points.at(np.argsort(points.steps, kind="stable"))


def at_common_steps(series: Sequence[Columns], count: int) -> list[Columns]:
    """The points of several series at about `count` steps, evenly spread over those of all, by step.

    A line that starts or ends inside of the others is drawn to its ends, and the others have a point there too.
    """
    if not series:
        return []
    different: list[Ints] = []
    for points in series:
        steps = _different(points.steps)
        if not any(np.array_equal(steps, other) for other in different):
            different.append(steps)
    every = different[0] if len(different) == 1 else _different(np.concatenate(different))
    ends = [steps[[0, -1]] for steps in different if len(steps)]
    chosen = _different(np.concatenate([every[_spread(len(every), count)], *ends]))
    found = [points.at(_among(points.steps, chosen)) for points in series]
    return [points.at(np.lexsort((points.timestamps, points.steps))) for points in found]


def _different(numbers: Ints) -> Ints:
    """The different numbers, ascending; quicker than `numpy.unique` for what is mostly in order."""
    if not bool((numbers[1:] > numbers[:-1]).all()):
        numbers = np.sort(numbers, kind="stable")
        numbers = numbers[np.concatenate((np.ones(1, np.bool_), numbers[1:] != numbers[:-1]))]
    return numbers


def _spread(length: int, count: int) -> list[int]:
    """About `count` positions among `length`, spread as MLflow spreads them, and the last one."""
    if length <= count:
        return list(range(length))
    return [*(index * length // count for index in range(count)), length - 1]


def _among(steps: Ints, chosen: Ints) -> npt.NDArray[np.intp]:
    """Where the steps are that are among those chosen, which are ascending."""
    if bool((steps[1:] > steps[:-1]).all()):  # as they mostly are: few are looked for among many
        places = np.searchsorted(steps, chosen)
        inside = places < len(steps)
        places, chosen = places[inside], chosen[inside]
        found: npt.NDArray[np.intp] = places[steps[places] == chosen]
        return found
    places = np.searchsorted(chosen, steps)
    places[places == len(chosen)] = 0
    return np.flatnonzero(chosen[places] == steps) if len(chosen) else places
