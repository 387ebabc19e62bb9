"""Many processes that are killed at random moments: no run of the dead stays RUNNING, none of the living is ended.

`DEAD_RUNS_KILLS` says how many are killed; few in everyday's tests.
"""

from __future__ import annotations

import os
import random
import subprocess
import time
from pathlib import Path

import pytest

import mlflow
from tests.faults.trainers import server_on, start

KILLS = int(os.environ.get("DEAD_RUNS_KILLS", "6"))

BUSY = """
import sys
import mlflow
mlflow.set_tracking_uri(sys.argv[1])
print("ready", flush=True)
number = 0
while True:
    number += 1
    with mlflow.start_run(run_name=sys.argv[2]) as outer:
        mlflow.log_metric("m", number, step=number)
        with mlflow.start_run(nested=True, run_name=sys.argv[2]) as inner:
            mlflow.log_metric("m", number, step=number)
        with mlflow.start_run(inner.info.run_id, nested=True):
            mlflow.log_metric("m", number, step=number + 1)
"""

CALM = """
import sys
import mlflow
mlflow.set_tracking_uri(sys.argv[1])
with mlflow.start_run(run_name="calm"):
    print("ready", flush=True)
    sys.stdin.readline()
"""


@pytest.mark.parametrize("where", ["folder", "server"])
def test_the_dead_are_found_and_the_living_are_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    monkeypatch.setenv("MILLRACE_JOURNAL_DIR", str(tmp_path / "journals"))
    if where == "folder":
        _soak(str(tmp_path / "store"))
    else:
        with server_on(tmp_path) as server:
            _soak(server.url)


def _soak(uri: str) -> None:
    client = mlflow.MlflowClient(uri)
    dice = random.Random(7)
    calm = _ready(start(CALM, uri, MILLRACE_HEARTBEAT_INTERVAL_S="0.2"))
    killed = 0
    try:
        while killed < KILLS:
            busy = [_ready(start(BUSY, uri, f"busy{killed + number}")) for number in range(3)]
            for process in busy:
                time.sleep(dice.random() * 0.3)
                _statuses(client)  # whoever reads is at it while they begin and end runs
                process.kill()
                process.communicate()
                killed += 1
        for _ in range(600):
            found = _statuses(client)
            if [name for name, status in found if status == "RUNNING"] == ["calm"]:
                break
            time.sleep(0.1)
        assert [one for one in found if one[1] == "RUNNING"] == [("calm", "RUNNING")]
        # At most the runs that were open when a process was killed are KILLED: the outer one and one inside.
        for number in range(killed):
            of_one = [status for name, status in found if name == f"busy{number}"]
            assert of_one.count("KILLED") <= 2
            assert set(of_one) <= {"FINISHED", "KILLED"}
    finally:
        _, err = calm.communicate("\n", timeout=60)
    assert calm.returncode == 0, err
    assert ("calm", "FINISHED") in _statuses(client)


def _ready(process: subprocess.Popen[str]) -> subprocess.Popen[str]:
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n", process.communicate()[1]
    return process


def _statuses(client: mlflow.MlflowClient) -> list[tuple[str, str]]:
    found, token = [], None
    while True:
        page = client.search_runs(["0"], max_results=10_000, page_token=token)
        found += [(run.info.run_name or "", run.info.status) for run in page]
        token = page.token
        if not token:
            return found
