"""The example on console logs does what it says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "console.py"


def test_it_shows_what_is_kept() -> None:
    done = subprocess.run([sys.executable, EXAMPLE], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    kept = [line.removeprefix("  | ") for line in done.stdout.split("kept with the run:\n")[1].splitlines()]
    assert kept[-1].endswith("packages with their versions")
    assert sorted(kept[:-1]) == sorted(
        ["training begins", "step 100 of 100 [####################]", "a program that it started", "a warning"]
    )
