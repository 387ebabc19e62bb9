"""What a process printed is kept whatever ends it, and printing never waits for Python."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

import mlflow
from tests.faults.trainers import finished, server_on, start

PRINT_AND_DIE = """
import os, sys
import mlflow
mlflow.set_tracking_uri(sys.argv[1])
with mlflow.start_run(run_id=sys.argv[2], log_console=True):
    for number in range(20_000):
        print(number)
    print("unfinished", end="", flush=True)
    os.kill(os.getpid(), 9)
"""

NEXT = """
import sys
import mlflow
mlflow.set_tracking_uri(sys.argv[1])
with mlflow.start_run(log_console=True):
    sys.stdin.readline()
"""

HOLDS_PYTHON = """
import ctypes, sys
import mlflow
mlflow.set_tracking_uri(sys.argv[1])
with mlflow.start_run(log_console=True) as run:
    sys.stderr.write(run.info.run_id)
    data = b"x" * 99 + b"\\n"
    many = data * 100_000
    # PyDLL, unlike CDLL, lets no other thread of Python run meanwhile.
    print(ctypes.PyDLL(None).write(1, many, len(many)), file=sys.stderr)
"""


def _log(uri: str, run_id: str) -> str:
    mlflow.set_tracking_uri(uri)
    try:
        return mlflow.artifacts.load_text(f"runs:/{run_id}/console/output.log")
    except mlflow.MlflowException:
        return ""


def _wait_for_log(uri: str, run_id: str, expected: str) -> None:
    for _ in range(600):
        if _log(uri, run_id) == expected:
            return
        time.sleep(0.05)
    assert _log(uri, run_id) == expected


EXPECTED = "".join(f"{number}\n" for number in range(20_000)) + "unfinished\n"


def _new_run(uri: str) -> str:
    return mlflow.MlflowClient(uri).create_run("0").info.run_id


def test_a_folder_has_every_line_of_a_killed_process(tmp_path: Path) -> None:
    uri = str(tmp_path / "store")
    run_id = _new_run(uri)
    out, _ = start(PRINT_AND_DIE, uri, run_id).communicate(timeout=60)
    assert out == EXPECTED.rstrip("\n")
    _wait_for_log(uri, run_id, EXPECTED)


def test_a_server_gets_what_a_killed_process_could_not_send_from_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MILLRACE_JOURNAL_DIR", str(tmp_path / "journals"))
    with server_on(tmp_path) as server:
        run_id = _new_run(server.url)
        start(PRINT_AND_DIE, server.url, run_id).communicate(timeout=60)
        assert _log(server.url, run_id) != EXPECTED
        following = start(NEXT, server.url)
        _wait_for_log(server.url, run_id, EXPECTED)
        finished(following)
        assert mlflow.MlflowClient(server.url).get_run(run_id).info.status == "KILLED"
    assert not list((tmp_path / "journals").rglob("*+output*"))


def test_a_server_that_was_away_gets_it_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MILLRACE_JOURNAL_DIR", str(tmp_path / "journals"))
    with server_on(tmp_path) as server:
        run_id = _new_run(server.url)
        code = """
import sys
import mlflow
mlflow.set_tracking_uri(sys.argv[1])
with mlflow.start_run(run_id=sys.argv[2], log_console=True):
    print("began", file=sys.stderr, flush=True)
    sys.stdin.readline()
    print("server is away", flush=True)
    sys.stdin.readline()
"""
        process = start(code, server.url, run_id)
        assert process.stderr and process.stdin and process.stdout
        assert process.stderr.readline() == "began\n"
        server.send(9)
        process.stdin.write("\n")
        process.stdin.flush()
        assert process.stdout.readline() == "server is away\n"
        server.start()
        finished(process)
        assert _log(server.url, run_id).startswith("began\nserver is away\n")


def test_printing_megabytes_while_no_other_thread_of_python_can_run(tmp_path: Path) -> None:
    uri = str(tmp_path / "store")
    out, err = finished(start(HOLDS_PYTHON, uri))
    assert len(out) == 10_000_000
    assert err[32:].strip() == "10000000"
    log = _log(uri, err[:32])
    assert log.count("x" * 99 + "\n") == 100_000
