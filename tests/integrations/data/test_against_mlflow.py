"""Datasets of other libraries, and their figures, against the real MLflow in the same environment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
UPSTREAM = ROOT / ".integrations" / "data" / "upstream"


def answers(library: str, product: Path, folder: Path) -> Any:
    folder.mkdir()
    settings = {key: value for key, value in os.environ.items() if not key.startswith(("MLFLOW_", "MILLRACE_"))}
    settings |= {"PYTHONPATH": str(product), "HF_HUB_OFFLINE": "1"}
    command = [sys.executable, str(HERE / "cases.py"), library, str(folder / "answers.json")]
    done = subprocess.run(command, cwd=folder, env=settings, capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads((folder / "answers.json").read_text())


@pytest.mark.timeout(600)  # two starts of Spark, on a busy machine
@pytest.mark.parametrize("library", ["polars", "huggingface", "tensorflow", "spark", "figures"])
def test_says_what_mlflow_says(library: str, tmp_path: Path) -> None:
    real = answers(library, UPSTREAM, tmp_path / "real")
    ours = answers(library, ROOT / "src", tmp_path / "ours")
    assert real
    assert ours == real
