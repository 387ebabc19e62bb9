"""Runs below their parents: a forest over row ids, and which of its rows are shown. Knows no SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from millrace.series.lazy import LazyModule

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
else:
    np = LazyModule("numpy")


class Forest(NamedTuple):
    """Runs in the order in which a wholly opened tree shows them: each before its children."""

    ids: npt.NDArray[np.int64]
    depths: npt.NDArray[np.int64]
    children: npt.NDArray[np.int64]
    """How many rows are directly below each."""
    sizes: npt.NDArray[np.int64]
    """How many rows are anywhere below each."""
    matched: npt.NDArray[np.bool_]
    leading: npt.NDArray[np.bool_]
    """Whether a match is anywhere below."""

    @property
    def nbytes(self) -> int:
        """How large it is."""
        return sum(array.nbytes for array in self)

    def opened(self, *, by_default: bool, leading: bool, toggled: set[int]) -> npt.NDArray[np.bool_]:
        """Which rows are opened: all or none by default, with `leading` those above a match in any case, but for the
        toggled ones the other way round. Rows without children are never opened."""
        found = self.leading.copy() if leading else np.full(len(self.ids), by_default)
        if by_default:
            found[:] = True
        if toggled:
            found ^= np.isin(self.ids, np.fromiter(toggled, np.int64, len(toggled)))
        return found & (self.children > 0)

    def visible(self, opened: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
        """The places of the rows that are shown when these are opened."""
        closed = np.flatnonzero(~opened & (self.sizes > 0))
        hidden = np.zeros(len(self.ids) + 1, np.int64)
        np.add.at(hidden, closed + 1, 1)
        np.add.at(hidden, closed + 1 + self.sizes[closed], -1)
        return np.flatnonzero(np.cumsum(hidden[:-1]) == 0)


def forest_of(matches: Sequence[int], parents: Mapping[int, int]) -> Forest:
    """The forest of matches, in their order, and of all that is above them.

    A run stands where its best match stands: the first of itself and everything below it. What is on a circle of
    parents has no parent.

    Args:
        matches: the runs that match, in their order.
        parents: the parent of each run that has one, matched or not.
    """
    parents = without_circles(parents)
    # Runs, those with the best matches first: whoever comes to a run first comes from its best match.
    found: dict[int, int | None] = {}
    for run in matches:
        at = run
        while at not in found:
            found[at] = above = parents.get(at)
            if above is None:
                break
            at = above
    roots: list[int] = []
    below: dict[int, list[int]] = {}
    for run, parent in found.items():
        if parent is None:
            roots.append(run)
        else:
            below.setdefault(parent, []).append(run)
    return _walked(roots, below, set(matches))


def without_circles(parents: Mapping[int, int]) -> Mapping[int, int]:
    """The parents without those of runs that are above themselves."""
    if parents.keys().isdisjoint(parents.values()):
        return parents  # most trees have two levels
    circles: set[int] = set()
    seen: set[int] = set()
    for run in parents:
        path: dict[int, int] = {}  # run to its place
        at = run
        while at in parents and at not in seen:
            seen.add(at)
            path[at] = len(path)
            at = parents[at]
        if at in path:
            circles.update(one for one, place in path.items() if place >= path[at])
    return {run: parent for run, parent in parents.items() if run not in circles} if circles else parents


def _walked(roots: list[int], below: Mapping[int, list[int]], matches: set[int]) -> Forest:
    """The forest in the order of a walk through it, each run before its children."""
    ids: list[int] = []
    depths: list[int] = []
    above: list[int] = []  # the place of each one's parent
    pending = [(run, -1, 0) for run in reversed(roots)]
    while pending:
        run, parent, depth = pending.pop()
        if run in below:
            place = len(ids)
            pending.extend((child, place, depth + 1) for child in reversed(below[run]))
        ids.append(run)
        depths.append(depth)
        above.append(parent)
    count = len(ids)
    sizes, leading = [0] * count, [False] * count
    matched = [run in matches for run in ids]
    for place in range(count - 1, -1, -1):
        parent = above[place]
        if parent >= 0:
            sizes[parent] += sizes[place] + 1
            if matched[place] or leading[place]:
                leading[parent] = True
    return Forest(
        np.array(ids, np.int64),
        np.array(depths, np.int64),
        np.fromiter((len(below.get(run, ())) for run in ids), np.int64, count),
        np.array(sizes, np.int64),
        np.array(matched, bool),
        np.array(leading, bool),
    )
