"""Models of each flavor that one product saves load in the other, and predict the same, natively and by pyfunc."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.integrations.deep.running import PRODUCTS, run_program

pytestmark = pytest.mark.timeout(900)  # processes that import every library


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, Any]]:
    found = {}
    for product in PRODUCTS:
        folder = tmp_path_factory.mktemp(product)
        found[product] = folder, run_program(product, "save_models.py", folder)
    return found


@pytest.fixture(scope="module")
def loaded(saved: dict[str, tuple[Path, Any]]) -> dict[tuple[str, str], Any]:
    found = {}
    for loader in PRODUCTS:
        answers = run_program(loader, "load_models.py", *(folder for folder, _ in saved.values()))
        found |= {(saver, loader): one for saver, one in zip(saved, answers, strict=True)}
    return found


@pytest.mark.parametrize("saver", PRODUCTS)
def test_a_model_predicts_the_same_whoever_loads_it(loaded: dict[tuple[str, str], Any], saver: str) -> None:
    ours, theirs = loaded[saver, "millrace"], loaded[saver, "mlflow"]
    for name, one in theirs.items():
        assert ours[name] == one, name


def test_what_is_saved_is_the_same(loaded: dict[tuple[str, str], Any]) -> None:
    ours, theirs = loaded["millrace", "millrace"], loaded["mlflow", "mlflow"]
    assert list(ours) == list(theirs)
    for name, one in ours.items():
        assert one == theirs[name], name


def test_what_is_refused_is_said_in_the_same_words(saved: dict[str, tuple[Path, Any]]) -> None:
    assert saved["millrace"][1] == saved["mlflow"][1]
