"""Logging metrics, params and tags to the active run."""

from __future__ import annotations

import math

import numpy as np
import pytest

import mlflow
from mlflow.entities import DatasetInput, LoggedModelInput, Metric, Param, Run, RunTag
from mlflow.exceptions import MlflowException
from mlflow.utils.async_logging.run_operations import RunOperations


def _current() -> Run:
    run = mlflow.last_active_run()
    assert run is not None
    return run


def _history(key: str) -> list[Metric]:
    return mlflow.MlflowClient().get_metric_history(_current().info.run_id, key)


def test_logging_starts_a_run() -> None:
    assert mlflow.log_param("a", {"deep": [1]}) == {"deep": [1]}
    run = mlflow.active_run()
    assert run is not None
    assert _current().data.params == {"a": "{'deep': [1]}"}


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        (1, 1.0),
        (True, 1.0),
        ("1.5", 1.5),
        (np.float32(0.5), 0.5),
        (np.array([3.0]), 3.0),
        (np.array(2), 2.0),
        (math.inf, math.inf),
        (-math.inf, -math.inf),
    ],
)
def test_whatever_is_a_number_is_a_metric(given: object, stored: float) -> None:
    mlflow.log_metric("m", given)  # type: ignore[arg-type]
    assert _current().data.metrics == {"m": stored}


def test_nan_is_kept() -> None:
    mlflow.log_metric("m", math.nan)
    assert math.isnan(_current().data.metrics["m"])


@pytest.mark.parametrize("given", ["abc", [1], np.array([1.0, 2.0]), 1j, 10**400])
def test_whatever_is_no_number_is_refused(given: object) -> None:
    with pytest.raises(MlflowException, match="Please specify value as a valid double") as caught:
        mlflow.log_metric("m", given)  # type: ignore[arg-type]
    assert caught.value.error_code == "INVALID_PARAMETER_VALUE"
    with pytest.raises(MlflowException, match=r"for parameter 'metrics\[1\].value' supplied"):
        mlflow.log_metrics({"fine": 1.0, "m": given})  # type: ignore[dict-item]
    assert _current().data.metrics == {}


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: mlflow.log_metric("m", None), "Missing value for required parameter 'value'."),  # type: ignore[arg-type]
        (lambda: mlflow.log_metric("a!b", 1), "Invalid value \"a!b\" for parameter 'name' supplied: Names may only"),
        (lambda: mlflow.log_metric(3, 1), "Invalid value 3 for parameter 'name' supplied"),  # type: ignore[arg-type]
        (lambda: mlflow.log_metric("m", 1, step="x"), "Step must be a valid long (64-bit integer)."),  # type: ignore[arg-type]
        (lambda: mlflow.log_param("a!b", 1), "Invalid value \"a!b\" for parameter 'key' supplied: Names may only"),
        (lambda: mlflow.log_params({"a!b": 1}), "Invalid value \"a!b\" for parameter 'params[0].key' supplied"),
        (lambda: mlflow.set_tag(None, 1), "Missing value for required parameter 'key'."),  # type: ignore[arg-type]
        (lambda: mlflow.log_metric("m", 1, run_id="c" * 32), f"Run with id={'c' * 32} not found"),
        (lambda: mlflow.delete_tag("none"), "No tag with name: none in run with id"),
    ],
)
def test_refusals_use_mlflows_sentences(call: object, sentence: str) -> None:
    with pytest.raises(MlflowException) as caught:
        call()  # type: ignore[operator]
    assert sentence in str(caught.value)


def test_points_have_steps_and_times() -> None:
    mlflow.log_metric("m", 1)
    mlflow.log_metric("m", 2, step=5, timestamp=17)
    mlflow.log_metric("m", 3, step=2.9)  # type: ignore[arg-type]
    mlflow.log_metrics({"m": 4, "n": 5}, step=-1, timestamp=18)
    assert [(one.value, one.step) for one in _history("m")] == [(2.0, 5), (4.0, -1), (1.0, 0), (3.0, 2)]
    assert [one.timestamp for one in _history("m")][:2] == [17, 18]
    assert _current().data.metrics == {"m": 2.0, "n": 5.0}


def test_a_param_is_written_once() -> None:
    mlflow.log_param("p", 1)
    mlflow.log_param("p", "1")
    with pytest.raises(MlflowException, match="Changing param values is not allowed") as caught:
        mlflow.log_param("p", 2)
    assert caught.value.error_code == "INVALID_PARAMETER_VALUE"
    with pytest.raises(MlflowException, match="Changing param values is not allowed"):
        mlflow.log_params({"new": 1, "p": 2})
    assert _current().data.params == {"p": "1"}


def test_long_values_are_cut_or_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert mlflow.log_param("p", "x" * 6001) == "x" * 6001
    mlflow.log_params({"q": "x" * 6001})
    mlflow.set_tag("t", "x" * 8001)
    data = _current().data
    assert (len(data.params["p"]), len(data.params["q"]), len(data.tags["t"])) == (6000, 6000, 8000)
    monkeypatch.setenv("MLFLOW_TRUNCATE_LONG_VALUES", "false")
    with pytest.raises(MlflowException, match="exceeds the maximum length of 6000 characters"):
        mlflow.log_param("r", "x" * 6001)


def test_more_than_a_batch_is_split() -> None:
    mlflow.log_params({f"p{number}": number for number in range(250)})
    mlflow.set_tags({f"t{number}": number for number in range(150)})
    mlflow.log_metrics({f"m{number}": number for number in range(2500)})
    data = _current().data
    assert len(data.params) == 250
    assert len([key for key in data.tags if key.startswith("t")]) == 150
    assert len(data.metrics) == 2500


def test_tags_change_and_go() -> None:
    mlflow.set_tag("a", None)
    mlflow.set_tags({"a": 2, "b": [1]})
    mlflow.delete_tag("b")
    tags = _current().data.tags
    assert tags["a"] == "2"
    assert "b" not in tags


def test_logging_in_the_background_keeps_order_and_loses_nothing() -> None:
    with mlflow.start_run() as run:
        for number in range(300):
            operations = mlflow.log_metric("m", number, step=number, synchronous=False)
        assert isinstance(operations, RunOperations)
        mlflow.log_params({"p": 1}, synchronous=False)
        mlflow.set_tags({"t": 1}, synchronous=False)
        assert isinstance(mlflow.log_param("q", 1, synchronous=False), RunOperations)
    # No wait: the end of the run is one.
    found = mlflow.get_run(run.info.run_id)
    assert found.data.params == {"p": "1", "q": "1"}
    assert found.data.tags["t"] == "1"
    history = mlflow.MlflowClient().get_metric_history(run.info.run_id, "m")
    assert sorted(one.value for one in history) == list(range(300))


def test_what_is_refused_in_the_background_is_raised_by_wait(capfd: pytest.CaptureFixture[str]) -> None:
    operations = mlflow.log_metric("b!", 1, synchronous=False)
    assert operations is not None
    with pytest.raises(MlflowException, match=r"one or more logging operations.*Names may only contain"):
        operations.wait()
    mlflow.flush_async_logging()
    with pytest.raises(MlflowException, match="Please specify value as a valid double"):
        mlflow.log_metric("b", "x", synchronous=False)  # type: ignore[arg-type]
    assert "was refused" in capfd.readouterr().err


def test_the_background_can_be_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_ENABLE_ASYNC_LOGGING", "true")
    operations = mlflow.log_metric("m", 1)
    assert operations is not None
    operations.wait()
    assert mlflow.log_metric("m", 2, synchronous=True) is None
    mlflow.config.enable_async_logging(False)
    assert mlflow.log_metric("m", 3) is None


def test_batches_take_entities() -> None:
    run = mlflow.start_run()
    client = mlflow.MlflowClient()
    client.log_batch(
        run.info.run_id,
        [Metric("m", 1, 17, 3), Metric("m", "2", 18, 4)],  # type: ignore[arg-type]
        [Param("p", 3)],  # type: ignore[arg-type]
        [RunTag("t", 4)],  # type: ignore[arg-type]
    )
    data = _current().data
    assert (data.metrics, data.params, data.tags["t"]) == ({"m": 2.0}, {"p": "3"}, "4")


def test_inputs_need_datasets_and_lists_of_one_length() -> None:
    with pytest.raises(MlflowException, match="non-empty list and have the same length"):
        mlflow.log_inputs(datasets=[None], contexts=["a", "b"])
    with pytest.raises(MlflowException, match=r"must be made by a function of `mlflow.data`"):
        mlflow.log_input({"no": "dataset"})  # type: ignore[arg-type]
    mlflow.log_inputs(models=[LoggedModelInput("m-" + "0" * 32)])
    inputs: list[DatasetInput] = _current().inputs.dataset_inputs
    assert inputs == []
