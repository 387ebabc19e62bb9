"""The SQL port behaves the same on every database."""

from __future__ import annotations

import math

import pytest

from millrace.calls import (
    CreateRun,
    GetMetricHistory,
    GetRun,
    LogBatch,
    LogMetric,
    LogOutputs,
    UpdateRun,
)
from millrace.engine import Engine, open_engine
from millrace.errors import InvalidParameterValue
from millrace.model import LoggedModelOutput, Metric, Param


@pytest.fixture(params=["sqlite", "postgres"])
def engine(request: pytest.FixtureRequest) -> Engine:
    uri = "store" if request.param == "sqlite" else request.getfixturevalue("postgres_uri")
    opened = open_engine(uri)
    request.addfinalizer(opened.close)
    return opened


@pytest.mark.parametrize("number", [2**63, -(2**63) - 1, 10**30])
def test_a_number_that_does_not_fit_is_refused(engine: Engine, number: int) -> None:
    run_id = engine.call(CreateRun("0")).run.info.run_id
    for call in (
        CreateRun("0", start_time=number),
        UpdateRun(run_id, end_time=number),
        LogMetric(run_id, "m", 1.0, number),
        LogMetric(run_id, "m", 1.0, 1, number),
        LogOutputs(run_id, [LoggedModelOutput("m-1", number)]),
    ):
        with pytest.raises(InvalidParameterValue):
            engine.call(call)
    assert engine.call(GetRun(run_id)).run.info.end_time is None


def test_a_refused_batch_changes_nothing(engine: Engine) -> None:
    run_id = engine.call(CreateRun("0")).run.info.run_id
    engine.call(LogBatch(run_id, params=[Param("p", "1")]))
    with pytest.raises(InvalidParameterValue, match="Changing param values"):
        engine.call(LogBatch(run_id, [Metric("m", 1.0, 1, 1)], [Param("p", "2"), Param("q", "1")]))
    data = engine.call(GetRun(run_id)).run.data
    assert (data.metrics, data.params) == ({}, {"p": "1"})


def test_nan_and_infinities_are_stored_as_they_are(engine: Engine) -> None:
    run_id = engine.call(CreateRun("0")).run.info.run_id
    for step, value in enumerate((math.nan, math.inf, -math.inf, -0.0, 5e-324)):
        engine.call(LogMetric(run_id, "m", value, 7, step))
    history = engine.call(GetMetricHistory(run_id, "m")).metrics
    assert [str(point.value) for point in history] == ["nan", "inf", "-inf", "-0.0", "5e-324"]


def test_the_same_point_is_stored_once(engine: Engine) -> None:
    run_id = engine.call(CreateRun("0")).run.info.run_id
    for _ in range(2):
        engine.call(LogBatch(run_id, [Metric("m", math.nan, 1, 1), Metric("m", 2.0, 1, 1), Metric("m", 2.0, 1, 1)]))
    assert len(engine.call(GetMetricHistory(run_id, "m")).metrics) == 2
    assert engine.call(GetRun(run_id)).run.data.metrics == {"m": 2.0}
