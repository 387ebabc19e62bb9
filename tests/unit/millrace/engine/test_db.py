"""The SQL port behaves the same on every database."""

from __future__ import annotations

import math

import pytest

from millrace.calls import (
    CreateRun,
    GetMetricHistory,
    GetMetricHistoryBulk,
    GetMetricHistoryBulkInterval,
    GetRun,
    LogBatch,
    LogMetric,
    LogOutputs,
    SetTag,
    UpdateRun,
)
from millrace.engine import Engine, open_engine
from millrace.errors import InvalidParameterValue
from millrace.model import LoggedModelOutput, Metric, Param, RunTag


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


def test_histories_of_runs_that_are_gone_are_left_out_and_page_sizes_are_checked(engine: Engine) -> None:
    run_id = engine.call(CreateRun("0")).run.info.run_id
    engine.call(LogBatch(run_id, [Metric("m", float(step), step, step) for step in range(5)]))
    gone = "0" * 32
    for found in (
        engine.call(GetMetricHistoryBulk([gone, run_id], "m")),
        engine.call(GetMetricHistoryBulk([run_id, gone, run_id], "m", 2**63 - 1)),
        engine.call(GetMetricHistoryBulkInterval([gone, run_id], "m")),
    ):
        assert [(point.run_id, point.step) for point in found.metrics] == [(run_id, step) for step in range(5)]
    assert engine.call(GetMetricHistoryBulk([gone], "m")).metrics == []
    assert len(engine.call(GetMetricHistory(run_id, "m", max_results=2**63 - 1)).metrics) == 5
    for call in (
        GetMetricHistory(run_id, "m", max_results=0),
        GetMetricHistory(run_id, "m", max_results=-1),
        GetMetricHistoryBulk([run_id], "m", -1),
    ):
        with pytest.raises(InvalidParameterValue, match="must be a positive integer"):
            engine.call(call)


def test_an_empty_run_name_leaves_the_name(engine: Engine) -> None:
    run_id = engine.call(CreateRun("0", run_name="first")).run.info.run_id
    engine.call(SetTag(run_id, "mlflow.runName", ""))
    engine.call(LogBatch(run_id, tags=[RunTag("mlflow.runName", ""), RunTag("t", "")]))
    run = engine.call(GetRun(run_id)).run
    assert (run.info.run_name, run.data.tags) == ("first", {"mlflow.runName": "first", "t": ""})
