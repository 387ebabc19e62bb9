"""Requests of every shape to models of several signatures. Runs under MLflow and under Millrace alike.

`.witness/bin/python tests/unit/mlflow/models/request_cases.py` writes the answers of the real MLflow 3.8.1 into
request_answers.json.
"""

from __future__ import annotations

import json
import logging
import tempfile
import warnings
from pathlib import Path
from typing import Any

import pandas as pd

import mlflow
from mlflow.models import convert_input_example_to_serving_input, validate_serving_input

ANSWERS = Path(__file__).with_name("request_answers.json")
EXAMPLES: dict[str, Any] = {
    "a double": pd.DataFrame({"a": [1.0]}),
    "a text": pd.DataFrame({"a": ["x"]}),
    "two columns": pd.DataFrame({"a": [1.0], "b": ["x"]}),
    "numbers": [1.0],
    "texts": ["x"],
    "one text": "x",
    "a dict": {"a": "x"},
    "dicts": [{"a": 1}],
    "one number": 1.0,
}
VALUES: list[Any] = [
    *([1.0], ["x"], "x", 1.0, {"a": "x"}, {"a": ["x"]}, [{"a": 1}], [["x"]], {"a": 1.0, "b": "y"}),
    *([{"a": 1.0, "b": "y"}], {"a": [1.0], "b": ["y"]}),
]


def answers(folder: str) -> dict[str, str]:
    """What is predicted, or said, for each example's model and each request."""
    logger = logging.getLogger("mlflow")
    level = logger.level
    logger.setLevel("ERROR")  # what warns of missing requirements says nothing of a request
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _answers(folder)
    finally:
        logger.setLevel(level)


def _answers(folder: str) -> dict[str, str]:
    found = {}
    for name, example in EXAMPLES.items():
        path = f"{folder}/{name}"
        mlflow.pyfunc.save_model(path=path, python_model=_shown, input_example=example, pip_requirements=[])
        found[name] = str(json.loads(convert_input_example_to_serving_input(example) or "null"))
        for value in VALUES:
            for form in ("inputs", "instances"):
                found[f"{name} {form} {json.dumps(value)}"] = _answer(path, {form: value})
    return found


def _shown(model_input: Any) -> Any:
    return [repr(model_input)]


def _answer(path: str, request: dict[str, Any]) -> str:
    try:
        return str(validate_serving_input(path, request)[0])
    except Exception as error:
        return f"error: {error}"[:230]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        ANSWERS.write_text(json.dumps(answers(scratch), indent=1) + "\n", "utf-8")
