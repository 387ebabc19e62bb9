"""The example of an agent does what it says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "agent.py"


def test_it_answers_streams_and_is_traced() -> None:
    done = subprocess.run([sys.executable, EXAMPLE], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "Task: agent/v1/responses",
        "Answer: Rain. You asked: And tomorrow? {'city': 'Bergen'}",
        "Stream: ['Rain.', ' You asked: ', 'And tomorrow?']",
        "Spans: ['AGENT predict', 'AGENT predict_stream', 'AGENT predict_stream']",
    ]
