"""Autologging of Keras: what the same trainings store with us and with the real MLflow."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integrations.deep.running import PRODUCTS, run_program

pytestmark = pytest.mark.timeout(600)  # two processes that import everything

CASES = [
    "all",
    "unsigned",
    "stopped",
    "failed",
    "own run",
    "generator",
    "exclusive",
    "disabled",
    "callback",
    "callback of steps",
]


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return {
        product: run_program(product, "keras_training.py", tmp_path_factory.mktemp(product)) for product in PRODUCTS
    }


@pytest.mark.parametrize("case", CASES)
def test_the_same_is_stored_as_with_mlflow(stored: dict[str, Any], case: str) -> None:
    assert stored["millrace"][case] == stored["mlflow"][case]


def test_what_is_compared_is_not_empty(stored: dict[str, Any]) -> None:
    found = stored["millrace"]
    (run,) = found["all"]["runs"]
    assert run["params"]["optimizer_name"] == "adam"
    assert run["params"]["batch_size"] == "8"
    assert len(run["metrics"]["val_mae"]) == 2
    assert run["datasets"][0]["context"] == {"mlflow.data.context": "train"}
    assert found["all"]["models"][0]["signature"]["outputs"]
    assert found["failed"]["runs"][0]["status"] == "FAILED"
    assert found["exclusive"]["runs"][0]["params"] == {}
    assert found["disabled"]["runs"] == []
    assert len(found["callback of steps"]["runs"][0]["metrics"]["loss"]) == 2


def test_an_input_example_is_logged_with_the_model(stored: dict[str, Any]) -> None:
    """MLflow 3.8.1 logs the model without it, and fails where `save_model` is given one."""
    (model,) = stored["millrace"]["example"]["models"]
    assert model["status"] == "READY"
    assert model["example"]["type"] == "ndarray"
    assert model["versions"]
