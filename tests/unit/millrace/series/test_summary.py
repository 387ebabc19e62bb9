from __future__ import annotations

import math

import numpy as np  # loaded, so that columns may be used
from hypothesis import given
from hypothesis import strategies as st

from millrace.series import summary
from millrace.series.batch import point_columns
from millrace.series.summary import Summary, summarised

_VALUES = st.one_of(st.sampled_from([math.nan, math.inf, -math.inf, 0.0, 1.5]), st.integers(-9, 9).map(float))
_POINTS = st.lists(
    st.tuples(st.integers(1, 3), st.integers(-2, 3), st.integers(0, 3), _VALUES), min_size=1, max_size=40
)


def _spelled(found: dict[int, Summary]) -> dict[int, tuple[str, ...]]:
    return {
        key: tuple(map(repr, (*one[:2], one.value + 0.0, *one[3:5], *map(_plain, one[5:8]), one[8])))
        for key, one in found.items()
    }


def _plain(value: float | None) -> float | None:
    return None if value is None else value + 0.0  # no negative zero


@given(_POINTS)
def test_both_ways_to_sum_up_agree(points: list[tuple[int, int, int, float]]) -> None:
    columns = point_columns(*zip(*points, strict=True))
    assert _spelled(summary._by_columns(columns)) == _spelled(summary._by_points(columns))


def test_the_latest_point_is_mlflows() -> None:
    points = [(1, 5, 9, 3.0), (1, 6, 1, 2.0), (1, 6, 2, math.nan), (1, 6, 2, 1.0), (1, 6, 2, 1.5), (1, -4, 9, 99.0)]
    found = summarised(point_columns(*zip(*points, strict=True)))[1]
    assert found == Summary(6, 2, 1.5, 6, 5, 106.5, 1.0, 99.0, -4)


def test_nothing_but_nan_has_no_extremes() -> None:
    found = summarised(point_columns([7, 7], [0, 1], [1, 1], [math.nan, math.nan]))[7]
    assert (found.n, found.numbers, found.total, found.minimum, found.maximum) == (2, 0, 0, None, None)
    assert np.isnan(found.value)
