"""Many processes and threads on one store: nothing is refused, nothing is lost."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from millrace.calls import CreateRun, GetMetricHistory, GetRun, LogBatch, LogMetric, SearchRuns
from millrace.engine import open_engine
from millrace.model import Metric

_OPEN_AND_LOG = """
import sys
from millrace.calls import CreateRun, LogMetric
from millrace.engine import open_engine

engine = open_engine(sys.argv[1])
sys.stdin.readline()  # all start writing together
run_id = engine.call(CreateRun("0", run_name=sys.argv[2])).run.info.run_id
engine.call(LogMetric(run_id, "m", float(sys.argv[2]), 1, 1))
"""


def _run_together(code: str, arguments: list[list[str]]) -> list[str]:
    """Run a script once for each list of arguments, all at the same time; what each wrote to stderr."""
    pipe = subprocess.PIPE
    started = [
        subprocess.Popen([sys.executable, "-c", code, *one], stdin=pipe, stderr=pipe, text=True) for one in arguments
    ]
    for process in started:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    return [process.communicate()[1] for process in started]


def test_64_processes_open_an_empty_store_together(tmp_path: Path) -> None:
    store = str(tmp_path / "store")
    assert _run_together(_OPEN_AND_LOG, [[store, str(n)] for n in range(64)]) == [""] * 64
    engine = open_engine(store)
    runs = engine.call(SearchRuns(["0"])).runs
    assert sorted(run.data.metrics["m"] for run in runs) == [float(n) for n in range(64)]
    engine.close()


RUNS_PER_THREAD, POINTS_PER_RUN = 3, 20

_LOG_NESTED_RUNS = f"""
import sys
from concurrent.futures import ThreadPoolExecutor
from millrace.calls import CreateRun, LogBatch, LogMetric, LogParam
from millrace.engine import open_engine
from millrace.model import Metric, RunTag

engine, parent = open_engine(sys.argv[1]), sys.argv[2]

def work(thread):
    for _ in range({RUNS_PER_THREAD}):
        run_id = engine.call(CreateRun("0", tags=[RunTag("mlflow.parentRunId", parent)])).run.info.run_id
        for step in range({POINTS_PER_RUN}):
            engine.call(LogMetric(run_id, "loss", step / 2, step, step))
        engine.call(LogBatch(run_id, [Metric(f"m{{n}}", float(n), n, n) for n in range(50)]))
        engine.call(LogParam(run_id, "parent", parent))

sys.stdin.readline()
with ThreadPoolExecutor(4) as pool:
    list(pool.map(work, range(4)))
engine.close()
"""


@pytest.mark.parametrize("database", ["folder", "postgres"])
def test_8_processes_of_4_threads_lose_nothing(database: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    uri = str(tmp_path / "store") if database == "folder" else request.getfixturevalue("postgres_uri")
    engine = open_engine(uri)
    parent = engine.call(CreateRun("0")).run.info.run_id
    assert _run_together(_LOG_NESTED_RUNS, [[uri, parent]] * 8) == [""] * 8
    children = engine.call(SearchRuns(["0"], f"tags.mlflow.parentRunId = '{parent}'", max_results=1000)).runs
    assert len(children) == 8 * 4 * RUNS_PER_THREAD
    for run in children:
        assert run.data.params == {"parent": parent}
        assert len(run.data.metrics) == 51
        assert len(engine.call(GetMetricHistory(run.info.run_id, "loss")).metrics) == POINTS_PER_RUN
    engine.close()


@pytest.mark.parametrize("database", ["folder", "postgres"])
def test_many_writers_into_one_run_and_one_key(database: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    uri = str(tmp_path / "store") if database == "folder" else request.getfixturevalue("postgres_uri")
    engine = open_engine(uri)
    run_id = engine.call(CreateRun("0")).run.info.run_id

    def log(worker: int) -> None:
        for n in range(50):
            # New keys in both orders: a writer that locked keys as they come would deadlock another.
            keys = [f"k{n}", f"j{n}"] if worker % 2 else [f"j{n}", f"k{n}"]
            engine.call(LogBatch(run_id, [Metric(key, float(worker), n, worker * 50 + n) for key in keys]))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(log, range(8)))
    for n in range(50):
        assert len(engine.call(GetMetricHistory(run_id, f"k{n}")).metrics) == 8
    assert engine.call(GetRun(run_id)).run.data.metrics["k0"] == 7.0
    engine.close()


def test_a_forked_child_and_its_parent_write_on(tmp_path: Path) -> None:
    engine = open_engine(str(tmp_path / "store"))
    run_id = engine.call(CreateRun("0")).run.info.run_id
    engine.call(LogMetric(run_id, "m", 0.0, 0, 0))
    children = []
    for child in range(1, 5):
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                for n in range(20):
                    engine.call(LogMetric(run_id, "m", float(child), n, child * 100 + n))
                status = 0
            finally:
                os._exit(status)
        children.append(pid)
    for n in range(20):
        engine.call(LogMetric(run_id, "m", 5.0, n, 500 + n))
    assert [os.waitpid(pid, 0)[1] for pid in children] == [0] * 4
    assert len(engine.call(GetMetricHistory(run_id, "m")).metrics) == 101
    engine.close()
