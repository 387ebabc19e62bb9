"""TensorFlow's models in both directions, and what the same trainings store with us and with the real MLflow."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.integrations.deep.running import PRODUCTS, run_program

pytestmark = pytest.mark.timeout(900)  # processes that import everything

PROGRAMS = Path(__file__).parent / "programs"


def run(product: str, program: str, *arguments: object) -> Any:
    return run_program(product, program, *arguments, folder=PROGRAMS, backend="tensorflow")


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Any]:
    """What each product finds in the models that each saved, and what it refused to save."""
    found: dict[tuple[str, str], Any] = {}
    folders = [tmp_path_factory.mktemp(saver) for saver in PRODUCTS]
    for saver, folder in zip(PRODUCTS, folders, strict=True):
        found[saver, "refused"] = run(saver, "models.py", "save", folder)
    for loader in PRODUCTS:
        answers = run(loader, "models.py", "load", *folders)
        found |= {(saver, loader): one for saver, one in zip(PRODUCTS, answers, strict=True)}
    return found


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


@pytest.mark.parametrize("case", ["all", "stopped", "batches", "steps", "disabled"])
def test_the_same_is_stored_as_with_mlflow(stored: dict[str, Any], case: str) -> None:
    assert stored["millrace"][case] == stored["mlflow"][case]


def test_what_is_compared_is_not_empty(stored: dict[str, Any]) -> None:
    (run,) = stored["millrace"]["all"]["runs"]
    assert run["params"]["opt_name"] == "adam"
    assert "checkpoints/latest_checkpoint.h5" in run["files"]
    assert stored["millrace"]["disabled"]["runs"] == []
