"""Many long series in one frame, as the page asks for them: 100 runs of 10 metrics of 1,000,000 points, thinned out.

The store is made once (in FOLDER, or a temporary one), not over the API but by the engine's own functions for chunks:
a billion points. Usage: python benchmarks/frame.py [RUNS] [KEYS] [POINTS] [FOLDER]
"""

from __future__ import annotations

import resource
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from millrace.calls import CreateRun, GetSeriesFrame, LogBatch, SearchRuns, UpdateRun
from millrace.engine import Engine, chunks, open_engine
from millrace.model import Metric
from millrace.series.columns import Columns

ROUNDS = 5


def main() -> None:
    """Make the store if it is not there, measure, and print a table."""
    runs, keys, points = (
        int(one.replace("_", "")) for one in [*sys.argv[1:4], *("100", "10", "1_000_000")[len(sys.argv[1:4]) :]]
    )
    if len(sys.argv) > 4:
        return measure(Path(sys.argv[4]), runs, keys, points)
    with tempfile.TemporaryDirectory() as folder:
        return measure(Path(folder), runs, keys, points)


def measure(folder: Path, runs: int, keys: int, points: int) -> None:
    """Measure in a folder."""
    engine = open_engine(str(folder / "store"))
    names = [f"m{key}" for key in range(keys)]
    if not engine.call(SearchRuns(["0"], max_results=1)).runs:
        fill(engine, runs, names, points)
    ids = [one.info.run_id for one in engine.call(SearchRuns(["0"], max_results=1000)).runs]
    size = sum(one.stat().st_size for one in (folder / "store").glob("millrace.db*"))
    print(f"{runs} runs × {keys} metrics × {points:,} points: {size / 1e6:,.0f} MB\n")
    print("| asked for | time | CPU | bytes | points |")
    print("|---|---|---|---|---|")
    middle = {"first_step": points // 2 - points // 50, "last_step": points // 2 + points // 50}
    half = {"first_step": points // 4, "last_step": points * 3 // 4}
    few: dict[str, Any] = {"max_points": 240, "columns": ["step", "value"]}
    for what, call in (
        ("all series, 1,000 points each", GetSeriesFrame(ids, names)),
        (
            "all series, 400 points each, step and value",
            GetSeriesFrame(ids, names, max_points=400, columns=["step", "value"]),
        ),
        ("all series, a 25th of the steps", GetSeriesFrame(ids, names, **middle)),
        ("all series, half of the steps, 240 points each", GetSeriesFrame(ids, names, **few, **half)),
        ("all series, a 25th of the steps, 240 points each", GetSeriesFrame(ids, names, **few, **middle)),
        ("one series, 1,000 points", GetSeriesFrame(ids[:1], names[:1])),
        ("one series, 8,000 points", GetSeriesFrame(ids[:1], names[:1], max_points=8000)),
        ("one metric of all runs by time", GetSeriesFrame(ids, names[:1], by="time")),
    ):
        row(engine, what, call)
    engine.close()


def row(engine: Engine, what: str, call: GetSeriesFrame) -> None:
    """Measure one call, and print its line."""
    times, used, size = [], [], 0
    for _ in range(ROUNDS):
        began, cpu = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
        size = len(engine.call(call).data)
        after = resource.getrusage(resource.RUSAGE_SELF)
        times.append(time.perf_counter() - began)
        used.append(after.ru_utime + after.ru_stime - cpu.ru_utime - cpu.ru_stime)
    series = len(call.run_ids) * len(call.keys)
    width = 12 if call.columns else 16
    print(
        f"| {what} | {statistics.median(times):.3f} s | {statistics.median(used):.3f} s | {size:,} |"
        f" {size // width // series} a series |"
    )


def fill(engine: Engine, runs: int, names: list[str], points: int) -> None:
    """Make runs with long series."""
    steps = np.arange(points, dtype=np.int64)
    rng = np.random.default_rng(0)
    for run in range(runs):
        run_id = engine.call(CreateRun("0", run_name=f"run {run}")).run.info.run_id
        engine.call(LogBatch(run_id, [Metric(name, 0.0, 1_700_000_000_000, 0) for name in names]))
        engine.call(UpdateRun(run_id, status="FINISHED"))
        with engine.database.write() as db:
            tx = engine._tx(db)
            row = db.row("SELECT id FROM run WHERE uuid = ?", (run_id,))
            assert row
            for name, key in tx.key_ids(names).items():
                values = np.exp(-steps / points * (1 + run % 7)) + rng.normal(0, 0.02, points) + int(name[1:])
                times = 1_700_000_000_000 + steps * 20 + rng.integers(0, 15, points)
                chunks._merge(tx, row[0], key, Columns(steps, times, values.astype(np.float32).astype(np.float64)))


if __name__ == "__main__":
    main()
