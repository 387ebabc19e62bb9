"""Spans that have ended survive the death of the process that made them, at whatever moment it comes."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import mlflow
from millrace.model import Trace

KILLS = int(os.environ.get("TRACE_KILLS", "3"))

_AGENT = """
import sys
import mlflow

mlflow.set_tracking_uri(sys.argv[1])

@mlflow.trace
def step(number):
    return number

number = 0
while True:
    with mlflow.start_span("agent") as agent:
        for _ in range(20):
            step(number)
            number += 1
            # Said after the span has ended: what was said must be stored.
            print(agent.trace_id, number, flush=True)
"""


def test_no_ended_span_is_lost_or_doubled(tmp_path: Path) -> None:
    chance = random.Random(7)
    for attempt in range(KILLS):
        store = str(tmp_path / f"store{attempt}")
        with subprocess.Popen([sys.executable, "-c", _AGENT, store], stdout=subprocess.PIPE, text=True) as agent:
            assert agent.stdout is not None
            said = [agent.stdout.readline()]
            time.sleep(chance.uniform(0.0, 0.5))
            agent.send_signal(signal.SIGKILL)
            said += [line for line in agent.stdout.read().splitlines(keepends=True) if line.endswith("\n")]
        mlflow.set_tracking_uri(store)
        traces: list[Trace] = mlflow.search_traces(locations=["0"], return_type="list")  # type: ignore[assignment]
        ended = [
            span.outputs
            for trace in traces
            for span in trace.data.spans
            if span.name == "step" and span.end_time_ns is not None
        ]
        assert len(ended) == len(set(ended))
        claimed = int(said[-1].split()[1])
        assert set(range(claimed)) <= set(ended)
        states = [trace.info.state.value for trace in traces]
        # The one in whose middle it died goes on for ever; it may also have died between two.
        assert states.count("IN_PROGRESS") <= 1
        assert states.count("OK") >= len(states) - 1
