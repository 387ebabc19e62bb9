"""Paddle's models in both directions, and what the same trainings store with us and with the real MLflow."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import paddle
import pytest

import mlflow
from mlflow.autologging import options
from tests.integrations.deep.running import PRODUCTS, exchanged, run_program
from tests.sabotage import sabotage

pytestmark = pytest.mark.timeout(900)  # processes that import everything

PROGRAMS = Path(__file__).parent / "programs"


def run(product: str, program: str, *arguments: object) -> Any:
    return run_program(product, program, *arguments, folder=PROGRAMS)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Any]:
    return exchanged(run, "paddle_models.py", tmp_path_factory)


@pytest.mark.parametrize("saver", PRODUCTS)
def test_a_model_predicts_the_same_whoever_loads_it(loaded: dict[tuple[str, str], Any], saver: str) -> None:
    assert loaded[saver, "millrace"] == loaded[saver, "mlflow"]
    assert len(loaded[saver, "millrace"]["layer"]["native"]) == 2


def test_what_is_saved_is_the_same(loaded: dict[tuple[str, str], Any]) -> None:
    assert loaded["millrace", "millrace"] == loaded["mlflow", "mlflow"]
    assert loaded["millrace", "refused"] == loaded["mlflow", "refused"]


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return {product: run(product, "paddle_training.py", tmp_path_factory.mktemp(product)) for product in PRODUCTS}


CASES = [
    *("all", "stopped", "not stopped", "sparse", "no validation"),
    *("by position", "failed", "own run", "exclusive", "disabled"),
]


@pytest.mark.parametrize("case", CASES)
def test_the_same_is_stored_as_with_mlflow(stored: dict[str, Any], case: str) -> None:
    assert stored["millrace"][case] == stored["mlflow"][case]


def test_what_is_compared_is_not_empty(stored: dict[str, Any]) -> None:
    found = stored["millrace"]
    (run,) = found["stopped"]["runs"]
    assert run["params"]["optimizer_name"] == "Adam"
    assert run["metrics"]["stopped_epoch"] == [[0, 2.0]]
    assert run["files"] == ["model_summary.txt"]
    assert found["failed"]["runs"][0]["status"] == "FAILED"
    assert found["disabled"]["runs"] == []


def test_a_learning_rate_that_changes_is_the_one_at_the_start(stored: dict[str, Any]) -> None:
    """MLflow 3.8.1 logs the address of the scheduler."""
    (run,) = stored["millrace"]["scheduled"]["runs"]
    (theirs,) = stored["mlflow"]["scheduled"]["runs"]
    assert run["params"]["learning_rate"] == "0.1"
    assert run["metrics"] == theirs["metrics"]


def fit() -> list[float]:
    paddle.seed(0)
    net = paddle.nn.Linear(3, 2)
    inputs = [paddle.static.InputSpec([None, 3], "float32", "x")]
    model = paddle.Model(net, inputs, [paddle.static.InputSpec([None, 1], "int64", "y")])
    model.prepare(paddle.optimizer.SGD(0.1, parameters=net.parameters()), paddle.nn.CrossEntropyLoss())
    x = np.arange(24, dtype="float32").reshape(8, 3)
    rows = paddle.io.TensorDataset([paddle.to_tensor(x), paddle.to_tensor(np.zeros((8, 1), dtype="int64"))])
    model.fit(rows, rows, batch_size=4, epochs=2, shuffle=False, verbose=0)
    return [round(each, 4) for each in net.bias.numpy().tolist()]


def test_paddle_trains_whatever_breaks() -> None:
    expected = fit()
    mlflow.paddle.autolog(silent=True)
    try:
        assert sabotage(fit, expected) > 5
    finally:
        mlflow.paddle.autolog(disable=True)
        options.disable("paddle")
    assert fit() == expected
