"""Finding out what a model imports."""

from __future__ import annotations

import logging
import textwrap
from pathlib import Path

import pytest

import mlflow
from mlflow.environment.inference import infer_pip_requirements, look_at
from mlflow.environment.requirements import pinned
from mlflow.exceptions import MlflowException


def _save(body: str) -> str:
    """A model from code whose predict has a body."""
    Path("script.py").write_text(
        "import mlflow\n\n\ndef predict(model_input):\n"
        + textwrap.indent(body, "    ")
        + "\n\n\nmlflow.models.set_model(predict)\n"
    )
    mlflow.pyfunc.save_model("model", python_model="script.py", pip_requirements=[], input_example=[1.0])
    return "model"


def test_what_predicting_imports_is_named() -> None:
    found = infer_pip_requirements(_save("import scipy.stats\nreturn model_input"), "python_function")
    assert pinned("scipy") in found
    assert not any(each.startswith(("millrace", "mlflow", "packaging")) for each in found)


def test_a_package_counts_once_with_those_that_it_brings() -> None:
    found = infer_pip_requirements(_save("import sklearn\nreturn model_input"), "python_function")
    assert pinned("scikit-learn") in found
    assert not any(each.startswith(("joblib", "threadpoolctl")) for each in found)


def test_a_model_that_does_not_load_there_falls_back_with_one_warning(caplog: pytest.LogCaptureFixture) -> None:
    _save("return model_input")
    Path("model/script.py").write_text("import no_such_module_anywhere\n")
    with caplog.at_level(logging.WARNING):
        assert infer_pip_requirements("model", "python_function", fallback=["a==1"]) == ["a==1"]
    warnings = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert len(warnings) == 1
    assert "Fall back to return ['a==1']" in warnings[0]
    assert "no_such_module_anywhere" in warnings[0]


def test_without_a_fallback_the_reason_is_raised() -> None:
    _save("return model_input")
    Path("model/MLmodel").write_text("flavors: {}\n")
    with pytest.raises(MlflowException, match='does not have the "python_function" flavor'):
        infer_pip_requirements("model", "python_function")


def test_it_does_not_take_longer_than_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    _save("return model_input")
    Path("model/script.py").write_text("import threading\nthreading.Event().wait()\n")
    monkeypatch.setenv("MLFLOW_REQUIREMENTS_INFERENCE_RAISE_ERRORS", "true")
    with pytest.raises(MlflowException, match="took longer than 1 seconds"):
        infer_pip_requirements("model", "python_function", fallback=["a"], timeout=1)


@pytest.mark.parametrize(("body", "all_of_it"), [("return model_input", True), ("raise ValueError", False)])
def test_it_is_told_whether_the_example_was_predicted(body: str, all_of_it: bool) -> None:
    assert look_at(_save(body), "python_function").all_of_it is all_of_it


def test_what_was_not_found_out_is_told_so() -> None:
    _save("return model_input")
    Path("model/script.py").write_text("import no_such_module_anywhere\n")
    assert look_at("model", "python_function", ["a==1"]) == (["a==1"], False)
