"""`mlflow.pyfunc.scoring_server` as MLServer's runtime for MLflow uses it: read a request, write an answer."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest

import mlflow
import mlflow.tracking.fluent
from mlflow.pyfunc import scoring_server
from mlflow.types.schema import ColSpec, Schema

SCHEMA = Schema([ColSpec("float", "a"), ColSpec("string", "b")])


def test_json_and_csv_get_the_types_of_the_schema() -> None:
    text = json.dumps({"dataframe_split": {"columns": ["a", "b"], "data": [[1, "007"]]}, "params": {"top": 2}})
    data, params = scoring_server._split_data_and_params(text)
    assert params == {"top": 2}
    table = scoring_server.infer_and_parse_data(data, SCHEMA)
    assert table.to_dict("list") == {"a": [1.0], "b": ["007"]}
    assert table["a"].dtype == np.float32
    assert scoring_server.parse_csv_input(io.StringIO("a,b\n1,007\n"), schema=SCHEMA).equals(table)
    assert scoring_server.infer_and_parse_data({"inputs": [1, 2]}).tolist() == [1, 2]


@pytest.mark.parametrize(
    ("text", "said"), [("[1]", "must be a JSON dictionary"), ("x", "valid JSON"), ("{}", "exactly one of the input")]
)
def test_what_makes_no_sense_is_said(text: str, said: str) -> None:
    with pytest.raises(mlflow.MlflowException, match=said):
        scoring_server.infer_and_parse_data(scoring_server._split_data_and_params(text)[0])


def test_the_experiment_that_was_set_can_be_looked_up() -> None:
    experiment = mlflow.set_experiment("mine")
    assert mlflow.tracking.fluent._active_experiment_id == experiment.experiment_id
    with pytest.raises(AttributeError, match="no attribute '_active_spam'"):
        mlflow.tracking.fluent._active_spam  # noqa: B018
