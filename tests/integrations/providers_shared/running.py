"""What tests of gen-AI libraries share: a server that stands for the providers, and runs under both `mlflow`s."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "peers")]  # the scripts there are neighbours by plain names

import providers  # noqa: E402
from comparing import differences  # noqa: E402

CALLS = [str(HERE.parent / group) for group in ("genai", "genai_clients")]
"""Where the scripts are that call libraries."""


@pytest.fixture(scope="session")
def provider() -> Iterator[int]:
    """The port of a server that answers as the providers do."""
    server = providers.serve()
    yield server.server_port
    server.shutdown()
    server.server_close()


@pytest.fixture
def traced(provider: int, tmp_path: Path, request: pytest.FixtureRequest) -> Callable[[str, str], Any]:
    """Runs the calls of a library under our `mlflow` or the real one; answers the traces that came of them."""

    def run(library: str, whose: str) -> Any:
        home = Path(sys.prefix) / "upstream" if whose == "upstream" else HERE.parents[2] / "src"
        folder = tmp_path / whose
        folder.mkdir()
        paths = [str(home), str(HERE), str(request.path.parent), *CALLS]
        settings = {
            **os.environ,
            "PYTHONPATH": ":".join(paths),
            "PYTHONWARNINGS": "ignore",
        }
        command = [sys.executable, str(HERE / "calls.py"), library, str(provider), str(folder)]
        done = subprocess.run(command, env=settings, cwd=folder, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stderr[-3000:]
        assert whose == "upstream" or "unexpected error" not in done.stderr, done.stderr[-3000:]
        return json.loads(done.stdout.splitlines()[-1])

    return run


def hold(library: str, known: dict[str, str], traced: Callable[[str, str], Any], *, at_once: bool = True) -> None:
    """Assert that traces are those of the real MLflow but for what is known, and that nothing else is known."""
    with ThreadPoolExecutor(2 if at_once else 1) as threads:  # each waits for a process
        theirs, ours = threads.map(traced, (library, library), ("upstream", "ours"))
    differing = differences(theirs, ours, library)
    surprising = {path for path in differing if not any(fnmatchcase(path, one) for one in known)}
    assert not surprising, "\n".join(f"{path}: {differing[path]}" for path in sorted(surprising))
    stale = {one for one in known if not any(fnmatchcase(path, one) for path in differing)}
    assert not stale, f"remove what no longer differs: {sorted(stale)}"
