"""Models that Millrace saved load in MLflow, and the other way round."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

FLOW = Path(__file__).with_name("interop_flow.py")
NAMES = ["estimator", "pipeline", "lambda", "artifacts", "hints", "function", "script"]
OWN_KEYS = {"model_uuid", "utc_time_created", "model_size_bytes"}
"""What differs from one save to the next."""


class Exchange(NamedTuple):
    """Models that each of the two saved, and what each of the two made of them."""

    folders: dict[str, Path]
    answers: dict[str, dict[str, Any]]
    """By who loaded, then by who had saved."""


def _run(python: str, *arguments: object) -> dict[str, Any]:
    command = [python, str(FLOW), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def exchange(witness: str, tmp_path_factory: pytest.TempPathFactory) -> Exchange:
    """Models saved by both and loaded by both, in as few processes as that takes: the real MLflow starts slowly."""
    ours, theirs = tmp_path_factory.mktemp("ours"), tmp_path_factory.mktemp("theirs")
    _run(sys.executable, "save", ours)
    by_mlflow = _run(witness, "save", theirs, "load", ours, "load", theirs)
    by_millrace = _run(sys.executable, "load", ours, "load", theirs)
    folders = {"millrace": ours, "mlflow": theirs}
    answers = {
        loader: {saver: found[str(folder)] for saver, folder in folders.items()}
        for loader, found in (("millrace", by_millrace), ("mlflow", by_mlflow))
    }
    return Exchange(folders, answers)


@pytest.mark.parametrize("saved_by", ["millrace", "mlflow"])
def test_both_load_what_either_saved(exchange: Exchange, saved_by: str) -> None:
    ours = exchange.answers["millrace"][saved_by]
    assert ours == exchange.answers["mlflow"][saved_by]
    assert ours["estimator"]["prediction"] == [0, 0, 1, 1]
    assert ours["artifacts"]["prediction"] == [1111.5, 1112.0, 1113.5, 1113.75]
    assert ours["hints"]["prediction"] == ["X", "Y"]
    assert ours["script"]["prediction"] == [1.0, 2.0, 3.0, 4.0]
    assert ours["sklearn"] == ["n", "n", "y", "y"]


@pytest.mark.parametrize("name", NAMES)
def test_both_write_the_same_files(exchange: Exchange, name: str) -> None:
    ours, theirs = (_files(folder / name) for folder in exchange.folders.values())
    assert ours == theirs


def _files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if "__pycache__" not in path.parts}


@pytest.mark.parametrize("name", NAMES)
def test_both_describe_a_model_with_the_same_words(exchange: Exchange, name: str) -> None:
    ours, theirs = (_described(exchange.folders[who], name) for who in ("millrace", "mlflow"))
    assert ours == theirs


def _described(folder: Path, name: str) -> dict[str, Any]:
    """The files about a model, parsed, without what differs from one save to the next."""
    described: dict[str, Any] = {}
    for path in sorted((folder / name).iterdir()):
        text = path.read_text().replace(str(folder), "…") if path.suffix != ".pkl" and path.is_file() else None
        if text is not None:
            described[path.name] = yaml.safe_load(text) if path.name in ("MLmodel", "conda.yaml") else text
    described["MLmodel"] = {key: value for key, value in described["MLmodel"].items() if key not in OWN_KEYS}
    return described
