"""`mlflow models`, on models that are loaded and run."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import mlflow.pyfunc
from mlflow.models import infer_signature
from tests.unit.millrace.cli.conftest import Run


class Doubled(mlflow.pyfunc.PythonModel):
    """A table with the column `a` times the param `factor`."""

    def predict(self, context: Any, model_input: Any, params: dict[str, Any] | None = None) -> Any:
        column = pd.Series(model_input["a"], dtype="float64")
        return pd.DataFrame({"y": column * (params or {}).get("factor", 2.0), "z": "t"})


@pytest.fixture
def model(run: Run) -> str:
    """The folder of a model that takes doubles."""
    signature = infer_signature(pd.DataFrame({"a": [1.0]}), params={"factor": 2.0})
    mlflow.pyfunc.save_model("m", python_model=Doubled(), signature=signature, pip_requirements=["pandas"])
    return "m"


ROWS = [{"y": 2.0, "z": "t"}, {"y": 5.0, "z": "t"}]


@pytest.mark.parametrize(
    "given",
    [
        {"dataframe_split": {"columns": ["a"], "data": [[1], [2.5]]}},
        {"dataframe_records": [{"a": 1}, {"a": 2.5}]},
        {"instances": [{"a": 1}, {"a": 2.5}]},
        {"inputs": {"a": [1, 2.5]}},
    ],
)
def test_every_form_of_input(run: Run, model: str, given: dict[str, Any]) -> None:
    assert json.loads(run("models", "predict", "-m", model, stdin=json.dumps(given)).stdout) == {"predictions": ROWS}
    Path("in.json").write_text(json.dumps(given))
    run("models", "predict", "-m", model, "-i", "in.json", "-o", "out.json", "--env-manager", "local")
    assert json.loads(Path("out.json").read_text()) == {"predictions": ROWS}


def test_whole_numbers_and_params(run: Run, model: str) -> None:
    given = {"dataframe_split": {"columns": ["a"], "data": [[1], [2]]}, "params": {"factor": 10.0}}
    told = json.loads(run("models", "predict", "-m", model, stdin=json.dumps(given)).stdout)
    assert [row["y"] for row in told["predictions"]] == [10.0, 20.0]


def test_csv_in_and_a_missing_value_out(run: Run, model: str) -> None:
    told = run("models", "predict", "-m", model, "-t", "csv", stdin="a,b\n1,x\n,y\n").stdout
    found = [row["y"] for row in json.loads(told)["predictions"]]
    assert found[0] == 2.0
    assert math.isnan(found[1])  # spelled NaN, as MLflow spells it


@pytest.mark.parametrize(
    ("words", "stdin"),
    [
        ((), "no json"),
        ((), "[1]"),
        ((), '{"other": 1}'),
        ((), '{"inputs": {"a": [1]}, "instances": [1]}'),
        ((), '{"dataframe_split": [1]}'),
        ((), '{"dataframe_records": {"a": 1}}'),
        ((), '{"dataframe_records": [{"b": 1}]}'),
        ((), '{"inputs": {"a": [1]}, "params": 3}'),
        (("-t", "csv"), ""),
        (("-t", "xml"), "<a/>"),
        (("--env-manager", "conda"), "{}"),
        (("-i", "absent.json"), None),
        (("-m", "absent"), '{"inputs": {"a": [1]}}'),
    ],
)
def test_what_cannot_be_predicted_is_told_of(run: Run, model: str, words: tuple[str, ...], stdin: str | None) -> None:
    told = run("models", "predict", "-m", model, *words, fails=1, stdin=stdin).stderr
    assert "Error: " in told
    assert "Traceback" not in told


def test_requirements_are_added_and_removed(run: Run, model: str) -> None:
    run("models", "update-pip-requirements", "-m", model, "add", "numpy==1.26.4", "pandas>=2")
    lines = Path(model, "requirements.txt").read_text().splitlines()
    assert {"numpy==1.26.4", "pandas>=2"} <= set(lines)
    assert "pandas" not in lines
    assert "numpy==1.26.4" in Path(model, "conda.yaml").read_text()
    run("models", "update-pip-requirements", "-m", model, "remove", "numpy")
    assert "numpy" not in Path(model, "requirements.txt").read_text()
    run("models", "update-pip-requirements", "-m", model, "add", fails=2)
