"""What a killed training left in a folder's journal shows up in a server on that folder, unasked."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from millrace.calls import CreateRun, GetMetricHistory
from millrace.store import open_store
from tests.serving import running_server

_KILLED = """
import os, sys
import mlflow
mlflow.set_tracking_uri(sys.argv[1])
with mlflow.start_run(run_id=sys.argv[2]):
    mlflow.log_metric("m", 0, step=0)
    for step in range(1, 500):
        mlflow.log_metric("m", step, step=step)
    os.kill(os.getpid(), 9)
"""


def test_a_server_stores_what_a_killed_training_left(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    local = open_store(str(folder))
    run_id = local.call(CreateRun("0")).run.info.run_id
    local.close()
    with running_server(tmp_path) as url:
        subprocess.run([sys.executable, "-W", "ignore", "-c", _KILLED, str(folder), run_id], check=False, timeout=60)
        server = open_store(url)
        for _ in range(100):
            steps = [point.step for point in server.call(GetMetricHistory(run_id, "m")).metrics]
            if len(steps) == 500:
                break
            time.sleep(0.1)
        assert steps == list(range(500))
        server.close()
