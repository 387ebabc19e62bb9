"""Programs that run with us and with the real MLflow, in the same environment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
PRODUCTS = {"millrace": ROOT / "src", "mlflow": Path(sys.prefix) / "upstream"}
PROGRAMS = Path(__file__).parent / "programs"


def run_program(product: str, program: str, *arguments: object, folder: Path = PROGRAMS, backend: str = "torch") -> Any:
    """Run a program of a folder with one of the products; answers what it says in its last line.

    Args:
        product: `millrace` or `mlflow`.
        program: the name of the file.
        arguments: its arguments.
        folder: where it is; helpers of `programs/` are importable in any case.
        backend: what Keras computes with.
    """
    paths = [str(PRODUCTS[product]), str(PROGRAMS), str(folder)]
    variables = {key: value for key, value in os.environ.items() if not key.startswith(("MLFLOW_", "MILLRACE_"))}
    variables |= {"PYTHONPATH": os.pathsep.join(paths), "HF_HUB_OFFLINE": "1", "KERAS_BACKEND": backend}
    # What a model imports is looked at by tests of their own: it takes the real one half a minute.
    variables |= {"MLFLOW_REQUIREMENTS_INFERENCE_TIMEOUT": "1"}
    # One thread: what is trained is the same each time, and other processes are not kept waiting.
    variables |= {"OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false", "MILLRACE_JOURNAL": "0"}
    # MLflow makes a database where it is started, whatever store the program then names.
    with tempfile.TemporaryDirectory() as here:
        done = subprocess.run(
            [sys.executable, str(folder / program), *map(str, arguments)],
            cwd=here,
            env=variables,
            capture_output=True,
            text=True,
            timeout=500,
            check=False,
        )
    assert done.returncode == 0, done.stderr[-4000:]
    return json.loads(done.stdout.splitlines()[-1])


def exchanged(
    run: Callable[..., Any], program: str, tmp_path_factory: pytest.TempPathFactory
) -> dict[tuple[str, str], Any]:
    """What each product finds in the models that each saved, by saver and loader; and what each refused to save.

    Args:
        run: runs a program with a product; `program save FOLDER` and `program load FOLDER…`.
        program: the name of the file.
        tmp_path_factory: makes the folders.
    """
    found: dict[tuple[str, str], Any] = {}
    folders = [tmp_path_factory.mktemp(saver) for saver in PRODUCTS]
    for saver, folder in zip(PRODUCTS, folders, strict=True):
        found[saver, "refused"] = run(saver, program, "save", folder)
    for loader in PRODUCTS:
        answers = run(loader, program, "load", *folders)
        found |= {(saver, loader): one for saver, one in zip(PRODUCTS, answers, strict=True)}
    return found
