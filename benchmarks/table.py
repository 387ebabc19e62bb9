"""The calls behind the page's table of runs, on runs of 10 params and 10 metrics, straight through the engine.

MLflow has no such calls: its page reads whole runs, page by page, so there is no peer.

Usage: python benchmarks/table.py [runs …]; without any, 10,000 and 100,000.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable

from millrace import wire
from millrace.calls import (
    Call,
    CreateExperiment,
    CreateRun,
    FindAnything,
    GetExperimentOverview,
    GetFacet,
    GetRunColumns,
    GetRunGroups,
    GetRunWindow,
    LogBatch,
    SetTag,
)
from millrace.engine import Engine, open_engine
from millrace.engine.tx import ANSWERS
from millrace.model import Metric, Param, RunTag

ROUNDS = 5
BATCH = 2000
COLUMNS = [
    *(f"attributes.{name}" for name in ("run_name", "status", "start_time", "duration", "user_id")),
    *(f"metrics.m{key}" for key in range(10)),
    *(f"metrics.m{key}.min" for key in range(10)),
    *(f"metrics.m{key}.max" for key in range(10)),
    *(f"metrics.m{key}.mean" for key in range(5)),
    *(f"params.p{key}" for key in range(10)),
    *(f"tags.t{key}" for key in range(10)),
]


def main() -> None:
    """Measure stores of several sizes, and print a table."""
    sizes = [int(one.replace("_", "")) for one in sys.argv[1:]] or [10_000, 100_000]
    found = []
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            found.append(measure(folder, size))
    print("| CPU ms, after a write / again | " + " | ".join(f"{size:,} runs" for size in sizes) + " |")
    print("|---" * (len(sizes) + 1) + "|")
    for what in found[0]:
        print(f"| {what} | " + " | ".join(f"{one[what][0]:,.1f} / {one[what][1]:,.1f}" for one in found) + " |")


def fill(engine: Engine, runs: int) -> str:
    """Log runs, in large transactions; one in ten has a parent."""
    experiment = engine.call(CreateExperiment("table")).experiment_id
    rng = random.Random(0)
    parent = ""
    for start in range(0, runs, BATCH):
        calls: list[Call[object]] = []
        numbers = range(start, min(start + BATCH, runs))
        for number in numbers:
            run_id = f"{rng.getrandbits(128):032x}"
            tags = [RunTag("mlflow.parentRunId", parent)] if number % 10 and parent else []
            parent = parent if number % 10 else run_id
            calls.append(CreateRun(experiment, "me", f"run-{number}", 1_700_000_000_000 + number, tags, run_id))
            calls.append(
                LogBatch(
                    run_id,
                    [Metric(f"m{key}", rng.random(), 1_700_000_000_000 + number, 0) for key in range(10)],
                    [Param(f"p{key}", f"v{rng.randrange(20)}") for key in range(10)],
                    [RunTag(f"t{key}", f"w{rng.randrange(5)}") for key in range(10)],
                )
            )
        for answer in engine.call_many(calls):
            if isinstance(answer, Exception):
                raise answer
    return experiment


def measure(folder: str, runs: int) -> dict[str, tuple[float, float]]:
    """Measure each call when nothing is kept, and when it comes again with another offset."""
    engine = open_engine(f"{folder}/store")
    began = time.perf_counter()
    experiment = fill(engine, runs)
    print(f"{runs:,} runs logged in {time.perf_counter() - began:.0f} s", file=sys.stderr)
    ids = [experiment]
    rng = random.Random(1)

    def window(**more: object) -> Callable[[], Call[object]]:
        return lambda: GetRunWindow(ids, **{"columns": COLUMNS, "offset": rng.randrange(runs // 2), **more})  # type: ignore[arg-type]

    by_metric, both = ["metrics.m1 DESC"], "metrics.m3 > 0.5 and params.p2 = 'v7'"
    asked: dict[str, Callable[[], Call[object]]] = {
        "newest, 100 rows × 60 columns": window(),
        "by a metric": window(order_by=by_metric),
        "by a param, then a metric": window(order_by=["params.p1", "metrics.m1"]),
        "a metric and a param": window(filter=both, offset=10),
        "half of all, by a metric": window(filter="metrics.m3 > 0.5", order_by=by_metric, offset=1000),
        "a LIKE": window(filter="params.p1 LIKE 'v1%'", offset=1000),
        "tree, closed": window(tree="closed", offset=100),
        "tree, open, of a filter": window(tree="open", filter="metrics.m3 > 0.5", offset=1000),
        "10,000 rows × 60 columns": window(limit=10_000, offset=0),
        "10,000 rows × 26 columns": window(limit=10_000, offset=0, columns=[*COLUMNS[:15], *COLUMNS[40:51]]),
        "columns": lambda: GetRunColumns(ids),
        "columns of a filter": lambda: GetRunColumns(ids, both),
        "facet of a param": lambda: GetFacet("params.p1", ids),
        "facet of a metric": lambda: GetFacet("metrics.m1", ids),
        "groups by two params": lambda: GetRunGroups(["params.p1", "params.p2"], ids, columns=["metrics.m1"]),
        "overview": lambda: GetExperimentOverview(),
        "find a part of a name": lambda: FindAnything("run-99"),
    }
    found = {}
    for what, make in asked.items():
        if type(make()) in ANSWERS:
            found[what] = timed(engine, experiment, make)
    engine.close()
    return found


def timed(engine: Engine, experiment: str, make: Callable[[], Call[object]]) -> tuple[float, float]:
    """CPU milliseconds with the JSON of the answer, the median of several times: after a write, and again."""
    first, again = [], []
    for number in range(ROUNDS):
        run_id = engine.call(GetRunWindow([experiment], limit=1)).run_ids[0]
        engine.call(SetTag(run_id, "round", str(number)))
        for kept in (first, again):
            call = make()
            began = time.process_time()
            wire.encode(engine.call(call))
            kept.append(1e3 * (time.process_time() - began))
    return statistics.median(first), statistics.median(again)


if __name__ == "__main__":
    main()
