"""Models from code: scripts that set a model."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlflow.exceptions import MlflowException
from mlflow.models import ModelConfig
from mlflow.models.code import load_model_from_code


def _run(text: str, config: object = None) -> object:
    Path("script.py").write_text("import mlflow\n" + text)
    return load_model_from_code("script.py", config)


def test_the_model_that_a_script_sets() -> None:
    function = _run("def f(x): return x\nmlflow.models.set_model(f)\n")
    assert callable(function)
    assert function(3) == 3


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("x = 1\n", "ensure the model is set using mlflow.models.set_model"),
        ("raise ValueError('q')\n", "Failed to run user code from .*script.py. Error: q."),
        ("mlflow.models.set_model(3)\n", "Model should either be an instance of PyFuncModel"),
    ],
)
def test_what_a_script_can_do_wrong(text: str, sentence: str) -> None:
    with pytest.raises(MlflowException, match=sentence):
        _run(text)


def test_one_script_does_not_leave_its_model_to_the_next() -> None:
    _run("mlflow.models.set_model(print)\n")
    with pytest.raises(MlflowException, match="ensure the model is set"):
        _run("x = 1\n")


def test_no_script_is_an_error() -> None:
    with pytest.raises(MlflowException, match="Ensure the file path is valid"):
        load_model_from_code("nowhere.py")


def test_a_script_reads_the_settings_that_it_was_logged_with() -> None:
    text = "c = mlflow.models.ModelConfig(development_config={'a': 1})\nmlflow.models.set_model(lambda x: c.get('a'))\n"
    development, logged = _run(text), _run(text, {"a": 2})
    assert callable(development)
    assert callable(logged)
    assert (development(0), logged(0)) == (1, 2)


def test_settings_of_a_file() -> None:
    Path("config.yaml").write_text("a: [1]\n")
    config = ModelConfig(development_config="config.yaml")
    assert config.get("a") == [1]
    assert config.to_dict() == {"a": [1]}
    with pytest.raises(MlflowException, match="Key b not found"):
        config.get("b")
    with pytest.raises(FileNotFoundError, match="does not exist"):
        ModelConfig(development_config="nowhere.yaml")
    with pytest.raises(FileNotFoundError, match="Please provide a valid path"):
        ModelConfig()
