"""What was logged is there, once: trainers that are killed, that fork, that are many, that have no room."""

from __future__ import annotations

import os
import random
import signal
import struct
import time
from pathlib import Path

import pytest

from millrace.calls import CreateRun, LogMetric
from millrace.journal import open_journaled
from millrace.store import open_store
from tests.faults.trainers import finished, server_on, start, steps

PROCESSES, STEPS = 16, 1500
KILLS = int(os.environ.get("JOURNAL_KILLS", "10"))
"""How many trainers are killed with each number of threads."""

_LOG_UNTIL_KILLED = """
import os, struct, sys, threading
import mlflow

mlflow.set_tracking_uri(sys.argv[1])
run = mlflow.start_run().info.run_id

def train(thread):
    step = 0
    while True:
        mlflow.MlflowClient().log_metric(run, f"t{thread}", step / 3, step=step)
        os.write(1, struct.pack("<II", thread, step))  # acknowledged
        step += 1

def train_fluently():
    step = 0
    while True:
        mlflow.log_metric("t0", step / 3, step=step)
        os.write(1, struct.pack("<II", 0, step))
        step += 1

os.write(1, run.encode())
for thread in range(1, int(sys.argv[2])):
    threading.Thread(target=train, args=(thread,), daemon=True).start()
train_fluently()
"""


@pytest.mark.parametrize("threads", [1, 4])
def test_what_a_killed_trainer_logged_is_there(tmp_path: Path, threads: int) -> None:
    place = random.Random(threads)
    store = open_journaled(str(tmp_path / "store"))
    for _ in range(KILLS):
        trainer = start(_LOG_UNTIL_KILLED, str(tmp_path / "store"), str(threads))
        assert trainer.stdout is not None
        pipe = trainer.stdout.fileno()
        run_id = os.read(pipe, 32).decode()
        acknowledged = dict.fromkeys(range(threads), -1)
        data = b""
        wanted = place.randrange(1, 400_000)  # bytes of acknowledgements: from the first value to some drains later
        while len(data) < wanted:
            data += os.read(pipe, 1 << 16)
        trainer.kill()
        while more := os.read(pipe, 1 << 16):
            data += more
        trainer.communicate()
        for thread, step in struct.iter_unpack("<II", data[: len(data) // 8 * 8]):
            acknowledged[thread] = max(step, acknowledged[thread])
        for thread, last in acknowledged.items():
            found = steps(store, run_id, f"t{thread}")
            # The value that was on its way may be there, and nothing else.
            assert found in (list(range(last + 1)), list(range(last + 2)))
    assert list((tmp_path / "store" / "journal").glob("*.journal")) == []
    store.close()


_KILLED_AFTER_INGEST = """
import os, signal, sys
from millrace.calls import Ingest, LogMetric
from millrace.journal import Journaled
from millrace.store import open_store

class Deadly:
    def __init__(self, inner):
        self.inner, self.left = inner, int(sys.argv[3])

    def call(self, call):
        answer = self.inner.call(call)
        if isinstance(call, Ingest) and call.steps:
            self.left -= 1
            if not self.left:
                os.kill(os.getpid(), signal.SIGKILL)
        return answer

    def close(self):
        self.inner.close()

store = Journaled(Deadly(open_store(sys.argv[1])), __import__("pathlib").Path(sys.argv[1], "journal"), sys.argv[1])
for step in range(100_000):
    store.call(LogMetric(sys.argv[2], "a" if step % 3 else "b", step / 3, 1000, step))
    os.write(1, b".")
"""


@pytest.mark.parametrize("kill_at", [1, 2, 3])
def test_points_are_stored_once_when_the_drain_is_killed_before_it_hears_the_answer(
    tmp_path: Path, kill_at: int
) -> None:
    uri = str(tmp_path / "store")
    run_id = open_store(uri).call(CreateRun("0")).run.info.run_id
    trainer = start(_KILLED_AFTER_INGEST, uri, run_id, str(kill_at))
    out, _ = trainer.communicate(timeout=100)
    assert trainer.returncode == -signal.SIGKILL
    store = open_journaled(uri)
    found = sorted(steps(store, run_id, "a") + steps(store, run_id, "b"))
    assert found in (list(range(len(out) + count)) for count in (0, 1))
    assert all(step % 3 for step in steps(store, run_id, "a"))
    store.close()


_FORKS = """
import os, sys
import mlflow

mlflow.set_tracking_uri(sys.argv[1])
run = mlflow.start_run().info.run_id
children = []
for number in range(10):
    for step in range(100):
        mlflow.log_metric("parent", 1.0, step=number * 100 + step)
    child = os.fork()
    if not child:
        for step in range(50):
            mlflow.log_metric(f"child{number}", float(step), step=step, run_id=run)
            mlflow.MlflowClient().log_metric(run, "children", float(step), step=number * 50 + step)
        os._exit(0)  # without a chance to send anything
    children.append(child)
codes = [os.waitpid(child, 0)[1] for child in children]
assert codes == [0] * 10, codes
print(run)
"""


@pytest.mark.parametrize("where", ["folder", "server"])
def test_forks_in_the_middle_of_a_run_lose_and_double_nothing(tmp_path: Path, where: str) -> None:
    def check(uri: str) -> None:
        out, err = finished(start(_FORKS, uri))
        assert "Traceback" not in err
        run_id = out.split()[0] if where == "folder" else next(w for w in out.split() if len(w) == 32)
        store = open_journaled(uri)
        assert steps(store, run_id, "parent") == list(range(1000))
        assert steps(store, run_id, "children") == list(range(500))
        for number in range(10):
            assert steps(store, run_id, f"child{number}") == list(range(50))
        store.close()

    if where == "folder":
        check(str(tmp_path / "store"))
    else:
        with server_on(tmp_path) as server:
            check(server.url)


_FULL_SPEED = """
import sys
import mlflow

mlflow.set_tracking_uri(sys.argv[1])
sys.stdin.readline()
with mlflow.start_run() as own:
    for step in range(1500):
        mlflow.log_metric("own", float(step), step=step)
        mlflow.log_metrics({f"shared{sys.argv[3]}": 1.0, "shared": 1.0}, step=step * 16 + int(sys.argv[3]),
                           run_id=sys.argv[2])
print(own.info.run_id)
"""


@pytest.mark.parametrize("where", ["folder", "sqlite", "server"])
def test_16_processes_at_full_speed_share_a_store_and_a_run(tmp_path: Path, where: str) -> None:
    def check(uri: str) -> None:
        store = open_journaled(uri)
        shared = store.call(CreateRun("0")).run.info.run_id
        trainers = [start(_FULL_SPEED, uri, shared, str(number)) for number in range(PROCESSES)]
        for trainer in trainers:
            assert trainer.stdin is not None
            trainer.stdin.write("go\n")
            trainer.stdin.flush()
        for number, trainer in enumerate(trainers):
            out, err = finished(trainer)
            assert err == ""
            run_id = next(word for word in out.split() if len(word) == 32)
            assert steps(store, run_id, "own") == list(range(STEPS))
            assert len(steps(store, shared, f"shared{number}")) == STEPS
        assert steps(store, shared, "shared") == list(range(PROCESSES * STEPS))
        store.close()

    if where == "server":
        with server_on(tmp_path) as server:
            check(server.url)
    else:
        check(str(tmp_path / "store") if where == "folder" else f"sqlite:///{tmp_path}/store.db")


_NO_ROOM = """
import resource, sys
import mlflow

mlflow.set_tracking_uri(sys.argv[1])
with mlflow.start_run() as run:
    mlflow.log_metric("m", 0.0, step=0)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))
    for step in range(1, 100):
        mlflow.log_metric("m", float(step), step=step)
        mlflow.log_metrics({"a": 1.0, "b": 2.0}, step=step)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    for step in range(100, 200):
        mlflow.log_metric("m", float(step), step=step)
print(run.info.run_id)
"""


def test_a_full_disk_makes_logging_slow_and_loses_nothing(tmp_path: Path) -> None:
    with server_on(tmp_path) as server:
        out, err = finished(start(_NO_ROOM, server.url))
        run_id = next(word for word in out.split() if len(word) == 32)
        assert err.count("cannot be written") == 1
        store = open_journaled(server.url)
        assert steps(store, run_id, "m") == list(range(200))
        assert steps(store, run_id, "a") == steps(store, run_id, "b") == list(range(1, 100))
        store.close()


_NO_FOLDER = """
import sys
import mlflow

mlflow.set_tracking_uri(sys.argv[1])
with mlflow.start_run() as run:
    for step in range(10):
        mlflow.log_metric("m", float(step), step=step)
print(run.info.run_id)
"""


def test_a_journal_that_cannot_be_made_makes_logging_slow_and_loses_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("where a folder should be")
    with server_on(tmp_path) as server:
        out, err = finished(start(_NO_FOLDER, server.url, MILLRACE_JOURNAL_DIR=str(tmp_path / "file")))
        run_id = next(word for word in out.split() if len(word) == 32)
        assert err.count("cannot be written") == 1
        store = open_store(server.url)
        assert steps(store, run_id, "m") == list(range(10))
        store.close()


_EXIT_AT_ONCE = """
import sys
import mlflow

mlflow.set_tracking_uri(sys.argv[1])
run = mlflow.MlflowClient().create_run("0").info.run_id
mlflow.start_run()
for step in range(50_000):
    mlflow.log_metric("m", float(step), step=step)
    if step % 100 == 0:
        mlflow.MlflowClient().log_metric(run, "m", float(step), step=step)
print(run, mlflow.active_run().info.run_id)
"""


def test_a_script_that_ends_with_a_full_journal_sends_it_first(tmp_path: Path) -> None:
    out, err = finished(start(_EXIT_AT_ONCE, str(tmp_path / "store")))
    by_client, fluent = out.split()
    assert err == ""
    store = open_store(str(tmp_path / "store"))  # which reads no journals
    assert steps(store, fluent, "m") == list(range(50_000))
    assert steps(store, by_client, "m") == list(range(0, 50_000, 100))
    assert os.listdir(tmp_path / "store" / "journal") == ["lease"]
    store.close()


def test_a_clock_that_goes_back_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_journaled(str(tmp_path / "store"))
    run_id = store.call(CreateRun("0")).run.info.run_id
    real = time.time_ns
    for day in range(3):
        monkeypatch.setattr(time, "time_ns", lambda ago=day: real() - ago * 86_400_000_000_000)
        store.call(LogMetric(run_id, "m", 1.0, time.time_ns() // 1_000_000, day))
        store.close()
    assert steps(store, run_id, "m") == [0, 1, 2]
    store.close()
