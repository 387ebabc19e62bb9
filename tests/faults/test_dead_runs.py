"""A process that ends, in whatever way, leaves its run in the state that says how; a living one keeps its run."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import mlflow
from millrace.engine import open_engine
from millrace.model import Run
from millrace.server.silence import Silence
from tests.faults.trainers import Server, server_on, start

TRAIN = """
import os, signal, sys, time
import mlflow
mlflow.set_tracking_uri(sys.argv[1])
how = sys.argv[2]
if how == "raise in with":
    with mlflow.start_run() as run:
        print(run.info.run_id, flush=True)
        raise ValueError("the loss is nan")
if how == "handler":
    signal.signal(signal.SIGTERM, lambda *_: (print("mine", flush=True), sys.exit(0)))
run = mlflow.start_run(sys.argv[3] if sys.argv[3:] else None)
mlflow.log_metric("m", 1, step=1)
print(run.info.run_id, flush=True)
if how == "raise":
    raise ValueError("the loss is nan")
if how == "interrupt":
    os.kill(os.getpid(), signal.SIGINT)
if how in ("wait", "interrupt", "handler"):
    sys.stdin.readline()
    mlflow.log_metric("m", 2, step=2)
    print("logged", flush=True)
    sys.stdin.readline()
"""

WORKER = """
import multiprocessing, os, sys
import mlflow
mlflow.set_tracking_uri(sys.argv[1])

def work(how):
    mlflow.start_run(run_name=how)
    if how == "killed":
        os.kill(os.getpid(), 9)
    if how == "raises":
        raise ValueError("in a worker")

with mlflow.start_run(run_name="parent"):
    for how in ("well", "raises", "killed"):
        child = multiprocessing.get_context(sys.argv[2]).Process(target=work, args=(how,))
        child.start()
        child.join()
"""


@pytest.fixture(params=["folder", "sqlite", "postgres", "server"])
def uri(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A store of each kind."""
    monkeypatch.setenv("MILLRACE_JOURNAL_DIR", str(tmp_path / "journals"))
    if request.param == "server":
        with server_on(tmp_path) as server:
            yield server.url
    elif request.param == "postgres":
        yield request.getfixturevalue("postgres_uri")
    else:
        yield str(tmp_path / "store") if request.param == "folder" else f"sqlite:///{tmp_path}/store.db"


def _begin(uri: str, how: str, *more: str, **variables: str) -> tuple[subprocess.Popen[str], str]:
    """A training, and the id of its run."""
    process = start(TRAIN, uri, how, *more, **variables)
    assert process.stdout is not None
    run_id = process.stdout.readline().strip()
    assert run_id, process.communicate()[1]
    return process, run_id


def _run(uri: str, run_id: str) -> Run:
    return mlflow.MlflowClient(uri).get_run(run_id)


def _ended(uri: str, run_id: str) -> Run:
    """The run as soon as it is not RUNNING."""
    for _ in range(600):
        run = _run(uri, run_id)
        if run.info.status != "RUNNING":
            return run
        time.sleep(0.05)
    raise AssertionError("The run is RUNNING after 30 seconds.")


def _kill(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


@pytest.mark.parametrize("how", ["raise", "raise in with"])
def test_an_exception_makes_it_failed_and_is_kept(uri: str, how: str) -> None:
    process, run_id = _begin(uri, how)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "the loss is nan" in err
    run = _run(uri, run_id)
    assert run.info.status == "FAILED"
    assert run.data.tags["millrace.endReason"].startswith("ValueError: the loss is nan\n")


def test_sigterm_and_an_interrupt_make_it_killed(uri: str) -> None:
    for how, number in (("wait", signal.SIGTERM), ("interrupt", signal.SIGINT)):
        process, run_id = _begin(uri, how)
        if how == "wait":
            process.send_signal(number)
        process.communicate(timeout=60)
        assert process.returncode == -number
        run = _run(uri, run_id)
        assert run.info.status == "KILLED", how
        assert run.data.metrics == {"m": 1}
        assert run.data.tags["millrace.endReason"], how


def test_sigkill_is_noticed_by_whoever_looks_next(uri: str) -> None:
    process, run_id = _begin(uri, "wait")
    assert _run(uri, run_id).info.status == "RUNNING"
    _kill(process)
    run = _ended(uri, run_id)
    assert run.info.status == "KILLED"
    assert run.info.end_time is not None
    assert run.info.end_time >= run.info.start_time  # type: ignore[operator]
    assert "died without ending it" in run.data.tags["millrace.endReason"]


def test_a_killed_run_is_resumed_and_killed_again(uri: str) -> None:
    process, run_id = _begin(uri, "wait")
    _kill(process)
    process, again = _begin(uri, "wait", run_id)
    assert again == run_id
    run = _run(uri, run_id)
    assert run.info.status == "RUNNING"
    assert "millrace.endReason" not in run.data.tags
    _kill(process)
    assert _ended(uri, run_id).info.status == "KILLED"


def test_a_run_of_two_processes_lives_while_one_does(uri: str) -> None:
    first, run_id = _begin(uri, "wait", MILLRACE_HEARTBEAT_INTERVAL_S="0.1")
    second, _ = _begin(uri, "wait", run_id, MILLRACE_HEARTBEAT_INTERVAL_S="0.1")
    _say(first)  # it goes on, and has been heard since the second took the run
    time.sleep(1.5)  # so that stores of several machines have heard it
    _kill(second)
    time.sleep(1.2)
    status = _run(uri, run_id).info.status
    _kill(first)
    if "://" in uri and not uri.startswith("sqlite"):
        assert status == "RUNNING"
    assert _ended(uri, run_id).info.status == "KILLED"


def _say(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write("\n")
    process.stdin.flush()
    assert process.stdout.readline() == "logged\n"


def test_runs_of_other_clients_are_left_alone(uri: str) -> None:
    code = """
import mlflow, os, sys
client = mlflow.MlflowClient(sys.argv[1])
print(client.create_run("0").info.run_id, flush=True)
os.kill(os.getpid(), 9)
"""
    process = start(code, uri)
    out, _ = process.communicate(timeout=60)
    process, run_id = _begin(uri, "wait")
    _kill(process)
    assert _ended(uri, run_id).info.status == "KILLED"
    assert _run(uri, out.strip()).info.status == "RUNNING"


def test_a_handler_of_the_programs_own_decides(tmp_path: Path) -> None:
    uri = str(tmp_path / "store")
    process, run_id = _begin(uri, "handler")
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=60)
    assert (process.returncode, out) == (0, "mine\n")
    assert _run(uri, run_id).info.status == "FINISHED"


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_workers_of_multiprocessing_leave_their_runs_as_they_ended(tmp_path: Path, method: str) -> None:
    uri = str(tmp_path / "store")
    (tmp_path / "script.py").write_text(WORKER.replace("\nwith", "\nif __name__ == '__main__':\n  with"))
    code = "import runpy, sys; runpy.run_path(sys.argv[3], run_name='__main__')"
    if method == "spawn":
        code = "import subprocess, sys; subprocess.run([sys.executable, '-W', 'ignore', sys.argv[3], *sys.argv[1:3]])"
    start(code, uri, method, str(tmp_path / "script.py")).communicate(timeout=100)
    found = {
        run.info.run_name: run.info.status
        for run in mlflow.MlflowClient(uri).search_runs(["0"])  # its own look ends those of the dead
    }
    assert found == {"parent": "FINISHED", "well": "FINISHED", "raises": "FAILED", "killed": "KILLED"}


def test_a_server_ends_runs_of_processes_on_other_machines_that_fall_silent(
    tmp_path: Path, postgres_uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody on this machine can see that the process is dead: its file lies in a folder that nobody looks into."""
    monkeypatch.setenv("MILLRACE_HEARTBEAT_INTERVAL_S", "0.1")
    process, run_id = _begin(postgres_uri, "wait", MILLRACE_JOURNAL_DIR=str(tmp_path / "elsewhere"))
    engine = open_engine(postgres_uri)
    silence = Silence(engine, 3.0, 0.5)
    try:
        time.sleep(5)
        assert _run(postgres_uri, run_id).info.status == "RUNNING"
        process.send_signal(signal.SIGSTOP)
        run = _ended(postgres_uri, run_id)
        assert run.info.status == "KILLED"
        assert run.data.tags["millrace.endReason"].startswith("Nothing was heard of the process")
        process.send_signal(signal.SIGCONT)
        for _ in range(600):
            if _run(postgres_uri, run_id).info.status == "RUNNING":
                break
            time.sleep(0.05)
        assert _run(postgres_uri, run_id).info.end_time is None
        _kill(process)
        assert _ended(postgres_uri, run_id).info.status == "KILLED"
    finally:
        process.kill()
        silence.stop()
        engine.close()


def test_a_server_that_was_down_or_stopped_holds_that_against_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MILLRACE_HEARTBEAT_INTERVAL_S", "0.1")
    monkeypatch.setenv("MILLRACE_HEARTBEAT_TIMEOUT_S", "4")
    server = Server(tmp_path)
    server.start()
    process, run_id = _begin(server.url, "wait", MILLRACE_JOURNAL_DIR=str(tmp_path / "elsewhere"))
    try:
        time.sleep(2)
        server.send(signal.SIGSTOP)
        time.sleep(6)
        server.send(signal.SIGCONT)
        time.sleep(1)
        assert _run(server.url, run_id).info.status == "RUNNING"
        server.send(signal.SIGKILL)
        time.sleep(5)
        server.start()
        time.sleep(1)
        assert _run(server.url, run_id).info.status == "RUNNING"
        assert os.path.exists(f"/proc/{process.pid}")
    finally:
        _kill(process)
        server.end()
