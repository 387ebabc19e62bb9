"""Fill a store with experiments to look at: a sweep with everything a page can show, a flat one, several in folders.

Usage: python examples/demo_data.py [tracking URI]; without one, what MLFLOW_TRACKING_URI says, or ./mlruns.
It takes some seconds, and it is meant for a new store. Nothing here is particular to Millrace.
"""

from __future__ import annotations

import sys
import time

import numpy as np
from digits_sweep import MINUTE_MS, sweep

import mlflow
from mlflow import MlflowClient
from mlflow.entities import Metric, Param, RunTag

FOLDERS = (
    "vision/digits/baseline",
    "vision/digits/augmented",
    "vision/cifar/resnet",
    "vision/cifar/transformer",
    "language/sentiment",
    "language/translation/en-de",
    "language/translation/en-fr",
)


def main() -> None:
    """Write everything."""
    began = time.perf_counter()
    if len(sys.argv) > 1:
        mlflow.set_tracking_uri(sys.argv[1])
    client = MlflowClient()
    flat(client, "flat-60", 60)
    for number, name in enumerate(FOLDERS):
        flat(client, name, 2 + number, params=4, metrics=5, days_ago=3 * number)
    client.delete_experiment(client.create_experiment("vision/old idea"))
    sweep()
    print(f"Logged in {time.perf_counter() - began:.1f} s to {mlflow.get_tracking_uri()}")


def flat(client: MlflowClient, name: str, runs: int, *, params: int = 20, metrics: int = 30, days_ago: int = 0) -> str:
    """An experiment of runs without children, with numbers by chance; returns its id."""
    rng = np.random.default_rng(len(name))
    experiment = str(client.create_experiment(name))
    end = int(time.time() * 1000) - days_ago * 24 * 60 * MINUTE_MS
    for number in range(runs):
        start = end - (runs - number) * 11 * MINUTE_MS
        run_id = client.create_run(experiment, start, run_name=f"run-{number:03}").info.run_id
        points = [Metric(f"metric_{n:02}", value, start, 0) for n, value in enumerate(rng.random(metrics))]
        for key, steps in (("loss", 200), ("accuracy", 100)):
            curve = np.exp(-np.arange(steps) / 50) + rng.normal(0, 0.02, steps)
            values = curve if key == "loss" else 1 - curve
            points += [Metric(key, float(value), start + 1000 * step, step) for step, value in enumerate(values)]
        facts = [Param(f"param_{n:02}", str(rng.choice([0.1, 0.2, 0.5]) if n % 2 else n)) for n in range(params)]
        tags = [RunTag(f"tag_{n}", str(rng.choice(["red", "green", "blue"]))) for n in range(6)]
        client.log_batch(run_id, metrics=points, params=facts, tags=tags)
        client.set_terminated(run_id, end_time=start + 10 * MINUTE_MS)
    return experiment


if __name__ == "__main__":
    main()
