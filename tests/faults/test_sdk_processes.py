"""The fluent API in many processes and threads, as MLflow documents it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from millrace.calls import SearchRuns
from millrace.engine import open_engine
from millrace.model import Run

_SPAWN_AND_FORK = """
import multiprocessing, sys
import mlflow

def train(args):
    parent, n = args
    with mlflow.start_run(run_name=f"child-{n}", nested=True, parent_run_id=parent):
        mlflow.log_param("n", n)
        for step in range(20):
            mlflow.log_metric("loss", step * n, step=step)

if __name__ == "__main__":
    mlflow.set_tracking_uri(sys.argv[2])
    with mlflow.start_run(run_name="parent") as parent:
        mlflow.log_metric("before", 1.0)
        context = multiprocessing.get_context(sys.argv[1])
        pool = context.Pool(4, mlflow.set_tracking_uri, (sys.argv[2],)) if sys.argv[1] == "spawn" else context.Pool(4)
        pool.map(train, [(parent.info.run_id, n) for n in range(8)])
        mlflow.log_metric("after", 1.0)
"""

_THREADS = """
import sys
from concurrent.futures import ThreadPoolExecutor
import mlflow

mlflow.set_tracking_uri(sys.argv[1])

def train(n):
    with mlflow.start_run(run_name=f"child-{n}", nested=True, parent_run_id=parent.info.run_id) as run:
        assert mlflow.active_run().info.run_id == run.info.run_id
        mlflow.log_param("n", n)
        for step in range(20):
            mlflow.log_metric("loss", step * n, step=step)

with mlflow.start_run(run_name="parent") as parent:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(train, range(8)))
    assert mlflow.active_run().info.run_id == parent.info.run_id
"""

_LEFT_OPEN = """
import sys
import mlflow

mlflow.set_tracking_uri(sys.argv[1])
run = mlflow.start_run(run_name="left open")
mlflow.log_metric("m", 1.0)
"""


def _run(folder: Path, code: str, *arguments: str) -> list[Run]:
    script = folder / "script.py"
    script.write_text(code)
    store = folder / "store"
    done = subprocess.run(
        [sys.executable, str(script), *arguments, str(store)], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    engine = open_engine(str(store))
    runs = engine.call(SearchRuns(["0"])).runs
    engine.close()
    return runs


def _assert_whole(runs: list[Run]) -> None:
    parent = next(run for run in runs if run.info.run_name == "parent")
    children = {run.info.run_name: run for run in runs if run is not parent}
    assert set(children) == {f"child-{n}" for n in range(8)}
    assert {run.info.status for run in runs} == {"FINISHED"}
    for n in range(8):
        child = children[f"child-{n}"]
        assert child.data.tags["mlflow.parentRunId"] == parent.info.run_id
        assert (child.data.params, child.data.metrics) == ({"n": str(n)}, {"loss": 19.0 * n})


def test_spawned_processes_log_nested_runs(tmp_path: Path) -> None:
    _assert_whole(_run(tmp_path, _SPAWN_AND_FORK, "spawn"))


def test_forked_processes_log_nested_runs(tmp_path: Path) -> None:
    runs = _run(tmp_path, _SPAWN_AND_FORK, "fork")
    _assert_whole(runs)
    parent = next(run for run in runs if run.info.run_name == "parent")
    assert parent.data.metrics == {"before": 1.0, "after": 1.0}


def test_threads_log_nested_runs(tmp_path: Path) -> None:
    _assert_whole(_run(tmp_path, _THREADS))


def test_a_run_that_is_left_open_is_finished_at_exit(tmp_path: Path) -> None:
    (run,) = _run(tmp_path, _LEFT_OPEN)
    assert (run.info.status, run.data.metrics) == ("FINISHED", {"m": 1.0})
