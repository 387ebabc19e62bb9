"""Autologging of a flavor that is not part of this package."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import mlflow
from mlflow.exceptions import MlflowException
from mlflow.utils.autologging_utils import (
    MlflowAutologgingQueueingClient,
    autologging_integration,
    autologging_is_disabled,
    get_autologging_config,
    safe_patch,
)


class Base:
    def fit(self, x: int, *, fails: bool = False) -> str:
        """Fit."""
        if fails:
            raise ValueError("the user's")
        return f"fitted {x}"


class Model(Base):
    pass


@autologging_integration("outside")
def autolog(rounds: int = 3, mode: str = "good", disable: bool = False, exclusive: bool = False) -> None:
    def fit(original: Callable[..., str], self: Model, *args: Any, **kwargs: Any) -> str:
        if mode == "bad before":
            raise RuntimeError("a mistake")
        assert inspect.signature(original).bind(self, *args, **kwargs).arguments["x"] == 1
        original(self, *args, **kwargs)
        if mode == "bad after":
            raise RuntimeError("a mistake")
        mlflow.log_param("rounds", rounds)
        return "something else"

    safe_patch("outside", Model, "fit", fit, manage_run=True, extra_tags={"a": "b"})


@pytest.fixture(autouse=True)
def off_again() -> Iterator[None]:
    yield
    autolog(disable=True)


def _runs() -> list[tuple[str, dict[str, str]]]:
    return [(run.info.status, run.data.params) for run in mlflow.MlflowClient().search_runs(["0"])]


def test_a_training_is_a_run_and_answers_what_it_would() -> None:
    assert autologging_is_disabled("outside")
    autolog(5)
    assert get_autologging_config("outside", "rounds") == 5
    assert get_autologging_config("outside", "nothing", "default") == "default"
    assert Model().fit(1) == "fitted 1"
    assert _runs() == [("FINISHED", {"rounds": "5"})]
    run = mlflow.MlflowClient().search_runs(["0"])[0]
    assert (run.data.tags["mlflow.autologging"], run.data.tags["a"]) == ("outside", "b")
    assert mlflow.active_run() is None
    assert Model.fit.__doc__ == "Fit."
    assert Base().fit(2) == "fitted 2"  # only the class that was named


def test_the_last_call_counts() -> None:
    autolog(5)
    autolog(7)
    Model().fit(1)
    autolog(disable=True)
    Model().fit(1)
    assert _runs() == [("FINISHED", {"rounds": "7"})]


def test_the_users_run_is_used_and_left_open() -> None:
    autolog()
    with mlflow.start_run() as run:
        Model().fit(1)
        assert mlflow.active_run() is run
        autolog(rounds=4, exclusive=True)
        Model().fit(1)
    assert _runs() == [("FINISHED", {"rounds": "3"})]


@pytest.mark.parametrize("mode", ["bad before", "bad after"])
def test_a_mistake_of_the_flavor_is_a_warning(mode: str, caplog: pytest.LogCaptureFixture) -> None:
    autolog(mode=mode)
    assert Model().fit(1) == "fitted 1"
    assert _runs() == [("FAILED", {})]
    assert "error during outside autologging: a mistake" in caplog.text


def test_the_users_error_is_the_users() -> None:
    autolog()
    with pytest.raises(ValueError, match="the user's"):
        Model().fit(1, fails=True)
    assert _runs() == [("FAILED", {})]


def test_what_cannot_be_patched_is_refused() -> None:
    with pytest.raises(AttributeError):
        safe_patch("outside", Model, "nothing", lambda original: original())
    with pytest.raises(TypeError, match="neither a function nor a method"):
        safe_patch("outside", Model, "__module__", lambda original: original())
    with pytest.raises(TypeError, match="bogus"):
        autolog(bogus=1)  # type: ignore[call-arg]


def test_queued_values_arrive_with_the_flush() -> None:
    with mlflow.start_run() as run:
        client = MlflowAutologgingQueueingClient()
        client.log_params(run.info.run_id, {"a": 1, "long": "x" * 7000})
        client.log_metrics(run.info.run_id, {"m": 0.5}, step=3)
        client.set_tags(run.info.run_id, {"t": 2})
        assert mlflow.get_run(run.info.run_id).data.params == {}
        client.flush(synchronous=False).await_completion()
        data = mlflow.get_run(run.info.run_id).data
        assert {key: len(value) for key, value in data.params.items()} == {"a": 1, "long": 6000}
        assert (data.metrics, data.tags["t"]) == ({"m": 0.5}, "2")
        assert mlflow.MlflowClient().get_metric_history(run.info.run_id, "m")[0].step == 3


def test_a_queued_run_is_created_and_ended() -> None:
    with MlflowAutologgingQueueingClient() as client:
        pending = client.create_run("0", start_time=5, tags={"q": "1"}, run_name="queued")
        client.set_terminated(pending, "KILLED", end_time=9)
        client.log_metrics(pending, {"m": 1.0})
        assert _runs() == []
    (run,) = mlflow.MlflowClient().search_runs(["0"])
    assert (run.info.run_name, run.info.status, run.info.start_time, run.info.end_time) == ("queued", "KILLED", 5, 9)
    assert run.data.metrics == {"m": 1.0}


def test_every_refusal_is_told() -> None:
    with mlflow.start_run() as run:
        mlflow.log_param("a", 1)
        client = MlflowAutologgingQueueingClient()
        client.log_params(run.info.run_id, {"a": 2})
        client.set_tags("0" * 32, {"t": "v"})
        with pytest.raises(MlflowException, match=r"Changing param values is not allowed.*0{32}"):
            client.flush(synchronous=True)
