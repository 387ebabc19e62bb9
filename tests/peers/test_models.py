"""Model directories of each product load in the other, with equal answers and equal refusals."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from comparing import differences
from running import run_flow


@pytest.mark.parametrize("saver", ["millrace", "mlflow"])
def test_models_that_one_saved_load_in_the_other(saver: str, witness: Path, tmp_path: Path) -> None:
    """Signature, example, flavors, metadata, predictions; and what is said of inputs that do not fit."""
    pythons = {"millrace": Path(sys.executable), "mlflow": witness}
    models = tmp_path / "models"
    models.mkdir()
    run_flow(pythons[saver], "save_models", tmp_path, str(models))
    loaded = {name: run_flow(python, "load_models", tmp_path, str(models)) for name, python in pythons.items()}
    assert not differences(loaded["mlflow"], loaded["millrace"], saver)
    assert loaded["millrace"]["missing column"].startswith("MlflowException INVALID_PARAMETER_VALUE: Failed to enforce")
