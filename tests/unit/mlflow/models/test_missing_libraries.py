"""Deep-learning flavors without their libraries, which this environment does not have: one sentence says what to do."""

from __future__ import annotations

import importlib

import pytest

import mlflow

LIBRARIES = {
    "pytorch": "torch",
    "onnx": "onnx",
    "keras": "keras",
    "tensorflow": "tensorflow",
    "transformers": "transformers",
    "sentence_transformers": "sentence-transformers",
}


@pytest.mark.parametrize(("flavor", "package"), LIBRARIES.items())
def test_saving_names_what_to_install(flavor: str, package: str) -> None:
    with pytest.raises(ModuleNotFoundError, match=f"This needs {package}, which is not installed: `pip install"):
        importlib.import_module(f"mlflow.{flavor}").save_model(object(), "model")


@pytest.mark.parametrize("flavor", ["pytorch", "keras", "tensorflow", "transformers"])
def test_autologging_names_what_to_install(flavor: str) -> None:
    with pytest.raises(ModuleNotFoundError, match="which is not installed: `pip install"):
        getattr(mlflow, flavor).autolog()
