"""Metrics through the journal: what users pass, read, wait for and switch."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy
import pytest

import mlflow
from millrace.calls import GetRun
from millrace.errors import MlflowException
from millrace.journal.writer import Writer
from mlflow.client import stores


def _points(key: str) -> list[tuple[int, int, float]]:
    run = mlflow.active_run() or mlflow.last_active_run()
    assert run is not None
    history = mlflow.MlflowClient().get_metric_history(run.info.run_id, key)
    return [(point.timestamp, point.step, point.value) for point in history]


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The keys that took the short way."""
    taken: list[str] = []
    for name in ("append_known", "append_many_known"):
        real: Callable[..., bool] = getattr(Writer, name)

        def spy(self: Writer, run_id: str, what: Any, *rest: Any, real: Callable[..., bool] = real) -> bool:
            done = real(self, run_id, what, *rest)
            if done:
                taken.extend([what] if isinstance(what, str) else what)
            return done

        monkeypatch.setattr(Writer, name, spy)
    return taken


@pytest.mark.parametrize("value", [2, True, 2.5, numpy.float64(2.5), numpy.float32(2.5), numpy.int64(2), math.inf])
def test_both_ways_store_the_same(value: Any, short: list[str]) -> None:
    with mlflow.start_run():
        mlflow.log_metric("m", value, step=1, timestamp=5)
        mlflow.log_metric("m", value, step=numpy.int64(2), timestamp=6)
        mlflow.log_metrics({"m": value}, step=3, timestamp=7)
        assert _points("m") == [(5, 1, float(value)), (6, 2, float(value)), (7, 3, float(value))]
    if isinstance(value, float | int):
        assert short == ["m", "m"]


@pytest.mark.parametrize(
    ("value", "step", "timestamp"),
    [("x", 1, 1), (None, 1, 1), (1.0, "x", 1), (1.0, 2**64, 1), (1.0, 1, -1), (10**400, 1, 1), ([1.0, 2.0], 1, 1)],
)
def test_both_ways_refuse_the_same(value: Any, step: Any, timestamp: Any) -> None:
    with mlflow.start_run():
        messages = []
        for number in range(2):
            for log in (
                lambda: mlflow.log_metric("m", value, step=step, timestamp=timestamp),
                lambda: mlflow.log_metrics({"m": value}, step=step, timestamp=timestamp),
            ):
                with pytest.raises(MlflowException) as refused:
                    log()
                assert refused.value.error_code == "INVALID_PARAMETER_VALUE"
                messages.append(refused.value.message)
            mlflow.log_metric("m", 1.0, step=number)
        assert messages[:2] == messages[2:]
        assert len(_points("m")) == 2


def test_a_switch_to_another_store_takes_the_metrics_along(tmp_path: Any, short: list[str]) -> None:
    with mlflow.start_run():
        mlflow.log_metric("m", 1.0)
        mlflow.log_metric("m", 2.0)
        mlflow.set_tracking_uri(tmp_path / "other")
        with pytest.raises(MlflowException, match="not found"):
            mlflow.log_metric("m", 3.0)
        mlflow.set_tracking_uri("")
        assert len(_points("m")) == 2
    assert short == ["m"]


def test_metrics_go_to_the_innermost_run() -> None:
    with mlflow.start_run() as outer:
        mlflow.log_metric("m", 1.0)
        mlflow.log_metric("m", 2.0)
        with mlflow.start_run(nested=True) as inner:
            mlflow.log_metric("m", 3.0)
            mlflow.log_metric("m", 4.0)
    assert mlflow.get_run(outer.info.run_id).data.metrics == {"m": 2.0}
    assert mlflow.get_run(inner.info.run_id).data.metrics == {"m": 4.0}


def test_the_active_model_and_async_logging_are_heeded_in_the_middle_of_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    with mlflow.start_run() as run:
        mlflow.log_metric("m", 1.0, step=1)
        mlflow.log_metric("m", 1.0, step=2)
        model = mlflow.set_active_model(name="net")
        mlflow.log_metric("m", 0.5, step=3)
        mlflow.clear_active_model()
        monkeypatch.setenv("MLFLOW_ENABLE_ASYNC_LOGGING", "true")
        operations: Any = mlflow.log_metric("m", 1.0, step=4)
        operations.wait()
    found = mlflow.get_logged_model(model.model_id).metrics
    assert found is not None
    assert [(metric.key, metric.value, metric.step) for metric in found] == [("m", 0.5, 3)]
    assert sorted(step for _, step, _ in _points("m")) == [1, 2, 3, 4]
    assert mlflow.get_run(run.info.run_id).info.status == "FINISHED"


def test_waiting_means_that_the_store_has_it() -> None:
    with mlflow.start_run() as run:
        operations: Any = mlflow.log_metrics({"a": 1.0, "b": 2.0}, synchronous=False)
        operations.wait()
        bare = stores.open_store(mlflow.get_tracking_uri())

        assert bare.call(GetRun(run.info.run_id)).run.data.metrics == {"a": 1.0, "b": 2.0}
        mlflow.log_metric("a", 3.0, step=1)
        mlflow.flush_async_logging()
        assert bare.call(GetRun(run.info.run_id)).run.data.metrics == {"a": 3.0, "b": 2.0}
        refused: Any = mlflow.log_metric("bad!", 1.0, synchronous=False)
        with pytest.raises(MlflowException, match="bad!"):
            refused.wait()
        bare.close()


def test_the_journal_can_be_switched_off(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setenv("MILLRACE_JOURNAL", "0")
    mlflow.set_tracking_uri(tmp_path / "without")
    with mlflow.start_run():
        mlflow.log_metric("m", 1.0, step=1)
        mlflow.log_metrics({"m": 1.0}, step=2)
        assert len(_points("m")) == 2
        # The folder also says which runs are open (`*.runs`), whether there is a journal or not.
        assert not list((tmp_path / "without" / "journal").glob("*.journal"))
