from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millrace.errors import InvalidParameterValue
from millrace.model import Metric
from millrace.model.limits import are_fine, check_metric, check_metrics

_INTS = st.sampled_from([0, 1, -1, 2**63 - 1, 2**63, -(2**63), -(2**63) - 1, True, 1.5, None, "1"])
_METRICS = st.builds(
    Metric,
    st.sampled_from(["loss", "a/b", "", "..", "/a", "a//b", "a!", "k" * 250, "k" * 251, "val loss"]),
    st.sampled_from([1.0, 2, float("nan"), float("inf"), True, "1", None]),
    _INTS,
    _INTS,
    st.none(),
    st.sampled_from([None, "", "iris"]),
    st.sampled_from([None, "d"]),
)


def _refused(metric: Metric) -> bool:
    try:
        check_metric(metric)
    except InvalidParameterValue:
        return True
    return False


@given(st.lists(_METRICS, min_size=1, max_size=3))
def test_a_batch_that_is_found_fine_at_once_has_nothing_wrong(metrics: list[Any]) -> None:
    if are_fine(metrics):
        assert not any(map(_refused, metrics))


def test_ordinary_batches_are_found_fine_at_once() -> None:
    assert are_fine([Metric("loss", 0.5, 1, 1), Metric("a b/c", 1, 0, -5, None, "iris", "d")])


def test_the_first_wrong_point_is_named() -> None:
    with pytest.raises(InvalidParameterValue, match=r"metrics\[1\]\.name"):
        check_metrics([Metric("a", 1.0, 1, 1), Metric("b!", 1.0, 1, 1), Metric("c!", 1.0, 1, 1)])
