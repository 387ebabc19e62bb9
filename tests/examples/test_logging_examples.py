"""The examples of what can be logged say what they say, on a folder and against a server."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.serving import running_server

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"

SAID = {
    "datasets": [
        "used for training, from a LocalArtifactDatasetSource",
        "used for later, from a HTTPDatasetSource",
        "dataset.name = 'iris train': 1 runs",
        "dataset.name = 'other': 0 runs",
        "Best on the test data: iris",
    ],
    "logged_models": [
        "Best checkpoint: checkpoint-30, 'weights after 30 steps'",
        "Registered: ['weights.txt']",
        "served elsewhere: READY, helpful 0.8",
        "Active model afterwards: None",
        "agent-7: {'temperature': '0.2'}, ['latency']",
    ],
    "artifacts": [
        "'answers.json', 'card.md', 'config.yaml', 'everything', 'images', 'notes.txt', 'plots', 'single.png'",
        "Text: # A model card",
        "Image: (16, 16)",
        "Table: ['a mill', 'a race']",
        "Downloaded: ['numbers.bin']",
    ],
}


def _run(name: str, folder: Path, uri: str | None = None) -> str:
    settings = {key: value for key, value in os.environ.items() if not key.startswith("MLFLOW_")}
    settings |= {"MLFLOW_TRACKING_URI": uri} if uri else {}
    command = [sys.executable, str(EXAMPLES / f"{name}.py")]
    done = subprocess.run(command, cwd=folder, env=settings, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("name", SAID)
def test_the_example_says_what_it_found(name: str, tmp_path: Path) -> None:
    said = _run(name, tmp_path)
    assert [line for line in SAID[name] if line not in said] == []
    with running_server(tmp_path) as url:
        said = _run(name, tmp_path, url)
    assert [line for line in SAID[name] if line not in said] == []
