"""What a log call costs each of 16 processes that log into one store, and into one run of it, at full speed.

Millrace logs to a folder and to its own server, mlflow to SQLite and to its own server, one after the other.
Usage: python benchmarks/many_writers.py [processes]
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from log_metric import HERE, PEER, Served, shown

CALLS = {"millrace": 5_000, "mlflow": 25}

TRAIN = """
import json, logging, sys, time
import mlflow
logging.disable(logging.CRITICAL)
uri, shared, calls = sys.argv[1], sys.argv[2], int(sys.argv[3])
mlflow.set_tracking_uri(uri)
clock, spent, failed = time.perf_counter_ns, [], 0
with mlflow.start_run():
    mlflow.log_metric("own", 0.0)
    mlflow.log_metric("shared", 0.0, run_id=shared)
    print("ready", flush=True)
    sys.stdin.readline()
    for step in range(calls):
        for key, run_id in (("own", None), ("shared", shared)):
            began = clock()
            try:
                mlflow.log_metric(key, step / 3, step=step, run_id=run_id)
            except Exception:
                failed += 1
            spent.append((clock() - began) / 1e3)
print(json.dumps([spent, failed]))
"""
SHARED = "import sys, mlflow; print(mlflow.MlflowClient(sys.argv[1]).create_run('0').info.run_id)"


def main() -> None:
    """Measure, and print a table."""
    processes = int(sys.argv[1]) if sys.argv[1:] else 16
    heads = [f"`log_metric`, {processes} processes", "p50 / p99 / max, µs", "slowest process's p99"]
    print("|", " | ".join([*heads, "calls a second", "failed"]), "|")
    print("|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_STATE_HOME"] = folder
        for name in CALLS:
            local = f"{folder}/store" if name == "millrace" else f"sqlite:///{folder}/peer.db"
            row(name, "local", local, folder, processes)
            server = Served(name, folder)
            try:
                row(name, "server", server.url, folder, processes)
            finally:
                server.end()


def row(name: str, where: str, uri: str, folder: str, processes: int) -> None:
    """Run the processes, and print what their calls took."""
    python = str((HERE if name == "millrace" else PEER) / "python")

    def started(*arguments: str) -> subprocess.Popen[str]:
        pipe = subprocess.PIPE
        command = [python, "-W", "ignore", *arguments]
        return subprocess.Popen(command, cwd=folder, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True)

    shared = started("-c", SHARED, uri).communicate()[0].split()[-1]
    trainers = [started("-c", TRAIN, uri, shared, str(CALLS[name])) for _ in range(processes)]
    for trainer in trainers:
        while trainer.stdout.readline().strip() != "ready":  # type: ignore[union-attr]
            pass
    began = time.perf_counter()
    for trainer in trainers:
        trainer.stdin.write("go\n")  # type: ignore[union-attr]
        trainer.stdin.flush()  # type: ignore[union-attr]
    found = [json.loads(trainer.communicate()[0].splitlines()[-1]) for trainer in trainers]
    seconds = time.perf_counter() - began
    every = sorted(value for spent, _ in found for value in spent)
    worst = max(percentile(sorted(spent), 99) for spent, _ in found)
    figures = [statistics.median(every), percentile(every, 99), every[-1]]
    failed, rate = sum(one for _, one in found), len(every) / seconds
    print(
        f"| {name}, {where} | {shown(figures)} | {shown([worst])} | {rate:,.0f} | {failed} |",
        flush=True,
    )


def percentile(ordered: list[float], percent: int) -> float:
    """A percentile of values in order."""
    return ordered[min(len(ordered) * percent // 100, len(ordered) - 1)]


if __name__ == "__main__":
    main()
