"""Autologging of Lightning: what the same trainings store with us and with the real MLflow."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integrations.deep.running import PRODUCTS, run_program

pytestmark = pytest.mark.timeout(600)  # two processes that import everything

CASES = [
    *("all", "steps", "weights", "stopped", "restored", "failed", "own run", "exclusive", "disabled"),
    *("by hand", "by hand, no steps", "by hand, exclusive", "by hand, disabled"),
]


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return {
        product: run_program(product, "lightning_training.py", tmp_path_factory.mktemp(product)) for product in PRODUCTS
    }


@pytest.mark.parametrize("case", CASES)
def test_the_same_is_stored_as_with_mlflow(stored: dict[str, Any], case: str) -> None:
    assert stored["millrace"][case] == stored["mlflow"][case]


def test_what_is_compared_is_not_empty(stored: dict[str, Any]) -> None:
    found = stored["millrace"]
    (run,) = found["all"]["runs"]
    assert run["params"]["optimizer_name"] == "Adam"
    assert len(run["metrics"]["val_loss"]) == 3
    assert "checkpoints/latest_checkpoint.pth" in run["files"]
    assert found["all"]["models"][0]["signature"]["inputs"]
    assert found["failed"]["runs"][0]["status"] == "FAILED"
    assert found["exclusive"]["runs"][0]["params"] == {}
    assert found["disabled"]["runs"] == []


def test_what_tensorboard_is_told_is_logged(stored: dict[str, Any]) -> None:
    (run,) = stored["millrace"]["by hand"]["runs"]
    assert run["params"] == {"lr": "0.1", "name": "x"}
    assert run["metrics"]["loss"] == [[0, 0.0], [2, 3.0], [4, 6.0]]


def test_of_several_scalars_each_has_its_name_and_a_run_is_not_started_for_one(stored: dict[str, Any]) -> None:
    """MLflow 3.8.1 logs them all as one, and starts a run for each call."""
    (run,) = stored["millrace"]["several by hand"]["runs"]
    assert run["metrics"] == {"many/a": [[0, 1.0]], "many/b": [[0, 2.0]]}


def test_early_stopping_of_the_newer_package_is_seen_too(stored: dict[str, Any]) -> None:
    """MLflow 3.8.1 sees that of `pytorch_lightning` only."""
    (run,) = stored["millrace"]["lightning stopped"]["runs"]
    (older,) = stored["mlflow"]["stopped"]["runs"]
    assert run["params"] == older["params"]
    assert run["metrics"] == older["metrics"]
