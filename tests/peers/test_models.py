"""Model directories of each product load in the other, with equal answers and equal refusals."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from comparing import differences
from known import OF_SAVED_MODELS
from running import WITNESS, run_flow

PYTHONS = {"millrace": Path(sys.executable), "mlflow": WITNESS}


@pytest.fixture(scope="module")
def saved(witness: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, Any]]:
    """The folder of models that each product saved, and what it answered."""
    found = {}
    for saver, python in PYTHONS.items():
        folder = tmp_path_factory.mktemp(saver)
        (folder / "models").mkdir()
        found[saver] = folder, run_flow(python, "save_models", folder, str(folder / "models"))
    return found


@pytest.mark.parametrize("saver", PYTHONS)
def test_models_that_one_saved_load_in_the_other(saver: str, saved: dict[str, tuple[Path, Any]]) -> None:
    """Signature, example, flavors, metadata, predictions; and what is said of inputs that do not fit."""
    folder, _ = saved[saver]
    loaded = {
        loader: run_flow(python, "load_models", folder, str(folder / "models")) for loader, python in PYTHONS.items()
    }
    assert not differences(loaded["mlflow"], loaded["millrace"], saver)
    assert loaded["millrace"]["missing column"].startswith("MlflowException INVALID_PARAMETER_VALUE: Failed to enforce")


def test_both_find_the_same_requirements(saved: dict[str, tuple[Path, Any]]) -> None:
    differing = differences(saved["mlflow"][1], saved["millrace"][1], "saved")
    assert set(differing) == set(OF_SAVED_MODELS), differing
    assert "scikit-learn" in saved["millrace"][1]["requirements"]["classifier"]
