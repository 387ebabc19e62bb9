"""Input examples: their files, the requests with them, and reading them back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from mlflow.exceptions import MlflowException
from mlflow.models import convert_input_example_to_serving_input
from mlflow.models.examples import InputExample, read_example, read_example_params
from mlflow.types.inference import find_schema

FRAME = pd.DataFrame({"a": [1.5, np.nan], "b": ["x", None]})


def _same(left: Any, right: Any) -> bool:
    if isinstance(right, pd.DataFrame):
        pd.testing.assert_frame_equal(left, right, check_dtype=False)
        return True
    if isinstance(right, dict):
        return left.keys() == right.keys() and all(_same(left[key], right[key]) for key in right)
    if sparse.issparse(right):
        return type(left) is type(right) and bool((left != right).nnz == 0)
    return bool(np.array_equal(left, right)) if isinstance(right, np.ndarray) else left == right


@pytest.mark.parametrize(
    "example",
    [
        FRAME,
        pd.DataFrame([[1, 2]]),
        pd.DataFrame({"t": pd.to_datetime(["2024-01-01 02:03"]), "b": [b"\x00\xff"]}),
        np.array([[1.5]], dtype="float32"),
        {"a": np.array([1]), "b": np.array([[1.5]])},
        sparse.csr_matrix([[1.0, 0]]),
        sparse.csc_matrix([[1.0, 0]]),
        {"a": 1, "b": ["x"]},
        [{"a": 1}],
        ["x"],
        "x",
        3,
        True,
    ],
)
def test_an_example_is_read_as_it_was_given(example: Any) -> None:
    written = InputExample((example, {"p": 1}))
    written.save(".")
    assert _same(read_example(written.info, ".", find_schema(written.data)), example)
    assert read_example_params(written.info, ".") == {"p": 1}


def test_files_of_a_frame() -> None:
    written = InputExample(FRAME)
    written.save(".")
    assert written.info == {
        "artifact_path": "input_example.json",
        "type": "dataframe",
        "pandas_orient": "split",
        "serving_input_path": "serving_input_example.json",
    }
    assert Path("input_example.json").read_text() == '{"columns": ["a", "b"], "data": [[1.5, "x"], [NaN, null]]}'
    request = json.loads(Path("serving_input_example.json").read_text())
    assert request["dataframe_split"]["columns"] == ["a", "b"]


@pytest.mark.parametrize(
    ("example", "request_body"),
    [
        (np.array([[np.nan]]), {"inputs": [[None]]}),
        (([1], {"p": 1}), {"inputs": [1], "params": {"p": 1}}),
        ({"messages": []}, {"messages": []}),
        (({"messages": []}, {"t": 1}), {"messages": [], "t": 1}),
        (sparse.csr_matrix([[1, 0]]), {"inputs": [[1, 0]]}),
        (pd.DataFrame([[1, 2]]), {"dataframe_split": {"data": [[1, 2]]}}),
        (b"x", {"inputs": "eA==\n"}),
    ],
)
def test_requests(example: Any, request_body: dict[str, Any]) -> None:
    found = convert_input_example_to_serving_input(example)
    assert found is not None
    assert json.loads(found) == request_body


def test_no_example_is_no_request() -> None:
    assert convert_input_example_to_serving_input(None) is None


@pytest.mark.parametrize("example", [pd.Series([1]), ("a", "b"), {1}, object])
def test_other_kinds_are_refused(example: object) -> None:
    with pytest.raises(MlflowException, match="Expected one of the following types"):
        InputExample(example)


def test_arrays_do_not_mix_with_other_values() -> None:
    with pytest.raises(MlflowException, match="Mixed types in dictionary are not supported"):
        InputExample({"a": np.array([1]), "b": "x"})
