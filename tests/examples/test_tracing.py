"""The example of tracing does what it says, and leaves behind what it says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import mlflow
from millrace.model import Trace

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "tracing.py"


def test_the_example_of_tracing(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, EXAMPLE], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "1. What is a millrace? See about.md."
    assert lines[4].endswith("{'input_tokens': 20, 'output_tokens': 5, 'total_tokens': 25}")
    assert lines[6:] == ["5. 2 of an agent; 1 failed", "6. 1 deleted"]

    mlflow.set_tracking_uri(str(tmp_path / "mlruns"))
    mlflow.set_experiment("Tracing")
    traces: list[Trace] = mlflow.search_traces(return_type="list")  # type: ignore[assignment]
    by_name = {trace.info.tags["mlflow.traceName"]: trace for trace in reversed(traces)}
    assert sorted(by_name) == [
        "add",
        "agent",
        "another way",
        "fail",
        "log_in",
        "look_up_all",
        "spread",
        "stream",
    ]
    assert {span.trace_id for span in by_name["spread"].data.spans} == {by_name["spread"].info.trace_id}
    assert len(by_name["spread"].data.spans) == 4
    assert len(by_name["look_up_all"].data.spans) == 3
    assert by_name["log_in"].data.spans[0].inputs == {"user": "ada", "password": "***"}
    assert by_name["agent"].info.trace_metadata["mlflow.trace.user"] == "bob"
    (run,) = mlflow.search_runs(output_format="list")
    assert by_name["agent"].info.trace_metadata["mlflow.sourceRun"] == run.info.run_id
