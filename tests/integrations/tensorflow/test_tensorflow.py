"""TensorFlow's models in both directions, and what the same trainings store with us and with the real MLflow."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.integrations.deep.running import PRODUCTS, exchanged, run_program

pytestmark = pytest.mark.timeout(900)  # processes that import everything

PROGRAMS = Path(__file__).parent / "programs"


def run(product: str, program: str, *arguments: object) -> Any:
    return run_program(product, program, *arguments, folder=PROGRAMS, backend="tensorflow")


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Any]:
    return exchanged(run, "models.py", tmp_path_factory)


@pytest.mark.parametrize("saver", PRODUCTS)
def test_a_model_predicts_the_same_whoever_loads_it(loaded: dict[tuple[str, str], Any], saver: str) -> None:
    assert loaded[saver, "millrace"] == loaded[saver, "mlflow"]
    assert len(loaded[saver, "millrace"]["keras"]["native"]) == 2


def test_what_is_saved_is_the_same(loaded: dict[tuple[str, str], Any]) -> None:
    assert loaded["millrace", "millrace"] == loaded["mlflow", "mlflow"]
    assert loaded["millrace", "refused"] == loaded["mlflow", "refused"]


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return {product: run(product, "training.py", tmp_path_factory.mktemp(product)) for product in PRODUCTS}


CASES = [
    *("all", "stopped", "batches", "tensors", "named tensors", "steps", "disabled", "callbacks"),
    *("keras batches", "keras tensors"),
]


@pytest.mark.parametrize("case", CASES)
def test_the_same_is_stored_as_with_mlflow(stored: dict[str, Any], case: str) -> None:
    assert stored["millrace"][case] == stored["mlflow"][case]


def test_what_is_compared_is_not_empty(stored: dict[str, Any]) -> None:
    found = stored["millrace"]
    (run,) = found["all"]["runs"]
    assert run["params"]["opt_name"] == "adam"
    assert "checkpoints/latest_checkpoint.h5" in run["files"]
    assert found["disabled"]["runs"] == []
    (run,) = found["batches"]["runs"]
    assert {each["context"]["mlflow.data.context"] for each in run["datasets"]} == {"train", "eval"}
    assert found["named tensors"]["models"][0]["signature"]["inputs"]
    assert len(found["callbacks"]["runs"][0]["metrics"]["predicted"]) == 3


def test_data_that_mlflow_does_not_describe_is_described(stored: dict[str, Any]) -> None:
    (run,) = stored["millrace"]["table"]["runs"]
    assert "mlflow_colspec" in run["datasets"][0]["schema"]
    for case in ("table", "batches by number"):
        (model,) = stored["millrace"][case]["models"]
        assert model["signature"]["inputs"]


def test_a_dataset_without_end_is_trained_on_and_not_read_for_its_digest(stored: dict[str, Any]) -> None:
    (run,) = stored["millrace"]["endless"]["runs"]
    assert run["status"] == "FINISHED"
    assert run["params"]["batch_size"] == "4"
    assert run["datasets"] == []


def test_a_checkpoint_of_a_model_that_names_its_loss_is_loaded(stored: dict[str, Any]) -> None:
    """Keras itself does not load it, nor does MLflow: there it has to be loaded without its optimizer."""
    (run,) = stored["millrace"]["compiled by name"]["runs"]
    assert len(run["metrics"]["predicted"]) == 1
