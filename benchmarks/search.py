"""Searching runs of 10 params and 10 metrics: the newest, a filter with an order, all of them page by page, as a table.

The same public calls run on Millrace and on the real mlflow, each in a process of its own with a store of its own.
Usage: python benchmarks/search.py [runs of ours] [runs of the peer]; the peer takes about 50 ms to log a run.
"""

from __future__ import annotations

import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PEER = Path(__file__).resolve().parents[1] / ".witness" / "bin" / "python"
ROUNDS = 5
FILTER = "metrics.m3 > 0.5 and params.p2 = 'v7'"


def main() -> None:
    """Measure both, and print a table."""
    ours, theirs = (int(one.replace("_", "")) for one in (sys.argv[1:3] or ["10_000", "2_000"]))
    found = {"millrace": run(Path(sys.executable), ours), "mlflow": run(PEER, theirs)}
    print(f"| search, ms | millrace ({ours:,} runs) | mlflow ({theirs:,} runs) | times less |")
    print("|---|---|---|---|")
    for what, ms in found["millrace"].items():
        other = found["mlflow"][what]
        print(f"| {what} | {ms:,.2f} | {other:,.0f} | {other / ms:,.0f} |")


def run(python: Path, runs: int) -> dict[str, float]:
    """What one product measures, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        command = [str(python), "-W", "ignore", __file__, "--measure", folder, str(runs)]
        done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def measure(folder: str, runs: int) -> dict[str, float]:
    """Measure the mlflow that this interpreter has."""
    import mlflow
    from mlflow import MlflowClient
    from mlflow.entities import Metric, Param

    ours = "witness" not in mlflow.__path__[0]
    uri = f"{folder}/store" if ours else f"sqlite:///{folder}/store.db"
    mlflow.set_tracking_uri(uri)
    client = MlflowClient(uri)
    experiment = client.create_experiment("search", artifact_location=f"{folder}/artifacts")
    rng = random.Random(0)
    for number in range(runs):
        run_id = client.create_run(experiment, start_time=1_700_000_000_000 + number).info.run_id
        metrics = [Metric(f"m{key}", rng.random(), 1_700_000_000_000 + number, 0) for key in range(10)]
        params = [Param(f"p{key}", f"v{rng.randrange(20)}") for key in range(10)]
        client.log_batch(run_id, metrics=metrics, params=params)
    by_metric = ["metrics.m1 DESC"]
    return {
        "the newest 100": timed(lambda: client.search_runs([experiment], max_results=100)),
        "a metric and a param, ordered by a metric, 100": timed(
            lambda: client.search_runs([experiment], FILTER, max_results=100, order_by=by_metric)
        ),
        "the 100 best by a metric": timed(
            lambda: client.search_runs([experiment], max_results=100, order_by=by_metric)
        ),
        "all, in pages of 1,000": timed(lambda: every(client, experiment)),
        "all as a DataFrame": timed(lambda: mlflow.search_runs([experiment])),
    }


def every(client, experiment: str) -> int:  # type: ignore[no-untyped-def]
    """Read all runs, page by page."""
    token, seen = None, 0
    while True:
        page = client.search_runs([experiment], max_results=1000, page_token=token)
        seen, token = seen + len(page), page.token
        if not token:
            return seen


def timed(action) -> float:  # type: ignore[no-untyped-def]
    """Milliseconds, the median of several times."""
    found = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        action()
        found.append(1e3 * (time.perf_counter() - began))
    return statistics.median(found)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        print(json.dumps(measure(sys.argv[2], int(sys.argv[3]))))
    else:
        main()
