"""The answers to GetFacet and GetRunGroups: values of columns counted and summed up over all runs of a search."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from millrace.calls import Cell, Facet, GetFacet, GetRunGroups, GroupColumn, RunGroups, TableColumn
from millrace.engine.run_cells import MISSING, Column, Raw, column_of, raw_column, shown
from millrace.engine.run_order import CLOCK_MS, Search, ordered_ids, search_of
from millrace.engine.run_table import consistent
from millrace.engine.texts import as_number
from millrace.engine.tx import Tx, answers, now_ms
from millrace.errors import InvalidParameterValue
from millrace.series.lazy import LazyModule

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
else:
    np = LazyModule("numpy")

_SORTED = 5000
"""Up to how many different values are all sorted."""


@answers(GetFacet)
def get_facet(tx: Tx, call: GetFacet) -> Facet:
    """Count the values of a column."""
    return consistent(tx, lambda: _kept_facet(tx, call))


def _kept_facet(tx: Tx, call: GetFacet) -> Facet:
    search, column = search_of(call), column_of(tx, call.column)
    clock = now_ms() // CLOCK_MS if column.key == "duration" else 0
    key = ("facet", search, column, clock, call.prefix, call.max_values, call.max_bins)
    return tx.kept(key, lambda: _facet(tx, call, search, column, clock))


def _facet(tx: Tx, call: GetFacet, search: Search, column: Column, clock: int) -> Facet:
    # What somebody types is completed letter by letter, so the values are counted once.
    counted = tx.kept(("counted", search, column, clock), lambda: Counter(_raw(tx, search, column)))
    runs, missing = counted.total(), counted[MISSING]
    counted = Counter({value: count for value, count in counted.items() if value is not MISSING})
    most = _most(column, counted, call)
    numbers, counts = _numbers(column, counted)
    finite = np.isfinite(numbers)
    edges, bins = _bins(numbers[finite], counts[finite], call.max_bins)
    return Facet(
        runs=runs,
        missing=missing,
        values=[value for value, _ in most],
        counts=[count for _, count in most],
        edges=edges,
        bins=bins,
        odd=int(counts[~finite].sum()),
    )


def _raw(tx: Tx, search: Search, column: Column) -> list[Raw]:
    return raw_column(tx, search.experiments, ordered_ids(tx, search).tolist(), column)


def _most(column: Column, counted: Counter[Raw], call: GetFacet) -> list[tuple[Cell, int]]:
    """The most frequent values with their counts; among those that are alike, by value."""
    shown_counts = Counter(dict(zip(shown(column, list(counted)), counted.values(), strict=True)))
    if call.prefix:
        start = call.prefix.casefold()
        shown_counts = Counter({one: n for one, n in shown_counts.items() if str(one).casefold().startswith(start)})
    # Of very many values only some are sorted: those that are as frequent as others are left out as they come.
    pairs = shown_counts.most_common(None if len(shown_counts) <= _SORTED else call.max_values)
    pairs.sort(key=lambda pair: (-pair[1], isinstance(pair[0], str), pair[0]))
    return pairs[: call.max_values]


def _numbers(column: Column, counted: Counter[Raw]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """The different numbers of a column, NaN and infinities included, and their counts; none where any value is no
    number."""
    if column.kind == "metrics":
        found: list[float | None] = [math.nan if value is None else float(value) for value in counted]
    elif column.kind == "attributes":
        found = [None if isinstance(value, str) else float(value) for value in counted]  # type: ignore[arg-type]
    else:
        found = [as_number(value) for value in counted]
    if None in found:
        return np.empty(0), np.empty(0, np.int64)
    return np.array(found, np.float64), np.fromiter(counted.values(), np.int64, len(counted))


def _bins(numbers: npt.NDArray[np.float64], counts: npt.NDArray[np.int64], most: int) -> tuple[list[float], list[int]]:
    if not len(numbers) or not most:
        return [], []
    low, high = float(numbers.min()), float(numbers.max())
    if low == high:
        return [low, high], [int(counts.sum())]
    if not math.isfinite(high - low):
        return [], []  # the width of a bin is no number any more
    bins, edges = np.histogram(numbers, bins=min(most, int(counts.sum())), range=(low, high), weights=counts)
    return edges.tolist(), bins.tolist()


@answers(GetRunGroups)
def get_run_groups(tx: Tx, call: GetRunGroups) -> RunGroups:
    """Group runs."""
    return consistent(tx, lambda: _groups(tx, call))


def _groups(tx: Tx, call: GetRunGroups) -> RunGroups:
    search = search_of(call)
    by = [column_of(tx, name) for name in call.by]
    keys = list(zip(*(shown(column, _raw(tx, search, column)) for column in by), strict=True))
    places: dict[tuple[Cell, ...], int] = {}
    group_of = np.fromiter((places.setdefault(key, len(places)) for key in keys), np.int64, len(keys))
    counts = np.bincount(group_of, minlength=len(places))
    columns = [_summed(tx, search, name, group_of, len(places)) for name in call.columns]
    order = _order(call, counts, columns)[: call.max_groups].tolist()
    listed = list(places)
    return RunGroups(
        groups=len(places),
        keys=[TableColumn(name, [listed[at][index] for at in order]) for index, name in enumerate(call.by)],
        counts=counts[order].tolist(),
        columns=[_picked(column, order) for column in columns],
    )


def _summed(tx: Tx, search: Search, name: str, group_of: npt.NDArray[np.int64], count: int) -> GroupColumn:
    """The finite numbers of a column, summed up in each group."""
    column = column_of(tx, name)
    raw = _raw(tx, search, column)
    values = np.array([_number(value) for value in raw], np.float64)
    known = np.isfinite(values)
    values, groups = values[known], group_of[known]
    n = np.bincount(groups, minlength=count)
    with np.errstate(all="ignore"):
        mean = np.bincount(groups, values, count) / n
        squares = np.bincount(groups, (values - mean[groups]) ** 2, count)
        deviation = np.sqrt(squares / (n - 1))
    low, high = np.full(count, np.inf), np.full(count, -np.inf)
    np.minimum.at(low, groups, values)
    np.maximum.at(high, groups, values)
    return GroupColumn(name, _finite(mean, n > 0), _finite(low, n > 0), _finite(high, n > 0), _finite(deviation, n > 1))


def _number(value: Raw) -> float:
    if isinstance(value, str):
        value = as_number(value)
    return float(value) if isinstance(value, int | float) else math.nan


def _finite(values: npt.NDArray[np.float64], known: npt.NDArray[np.bool_]) -> list[float | None]:
    good = np.isfinite(values) & known
    return [value if is_good else None for value, is_good in zip(values.tolist(), good.tolist(), strict=True)]


def _order(call: GetRunGroups, counts: npt.NDArray[np.int64], columns: Sequence[GroupColumn]) -> npt.NDArray[np.int64]:
    """The places of the groups in the order that is asked for; groups that are alike stand as their newest runs do."""
    if not call.order_by:
        return np.argsort(-counts, kind="stable")
    name, _, direction = call.order_by.rpartition(" ")
    if direction.upper() not in ("ASC", "DESC"):
        name, direction = call.order_by, "ASC"
    means = next((column.mean for column in columns if column.name == name), None)
    if means is None:
        raise InvalidParameterValue(f"Groups cannot be ordered by {call.order_by!r}: it is none of `columns`.")
    sign = -1 if direction.upper() == "DESC" else 1
    # numpy sorts NaN last, in both directions
    return np.argsort(np.array([math.nan if mean is None else sign * mean for mean in means]), kind="stable")


def _picked(column: GroupColumn, order: Sequence[int]) -> GroupColumn:
    lists = (column.mean, column.minimum, column.maximum, column.deviation)
    return GroupColumn(column.name, *([values[at] for at in order] for values in lists))
