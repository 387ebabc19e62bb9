"""What a monitor of system metrics costs: CPU time of one sample with its point, as a share of a core at 10 s a sample.

Each side samples `SAMPLES` times in a process of its own, into a store in a fresh folder; what the process spends
without samples is taken off. The peer needs psutil: name a folder with it in PSUTIL, or it is left out.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

PEER = Path(__file__).resolve().parents[1] / ".witness" / "bin" / "python"
INTERVAL_S = 10.0
SAMPLES = 200
ROUNDS = 5
SCRIPT = """
import sys, time
import mlflow
from mlflow.system_metrics.system_metrics_monitor import SystemMetricsMonitor
mlflow.set_tracking_uri(sys.argv[1])
samples = int(sys.argv[2])
with mlflow.start_run() as run:
    monitor = SystemMetricsMonitor(run.info.run_id)
    monitor.collect_metrics(); monitor.publish_metrics(monitor.aggregate_metrics())
    began = time.process_time()
    for _ in range(samples):
        monitor.collect_metrics()
        monitor.publish_metrics(monitor.aggregate_metrics())
        time.sleep(0.002)
        mlflow.flush_async_logging()
    print((time.process_time() - began) / samples * 1000)
"""


def main() -> None:
    """Measure, and print one row per side."""
    print(f"| | CPU of a sample, ms | share of a core at {INTERVAL_S:.0f} s |")
    print("|---|---|---|")
    sides = [("millrace", sys.executable, "")]
    if os.environ.get("PSUTIL"):
        sides.append(("mlflow", str(PEER), os.environ["PSUTIL"]))
    for name, python, path in sides:
        spent = statistics.median(sample(python, path) for _ in range(ROUNDS))
        print(f"| {name} | {spent:.2f} | {spent / INTERVAL_S / 10:.4f} % |")


def sample(python: str, path: str) -> float:
    """Milliseconds of CPU of one sample with its point."""
    with tempfile.TemporaryDirectory() as folder:
        uri = f"sqlite:///{folder}/store.db"
        command = [python, "-c", SCRIPT, uri, str(SAMPLES)]
        environment = os.environ | {"PYTHONPATH": path, "MILLRACE_JOURNAL_DIR": folder}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return float(done.stdout.split()[-1])


if __name__ == "__main__":
    main()
