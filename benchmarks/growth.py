"""How the cost of searches grows with runs and with keys, and that of reading series with points; ours only.

Usage: python benchmarks/growth.py [most runs]; a million needs about 3 GB of disk and five minutes to be written.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from search import FILTER, timed
from seeding import seed_runs

from millrace.calls import (
    CountRuns,
    CreateRun,
    GetMetricHistory,
    GetMetricHistoryBulkInterval,
    GetSeries,
    LogBatch,
    SearchRuns,
    UpdateRun,
)
from millrace.model import Metric
from millrace.store import Store, open_store


def main() -> None:
    """Measure, and print three tables."""
    most = int(sys.argv[1].replace("_", "")) if sys.argv[1:] else 100_000
    sizes = [size for size in (1_000, 10_000, 100_000, 1_000_000) if size <= most]
    table("runs", sizes, [with_runs(size, 10) for size in sizes])
    keys = [10, 100, 1000]
    table("metric keys of 1,000 runs", keys, [with_runs(1000, count) for count in keys])
    points = [10_000, 100_000, 1_000_000]
    table("points of a series", points, [with_points(count) for count in points])


def table(what: str, sizes: list[int], columns: list[dict[str, float]]) -> None:
    """Print milliseconds by operation and size."""
    print(f"\n| ms, by {what} | " + " | ".join(f"{size:,}" for size in sizes) + " |")
    print("|---" * (len(sizes) + 1) + "|")
    for name in columns[0]:
        print(f"| {name} | " + " | ".join(f"{column[name]:,.2f}" for column in columns) + " |", flush=True)


def with_runs(runs: int, metrics: int) -> dict[str, float]:
    """Searches of so many runs of so many metrics and 10 params."""
    with tempfile.TemporaryDirectory() as folder:
        experiment = seed_runs(folder, runs, metrics=metrics)
        store = open_store(folder)

        def search(filter: str = "", *order: str) -> object:
            return store.call(SearchRuns([experiment], filter, max_results=100, order_by=list(order)))

        found = {
            "the newest 100": timed(search),
            "a metric and a param, ordered by a metric, 100": timed(lambda: search(FILTER, "metrics.m1 DESC")),
            "the 100 best by a metric": timed(lambda: search("", "metrics.m1 DESC")),
            "the 100 newest of a status, by a param": timed(lambda: search("status = 'FINISHED'", "params.p4")),
            "count all": timed(lambda: store.call(CountRuns([experiment]))),
            "count the filter": timed(lambda: store.call(CountRuns([experiment], FILTER))),
        }
        store.close()
    return found


def with_points(points: int) -> dict[str, float]:
    """Reads of a series of so many points; for intervals, of ten series of a tenth each."""
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(folder)
        one = logged(store, points)
        ten = [logged(store, points // 10) for _ in range(10)]
        found = {
            "the whole, in columns": timed(lambda: store.call(GetSeries([one], ["m"], max_points=0))),
            "1,000 points for a chart": timed(lambda: store.call(GetSeries([one], ["m"], max_points=1000))),
            "a page of 1,000 of MLflow's history": timed(lambda: store.call(GetMetricHistory(one, "m", "", 1000))),
            "MLflow's interval of 320, ten runs": timed(
                lambda: store.call(GetMetricHistoryBulkInterval(ten, "m", max_results=320))
            ),
        }
        store.close()
    return found


def logged(store: Store, points: int) -> str:
    """A run with a noisy metric `m`."""
    run_id = store.call(CreateRun("0")).run.info.run_id
    for start in range(0, points, 1000):
        batch = [
            Metric("m", (n * 7919 % 10_007) / 3 + n / 1000, 1_700_000_000_000 + 37 * n, n)
            for n in range(start, min(start + 1000, points))
        ]
        store.call(LogBatch(run_id, batch))
    store.call(UpdateRun(run_id, "FINISHED"))
    return run_id


if __name__ == "__main__":
    main()
