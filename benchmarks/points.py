"""Points into a local store and back: batches of 1,000, bytes a point, whole histories, thinned-out lines.

The same public calls run on Millrace and on the real mlflow, each in a process of its own with a store of its own.
Usage: python benchmarks/points.py [points of ours] [points of the peer]; the peer is slow, so it gets fewer.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PEER = ROOT / ".witness" / "bin" / "python"
ROUNDS = 5
BATCH, KEYS = 1000, 10


def main() -> None:
    """Measure both, and print a table."""
    ours, theirs = (int(one.replace("_", "")) for one in (sys.argv[1:3] or ["1_000_000", "20_000"]))
    found = {"millrace": run(Path(sys.executable), ours), "mlflow": run(PEER, theirs)}
    print(f"| points | millrace ({ours:,} points) | mlflow ({theirs:,} points) | times |")
    print("|---|---|---|---|")
    for what, unit, more in (
        ("log_batch of 1,000 until they can be read back", "points/s", True),
        ("bytes a point on disk, when the run has ended", "B", False),
        ("get_metric_history, whole", "µs a point", False),
        ("the same, 320 points of 10 lines (bulk interval)", "ms", False),
    ):
        a, b = found["millrace"][what], found["mlflow"][what]
        times = a / b if more else b / a
        print(f"| {what} | {a:,.4g} {unit} | {b:,.4g} {unit} | {times:,.0f} |")
    print(f"| 1 series of {ours // KEYS:,} points as arrays | {found['millrace']['arrays']:.4g} ms | – | |")


def run(python: Path, points: int) -> dict[str, float]:
    """What one product measures, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        command = [str(python), "-W", "ignore", __file__, "--measure", folder, str(points)]
        done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def measure(folder: str, points: int) -> dict[str, float]:
    """Measure the mlflow that this interpreter has."""
    import mlflow
    from mlflow import MlflowClient
    from mlflow.entities import Metric

    ours = hasattr(mlflow, "__path__") and "witness" not in mlflow.__path__[0]
    uri = f"{folder}/store" if ours else f"sqlite:///{folder}/store.db"
    mlflow.set_tracking_uri(uri)
    client = MlflowClient(uri)
    experiment = client.create_experiment("points", artifact_location=f"{folder}/artifacts")
    warm = client.create_run(experiment).info.run_id
    client.log_batch(warm, metrics=[Metric("m", 1.0, 1, 1)])
    client.get_run(warm)
    run = client.create_run(experiment).info.run_id
    batches = [
        [
            Metric(f"m{n % KEYS}", (n * 7919 % 10_007) / 3, 1_700_000_000_000 + n, n // KEYS)
            for n in range(start, start + BATCH)
        ]
        for start in range(0, points, BATCH)
    ]
    began = time.perf_counter()
    for batch in batches:
        client.log_batch(run, metrics=batch)
    client.get_run(run)
    rate = points / (time.perf_counter() - began)
    client.set_terminated(run)
    client.set_terminated(warm)
    result = {"log_batch of 1,000 until they can be read back": rate}
    result["get_metric_history, whole"] = 1e6 * timed(lambda: client.get_metric_history(run, "m3")) / (points // KEYS)
    result["the same, 320 points of 10 lines (bulk interval)"] = 1e3 * timed(lambda: interval(uri, run))
    if ours:
        result["arrays"] = 1e3 * timed(lambda: arrays(uri, run))
    result["bytes a point on disk, when the run has ended"] = size(Path(folder), ours) / points
    return result


def interval(uri: str, run: str) -> object:
    """320 points of each of ten lines, as the page asks for them: ten runs would be ten such series."""
    from mlflow.tracking._tracking_service.utils import _get_store

    store = _get_store(uri)
    if hasattr(store, "get_metric_history_bulk_interval"):
        return [store.get_metric_history_bulk_interval([run], f"m{key}", 320, None, None) for key in range(KEYS)]
    from millrace.calls import GetMetricHistoryBulkInterval

    return [store.call(GetMetricHistoryBulkInterval([run], f"m{key}", max_results=320)) for key in range(KEYS)]


def arrays(uri: str, run: str) -> object:
    """One whole series in columns, below the wire."""
    from millrace.engine import chunks, open_engine
    from millrace.engine.tx import Known, Tx

    engine = ENGINES.setdefault(uri, open_engine(uri))
    with engine.database.read() as db:
        row = db.row("SELECT id FROM run WHERE uuid = ?", (run,))
        return chunks.history(Tx(db, engine.locations, Known()), row[0], "m3")


ENGINES: dict = {}


def timed(action) -> float:  # type: ignore[no-untyped-def]
    """Seconds, the median of several times."""
    found = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        action()
        found.append(time.perf_counter() - began)
    return statistics.median(found)


def size(folder: Path, ours: bool) -> int:
    """Bytes of the database, the log of it included."""
    where = folder / "store" if ours else folder
    return sum(path.stat().st_size for path in where.glob("*.db*"))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        print(json.dumps(measure(sys.argv[2], int(sys.argv[3]))))
    else:
        main()
