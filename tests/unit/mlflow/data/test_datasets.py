"""Datasets and their sources, against the answers of MLflow 3.8.1."""

from __future__ import annotations

import json
import runpy
from pathlib import Path
from typing import Any

import pytest

CASES: dict[str, Any] = runpy.run_path(str(Path(__file__).with_name("dataset_cases.py")))
ANSWERS: dict[str, Any] = json.loads(CASES["ANSWERS"].read_text())


@pytest.mark.parametrize("name", list(CASES["cases"]()))
def test_answers_as_mlflow_does(name: str) -> None:
    assert CASES["observed"](CASES["cases"]()[name]) == ANSWERS[name]


def test_every_answer_has_a_case() -> None:
    assert set(ANSWERS) == set(CASES["cases"]())
