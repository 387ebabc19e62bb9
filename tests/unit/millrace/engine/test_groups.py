"""Calls that are committed together: each is answered or refused as if it had come alone."""

from __future__ import annotations

import fcntl
import itertools
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from millrace.calls import (
    Call,
    CreateExperiment,
    CreateRun,
    GetMetricHistory,
    GetRun,
    ListArtifacts,
    LogBatch,
    LogMetric,
    LogParam,
    SetTag,
    UpdateRun,
)
from millrace.engine import Engine, open_engine
from millrace.engine.dialects import sqlite
from millrace.engine.tx import ANSWERS
from millrace.errors import MlflowException
from millrace.model import Metric, Param, RunTag

Together = Callable[[Engine, list[Call[Any]]], list[Any]]


@pytest.fixture(params=["folder", "postgres"])
def uri(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return str(tmp_path / "store") if request.param == "folder" else str(request.getfixturevalue("postgres_uri"))


@pytest.fixture
def engine(uri: str) -> Iterator[Engine]:
    opened = open_engine(uri)
    yield opened
    opened.close()


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Engine]:
    opened = open_engine(str(tmp_path / "store"))
    yield opened
    opened.close()


def _run(engine: Engine) -> str:
    return engine.call(CreateRun("0")).run.info.run_id


def _steps(engine: Engine, run: str, key: str) -> list[int]:
    return [point.step for point in engine.call(GetMetricHistory(run, key)).metrics]


def _count(engine: Engine, table: str) -> int:
    with engine.database.read() as db:
        row = db.row(f"SELECT SUM(n) FROM {table}")
    return int(row[0] or 0) if row else 0


def _codes(results: list[Any]) -> list[str]:
    return [one.error_code if isinstance(one, MlflowException) else type(one).__name__ for one in results]


def test_refused_calls_change_nothing_and_the_others_are_done(engine: Engine, uri: str) -> None:
    run = _run(engine)
    calls: list[Call[Any]] = [
        LogParam(run, "a", "1"),
        LogBatch(run, [Metric("new", 1.0, 1, 1)], [Param("b", "1"), Param("a", "2")], [RunTag("t", "1")]),
        CreateExperiment("e"),
        LogMetric(run, "m", 1.0, 1, 1),
        CreateExperiment("e"),
        LogMetric("0" * 32, "m", 1.0, 1, 2),
        LogMetric(run, "m", 2.0, 2, 2**70),
        LogMetric(run, "new", 3.0, 3, 3),
        ListArtifacts(run),
        LogParam(run, "a", "1"),
    ]
    results = engine.call_many(calls)
    assert _codes(results) == [
        "Empty",
        "INVALID_PARAMETER_VALUE",
        "CreatedExperiment",
        "Empty",
        "RESOURCE_ALREADY_EXISTS",
        "RESOURCE_DOES_NOT_EXIST",
        "INVALID_PARAMETER_VALUE",
        "Empty",
        "NOT_IMPLEMENTED",
        "Empty",
    ]
    again = open_engine(uri)
    for each in (engine, again):
        data = each.call(GetRun(run)).run.data
        assert data.params == {"a": "1"}
        assert data.metrics == {"m": 1.0, "new": 3.0}
        assert "t" not in data.tags
        assert _steps(each, run, "new") == [3]
    again.close()


def test_keys_that_only_refused_calls_named_are_forgotten(engine: Engine, uri: str) -> None:
    run = _run(engine)
    refused = LogBatch(run, params=[Param("a", "1"), Param("k1", "1")])
    engine.call(LogParam(run, "a", "0"))
    results = engine.call_many([refused, refused])
    assert _codes(results) == ["INVALID_PARAMETER_VALUE"] * 2
    # Somebody else's key may have got the number in the meantime.
    other = open_engine(uri)
    other.call(LogMetric(run, "k2", 2.0, 1, 1))
    other.close()
    engine.call(LogMetric(run, "k1", 1.0, 1, 1))
    assert engine.call(GetRun(run)).run.data.metrics == {"k1": 1.0, "k2": 2.0}


def test_what_the_database_cannot_store_fails_alone(engine: Engine) -> None:
    run = _run(engine)
    results = engine.call_many(
        [LogParam(run, "a", "1"), SetTag(run, "t", "\ud800"), LogParam(run, "b", "1"), LogParam(run, "a", "2")]
    )
    assert _codes(results) == ["Empty", "INVALID_PARAMETER_VALUE", "Empty", "INVALID_PARAMETER_VALUE"]
    assert "UTF-8" in results[1].message
    assert engine.call(GetRun(run)).run.data.params == {"a": "1", "b": "1"}


def test_a_failing_answer_of_ours_fails_alone(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(tx: object, call: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setitem(ANSWERS, SetTag, broken)
    run = _run(engine)
    results = engine.call_many([LogParam(run, "a", "1"), SetTag(run, "t", "1"), LogParam(run, "b", "1")])
    assert _codes(results) == ["Empty", "ZeroDivisionError", "Empty"]
    assert engine.call(GetRun(run)).run.data.params == {"a": "1", "b": "1"}


def test_calls_are_answered_in_their_order(engine: Engine) -> None:
    run = _run(engine)
    engine.call_many([SetTag(run, "t", str(n)) for n in range(20)])
    assert engine.call(GetRun(run)).run.data.tags["t"] == "19"


@pytest.mark.parametrize("count", [0, 1, 2])
def test_trying_does_the_same_as_doing(folder: Engine, count: int) -> None:
    run = _run(folder)
    results = folder.try_call_many([LogParam(run, f"a{n}", "1") for n in range(count)])
    assert results is not None
    assert _codes(results) == ["Empty"] * count
    assert folder.try_call_many([LogParam(run, "a0", "1")] * count + [LogParam("none", "a", "1")]) is not None
    assert len(folder.call(GetRun(run)).run.data.params) == count


def test_trying_gives_up_where_it_would_wait_for_a_thread(folder: Engine) -> None:
    run = _run(folder)
    with folder.database.write():
        assert folder.try_call_many([LogParam(run, "a", "1")]) is None
    assert folder.call(GetRun(run)).run.data.params == {}
    assert folder.try_call_many([LogParam(run, "a", "1")]) is not None


def test_trying_gives_up_where_it_would_wait_for_a_process(folder: Engine, tmp_path: Path) -> None:
    run = _run(folder)
    (lock,) = (tmp_path / "store").glob("*-lock")
    with lock.open("r+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # another open file of the same kind: as another process would
        assert folder.try_call_many([LogParam(run, "a", "1")]) is None
    assert folder.try_call_many([LogParam(run, "a", "1")]) is not None


_FOREIGN = """
import sqlite3, sys
foreign = sqlite3.connect(sys.argv[1], isolation_level=None)
foreign.execute("BEGIN IMMEDIATE")
print("begun", flush=True)
sys.stdin.readline()
"""


def test_trying_gives_up_where_a_program_of_somebody_else_writes(folder: Engine, tmp_path: Path) -> None:
    run = _run(folder)
    command = [sys.executable, "-c", _FOREIGN, str(tmp_path / "store" / "millrace.db")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as foreign:
        assert foreign.stdout is not None
        assert foreign.stdout.readline() == "begun\n"
        assert folder.try_call_many([LogParam(run, "a", "1")]) is None
        foreign.communicate("end\n")
    assert folder.try_call_many([LogParam(run, "a", "1")]) is not None


def test_trying_gives_up_where_a_commit_waits_for_the_disk(folder: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MILLRACE_SQLITE_SYNCHRONOUS", "FULL")
    assert folder.try_call_many([LogParam(_run(folder), "a", "1")]) is None


def test_groups_that_collide_are_done_once(engine: Engine) -> None:
    runs = [_run(engine) for _ in range(4)]
    together = threading.Barrier(4)

    def write(worker: int) -> None:
        for n in range(3):  # each may cost PostgreSQL a second, until it sees the circle
            together.wait()
            # Each begins with another run: writers that keep what they wrote locked wait for each other in a circle.
            order = runs[worker:] + runs[:worker]
            results = engine.call_many(
                [SetTag(run, "shared", str(worker)) for run in order]
                + [LogMetric(run, "m", 1.0, n, worker * 3 + n) for run in order]
                + [LogParam(run, f"{worker}-{n}", "1") for run in order]
            )
            assert _codes(results) == ["Empty"] * 12

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    for run in runs:
        assert sorted(_steps(engine, run, "m")) == list(range(12))
        data = engine.call(GetRun(run)).run.data
        assert len(data.params) == 12
        assert data.summaries()["m"].count == 12


def test_groups_of_many_processes_lose_nothing(uri: str) -> None:
    engine = open_engine(uri)
    run = _run(engine)
    engine.close()
    children = []
    for child in range(4):
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                mine = open_engine(uri)
                for n in range(20):
                    calls: list[Call[Any]] = [
                        LogMetric(run, f"k{key}", 1.0, child, child * 20 + n) for key in range(child, child + 8)
                    ]
                    results = mine.try_call_many(calls)
                    results = mine.call_many(calls) if results is None else results
                    assert _codes(results) == ["Empty"] * 8
                status = 0
            finally:
                os._exit(status)
        children.append(pid)
    assert [os.waitpid(pid, 0)[1] for pid in children] == [0] * 4
    for key in range(3, 8):  # the keys of all of them
        assert sorted(_steps(engine, run, f"k{key}")) == list(range(80))
    engine.close()


def test_upkeep_compacts_what_transactions_leave(engine: Engine) -> None:
    engine.start_upkeep()
    run = _run(engine)
    for batch in range(40):
        engine.call(LogBatch(run, [Metric("m", float(n), n, batch * 1000 + n) for n in range(1000)]))
    while _count(engine, "chunk") < 32_000:
        time.sleep(0.01)
    assert _count(engine, "chunk") + _count(engine, "point_batch") == 40_000
    engine.close()
    assert sorted(_steps(engine, run, "m")) == list(range(40_000))
    # And without it they do it themselves again.
    for batch in range(40, 80):
        engine.call(LogBatch(run, [Metric("m", float(n), n, batch * 1000 + n) for n in range(1000)]))
    assert _count(engine, "chunk") >= 64_000
    engine.start_upkeep()
    engine.call(UpdateRun(run, status="FINISHED"))
    while _count(engine, "point_batch"):
        time.sleep(0.01)
    assert _count(engine, "chunk") == 80_000


def test_upkeep_begins_with_what_others_left(engine: Engine, uri: str) -> None:
    ended, running = _run(engine), _run(engine)
    points = [Metric("m", float(n), n, n) for n in range(1000)]
    for run in (ended, running):
        engine.call(LogBatch(run, points))
    with engine.database.write() as db:  # as if it had been killed when it had ended the run
        db.execute("UPDATE run SET status = 'FINISHED' WHERE uuid = ?", (ended,))
    other = open_engine(uri)
    other.start_upkeep()
    while not _count(other, "chunk"):
        time.sleep(0.01)
    assert (_count(other, "chunk"), _count(other, "point_batch")) == (1000, 1000)
    other.close()
    assert len(_steps(engine, ended, "m")) == len(_steps(engine, running, "m")) == 1000


def test_the_log_begins_anew_though_somebody_always_writes(folder: Engine, tmp_path: Path) -> None:
    run = _run(folder)
    noticed: list[None] = []
    folder.database.leave_untidy(lambda: noticed.append(None))
    log = tmp_path / "store" / "millrace.db-wal"
    numbers = itertools.count()

    def write(count: int) -> None:
        for n in itertools.islice(numbers, count):  # always another text: SQLite does not write what is there
            folder.call(LogBatch(run, tags=[RunTag(f"t{key}", f"{n}" + "x" * 5000) for key in range(10)]))

    while not noticed:
        write(10)
    assert log.stat().st_size >= sqlite.CHECKPOINT_PAGES * 4096
    folder.database.tidy()
    noticed.clear()
    before = log.stat().st_size
    write(10)
    assert log.stat().st_size == before  # written from its beginning again
    assert not noticed
    folder.database.leave_untidy(None)
    write(500)
    assert log.stat().st_size <= before
    assert folder.call(GetRun(run)).run.data.tags["t9"].startswith(f"{next(numbers) - 1}x")
