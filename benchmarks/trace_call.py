"""What tracing costs the caller: Millrace and the real mlflow, in turns, on the same machine.

A traced function that does nothing is called as a trace of its own and as a step of a trace; locally (Millrace to a
folder, mlflow to SQLite) and against each one's own server. Times are wall, and CPU of the calling thread.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from pathlib import Path

from log_metric import CALLS, HERE, PEER, Served, middle, shown

ROUNDS = 3
TRACE_CALLS = {"millrace": 5_000, "mlflow": 150}

TRACE = """
import json, logging, sys, time
import mlflow
logging.disable(logging.CRITICAL)
uri, calls = sys.argv[1], int(sys.argv[2])
mlflow.set_tracking_uri(uri)
mlflow.set_experiment("traced")
clock = time.perf_counter_ns
@mlflow.trace
def traced(question, top_k=3):
    return {"answer": "forty-two", "documents": ["a", "b", "c"]}
answer = {}
def measure(name, call):
    call("warm"), call("warm")
    spent, cpu = [], time.thread_time_ns()
    for number in range(calls):
        began = clock()
        call("What is the answer?")
        spent.append(clock() - began)
    cpu = (time.thread_time_ns() - cpu) / calls / 1e3
    spent.sort()
    answer[name] = [spent[len(spent) // 2] / 1e3, spent[len(spent) * 99 // 100] / 1e3, cpu]
measure("a trace of one span", traced)
with mlflow.start_span("root"):
    measure("a step of a trace", traced)
print(json.dumps(answer))
"""


def main() -> None:
    """Measure, and print a table of medians over the rounds."""
    found: dict[tuple[str, str], list[dict[str, list[float]]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_STATE_HOME"] = folder
        servers = {name: Served(name, folder) for name in CALLS}
        try:
            for number in range(ROUNDS):
                for name in CALLS:
                    local = f"{folder}/store{number}" if name == "millrace" else f"sqlite:///{folder}/peer{number}.db"
                    for where, uri in (("local", local), ("server", servers[name].url)):
                        found.setdefault((name, where), []).append(_calls(name, uri, folder))
        finally:
            for server in servers.values():
                server.end()
    print("| traced call, µs | where | millrace p50 / p99 / CPU | mlflow p50 / p99 / CPU | times less CPU |")
    print("|---|---|---|---|---|")
    for where in ("local", "server"):
        for call in found["millrace", where][0]:
            ours, theirs = (middle([one[call] for one in found[name, where]]) for name in ("millrace", "mlflow"))
            print(f"| {call} | {where} | {shown(ours)} | {shown(theirs)} | {theirs[2] / ours[2]:.0f} |")


def _calls(name: str, uri: str, folder: str) -> dict[str, list[float]]:
    python = str((HERE if name == "millrace" else PEER) / "python")
    command = [python, "-c", TRACE, uri, str(TRACE_CALLS[name])]
    done = subprocess.run(command, cwd=Path(folder), capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    answer: dict[str, list[float]] = json.loads(next(line for line in done.stdout.splitlines() if line[:1] == "{"))
    return answer


if __name__ == "__main__":
    main()
