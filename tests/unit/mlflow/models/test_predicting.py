"""Predicting as a server would: `mlflow.models.predict` and `validate_serving_input`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import mlflow
from mlflow.exceptions import MlflowException
from mlflow.models import predict
from tests.unit.mlflow.models import request_cases


@pytest.mark.filterwarnings("ignore")
def test_requests_of_every_shape_are_read_as_mlflow_reads_them(tmp_path: Path) -> None:
    expected = json.loads(request_cases.ANSWERS.read_text())
    found = request_cases.answers(str(tmp_path))
    assert {key: value for key, value in found.items() if expected[key] != value} == {}
    assert found.keys() == expected.keys()


def _double(model_input: pd.DataFrame) -> pd.DataFrame:
    return model_input * 2


@pytest.fixture
def model(tmp_path: Path) -> str:
    path = tmp_path / "model"
    mlflow.pyfunc.save_model(
        path=path, python_model=_double, input_example=pd.DataFrame({"a": [1.0]}), pip_requirements=[]
    )
    (path / "requirements.txt").write_text("")  # nothing to install: a test must not wait for an index
    return str(path)


@pytest.mark.parametrize(
    "given",
    [
        {"input_data": pd.DataFrame({"a": [2.0]})},
        {"input_data": "a\n2.0\n", "content_type": "csv"},
        {"input_data": pd.DataFrame({"a": [2.0]}), "content_type": "csv"},
        {"input_data": [2.0]},
    ],
)
def test_predict_writes_the_answer(given: dict[str, Any], model: str, capsys: pytest.CaptureFixture[str]) -> None:
    predict(model, **given, env_manager="local")
    assert json.loads(capsys.readouterr().out) == {"predictions": [{"a": 4.0}]}


def test_predict_reads_and_writes_files(model: str, tmp_path: Path) -> None:
    (tmp_path / "in.json").write_text('{"inputs": {"a": [3.0]}}')
    out = tmp_path / "out.json"
    predict(model, input_path=str(tmp_path / "in.json"), output_path=str(out), env_manager="local")
    assert json.loads(out.read_text()) == {"predictions": [{"a": 6.0}]}


def test_predict_in_an_environment_of_its_own(
    model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MLFLOW_ENV_ROOT", str(tmp_path / "environments"))
    # the new environment is empty: it finds our packages on the path of this process
    path = ":".join(each for each in sys.path if each)
    for _ in range(2):
        predict(model, pd.DataFrame({"a": [2.0]}), extra_envs={"PYTHONPATH": path, "PYTHONWARNINGS": "ignore"})
        assert json.loads(capsys.readouterr().out) == {"predictions": [{"a": 4.0}]}
    [home] = (tmp_path / "environments").iterdir()
    assert (home / "bin" / "python").exists()
    (home / ".ready").unlink()
    monkeypatch.setattr("mlflow.models.environments._commands", lambda *_: [[sys.executable, "-c", "exit('no index')"]])
    with pytest.raises(MlflowException, match=r"environment could not be made: .* failed.\nno index"):
        predict(model, pd.DataFrame({"a": [2.0]}))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"input_data": 1, "input_path": "x"}, "Both input_data and input_path are provided"),
        ({"input_data": 1, "content_type": "xml"}, "Content type must be one of json or csv."),
        ({"input_data": 1, "env_manager": "other"}, "Invalid value for `env_manager`: other"),
        ({"input_data": 1, "env_manager": "conda"}, "`env_manager` conda is not offered"),
        ({"input_data": "x"}, "Invalid input. Failed to convert data `x` to type `'a': double"),
        ({"pip_requirements_override": ["x"]}, "leave `pip_requirements_override` out"),
        ({}, "Ensure that input is a valid JSON formatted string"),
    ],
)
def test_predict_says_what_is_wrong(given: dict[str, Any], message: str, model: str) -> None:
    with pytest.raises(MlflowException) as caught:
        predict(model, **{"env_manager": "local", **given})
    assert message in str(caught.value)
