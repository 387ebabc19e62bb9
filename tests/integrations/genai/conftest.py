"""Fixtures of the tests of gen-AI libraries: a server that stands for the providers, and runs under both `mlflow`s."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))  # the scripts here are neighbours by plain names
sys.path.insert(0, str(HERE.parents[1] / "peers"))

import providers  # noqa: E402


@pytest.fixture(scope="session")
def provider() -> Iterator[int]:
    """The port of a server that answers as the providers do."""
    server = providers.serve()
    yield server.server_port
    server.shutdown()
    server.server_close()


@pytest.fixture
def traced(provider: int, tmp_path: Path) -> Callable[[str, str], Any]:
    """Runs the calls of a library under our `mlflow` or the real one; answers the traces that came of them."""

    def run(library: str, whose: str) -> Any:
        home = Path(sys.prefix) / "upstream" if whose == "upstream" else HERE.parents[2] / "src"
        folder = tmp_path / whose
        folder.mkdir()
        settings = {**os.environ, "PYTHONPATH": f"{home}:{HERE}", "PYTHONWARNINGS": "ignore"}
        command = [sys.executable, str(HERE / "calls.py"), library, str(provider), str(folder)]
        done = subprocess.run(command, env=settings, cwd=folder, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr[-3000:]
        assert whose == "upstream" or "unexpected error" not in done.stderr, done.stderr[-3000:]
        return json.loads(done.stdout.splitlines()[-1])

    return run
