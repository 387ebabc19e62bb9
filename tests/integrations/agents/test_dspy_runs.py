"""Runs of evaluations and optimizations by DSPy are those that the real MLflow makes, but for what is listed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
from comparing import differences

HERE = Path(__file__).parent
KNOWN = {
    "dspy/runs/[349]/artifacts/trainset.json/data": "optimizers within an optimizer are steps of it",
    "dspy/runs/4/params/sample": "optimizers within an optimizer are steps of it",
    "dspy/runs/[349]/models": "MLflow leaves models without content behind",
}


def _runs(whose: str, folder: Path) -> Any:
    home = Path(sys.prefix) / "upstream" if whose == "upstream" else HERE.parents[2] / "src"
    folder.mkdir()
    settings = {**os.environ, "PYTHONPATH": f"{home}:{HERE}", "PYTHONWARNINGS": "ignore"}
    command = [sys.executable, str(HERE / "dspy_runs.py"), str(folder)]
    done = subprocess.run(command, env=settings, cwd=folder, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]
    assert whose == "upstream" or "unexpected error" not in done.stderr, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.timeout(600)
def test_runs_are_mlflows(tmp_path: Path) -> None:
    with ThreadPoolExecutor() as threads:
        theirs, ours = threads.map(lambda whose: _runs(whose, tmp_path / whose), ("upstream", "ours"))
    differing = differences(theirs, ours, "dspy")
    surprising = {path for path in differing if not any(fnmatchcase(path, one) for one in KNOWN)}
    assert not surprising, "\n".join(f"{path}: {differing[path]}" for path in sorted(surprising))
    stale = {one for one in KNOWN if not any(fnmatchcase(path, one) for path in differing)}
    assert not stale, f"remove what no longer differs: {sorted(stale)}"
