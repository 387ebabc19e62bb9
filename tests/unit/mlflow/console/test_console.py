"""The console log of runs: what is in it, that nothing is changed by it, and that it arrives where artifacts are."""

from __future__ import annotations

import io
import os
import pty
import subprocess
import sys
import threading
import time
from contextlib import redirect_stdout
from pathlib import Path

import pytest

import mlflow
from millrace.artifacts import LocalArtifacts, open_artifacts
from millrace.errors import NotImplementedHere, TemporarilyUnavailable
from mlflow.console import capture
from mlflow.console.shipping import Shipment
from tests.serving import running_server


def _log(run_id: str, name: str = "output.log") -> list[str]:
    text = mlflow.artifacts.load_text(f"runs:/{run_id}/console/{name}")
    return text.split("\n")


def _names(run_id: str) -> list[str]:
    return [one.path for one in mlflow.MlflowClient().list_artifacts(run_id, "console")]


def _files() -> int:
    """How many files this process has open, once the threads of ended runs are gone."""
    for thread in threading.enumerate():
        if thread.name in ("mlflow-sigterm", "mlflow-console"):
            thread.join(30)
    return len(os.listdir("/proc/self/fd"))


SCRIPT = """
import ctypes, os, subprocess, sys
import mlflow
mlflow.set_tracking_uri(sys.argv[1])
print("before")
with mlflow.start_run(log_console=True) as run:
    print("python", run.info.run_id)
    print("error", file=sys.stderr)
    subprocess.run([sys.executable, "-c", "print('child')"])
    ctypes.CDLL(None).puts(b"C")
    for number in range(1000):
        print(f"\\r{number}", end="")
    print()
    print("end", end="")
print("after")
"""


def _at(uri: str) -> tuple[str, str, str, str]:
    done = subprocess.run([sys.executable, "-c", SCRIPT, uri], capture_output=True, check=True, timeout=100)
    out, err = done.stdout.decode(), done.stderr.decode()  # not as text: that would turn carriage returns into newlines
    run_id = out.split("python ")[1].split()[0]
    mlflow.set_tracking_uri(uri)
    return run_id, mlflow.artifacts.load_text(f"runs:/{run_id}/console/output.log"), out, err


def test_python_children_and_libraries_are_in_it_and_the_output_is_what_it_was(tmp_path: Path) -> None:
    run_id, log, out, err = _at(str(tmp_path / "store"))
    assert sorted(log.split("\n")) == sorted([f"python {run_id}", "error", "child", "C", "999", "end", ""])
    assert out.startswith(f"before\npython {run_id}\nchild\nC\n\r0\r1\r2")
    assert out.endswith("\r999\nendafter\n")
    assert err == "error\n"


def test_it_arrives_at_a_server(tmp_path: Path) -> None:
    with running_server(tmp_path) as url:
        run_id, log, out, _ = _at(url)
    assert f"python {run_id}\n" in log
    assert "C\n" in log
    assert "after" in out
    assert "after" not in log


def test_within_pytest_and_restored_after(capfd: pytest.CaptureFixture[str]) -> None:
    before = (sys.stdout, sys.stderr, os.fstat(1).st_ino, os.fstat(2).st_ino)
    with mlflow.start_run(log_console=True) as run:
        print("seen by python")  # noqa: T201
        os.write(1, b"seen by the system\n")
        os.write(2, b"an error\n")
    assert (sys.stdout, sys.stderr, os.fstat(1).st_ino, os.fstat(2).st_ino) == before
    assert sorted(_log(run.info.run_id)) == ["", "an error", "seen by python", "seen by the system"]
    out, err = capfd.readouterr()
    assert "seen by python\n" in out and "seen by the system\n" in out
    assert err == "an error\n"
    print("later")  # noqa: T201
    assert "later" not in _log(run.info.run_id)


def test_nested_runs_each_have_what_was_printed_while_they_were_open() -> None:
    with mlflow.start_run(log_console=True) as outer:
        print("1")  # noqa: T201
        with mlflow.start_run(nested=True, log_console=True) as inner:
            print("2")  # noqa: T201
        with mlflow.start_run(nested=True) as without:
            print("3")  # noqa: T201
    assert _log(outer.info.run_id) == ["1", "2", "3", ""]
    assert _log(inner.info.run_id) == ["2", ""]
    assert _names(without.info.run_id) == []


def test_a_resumed_run_has_another_log() -> None:
    with mlflow.start_run(log_console=True) as run:
        print("first")  # noqa: T201
    with mlflow.start_run(run.info.run_id, log_console=True):
        print("second")  # noqa: T201
    assert _log(run.info.run_id) == ["first", ""]
    assert _log(run.info.run_id, "output-2.log") == ["second", ""]


def test_the_argument_outranks_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_LOG_CONSOLE", "true")
    with mlflow.start_run() as run:
        print("kept")  # noqa: T201
    assert _log(run.info.run_id) == ["kept", ""]
    with mlflow.start_run(log_console=False) as run:
        print("not kept")  # noqa: T201
    assert _names(run.info.run_id) == []


def test_what_the_program_redirects_itself_stays_there() -> None:
    text = io.StringIO()
    with mlflow.start_run(log_console=True) as run, redirect_stdout(text):
        print("elsewhere")  # noqa: T201
    assert text.getvalue() == "elsewhere\n"
    assert _log(run.info.run_id) == [""]


def test_it_can_be_read_while_the_run_is_open() -> None:
    with mlflow.start_run(log_console=True) as run:
        print("now", flush=True)  # noqa: T201
        for _ in range(500):
            if _log(run.info.run_id) == ["now", ""]:
                break
            time.sleep(0.01)
        assert _log(run.info.run_id) == ["now", ""]


def test_a_process_that_cannot_be_captured_runs_on(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with mlflow.start_run():  # opens the store
        pass
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    before = (os.fstat(1).st_ino, os.fstat(2).st_ino, _files())
    with mlflow.start_run(log_console=True) as run:
        print("seen")  # noqa: T201
    assert (os.fstat(1).st_ino, os.fstat(2).st_ino, _files()) == before
    assert "is not kept" in caplog.text
    assert not capture._running
    assert run.info.run_id


def test_no_file_descriptors_are_left_behind() -> None:
    with mlflow.start_run(log_console=True):
        pass
    before = _files()
    for _ in range(3):
        with mlflow.start_run(log_console=True):
            pass
    assert _files() == before


def test_a_terminal_stays_a_terminal(tmp_path: Path) -> None:
    code = """
import os, subprocess, sys
import mlflow
mlflow.set_tracking_uri(sys.argv[1])
with mlflow.start_run(log_console=True) as run:
    print(sys.stdout.isatty(), flush=True)
    subprocess.run([sys.executable, "-c", "import sys; print(sys.stdout.isatty())"])
print(run.info.run_id)
"""
    master, slave = pty.openpty()
    process = subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "store")], stdout=slave, stderr=slave)
    os.close(slave)
    shown = b""
    while True:
        try:
            data = os.read(master, 4096)
        except OSError:
            break
        if not data:
            break
        shown += data
    assert process.wait(60) == 0
    os.close(master)
    lines = shown.decode().split()
    assert lines[:2] == ["True", "True"]
    mlflow.set_tracking_uri(tmp_path / "store")
    assert _log(lines[2]) == ["True", "True", ""]


class _Flaky(LocalArtifacts):
    """Artifacts whose answers get lost."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.calls = 0

    def append(self, path: str, data: bytes, at: int) -> int:
        self.calls += 1
        size = super().append(path, data, at)
        if self.calls % 2:
            raise TemporarilyUnavailable("the answer is lost")
        return size


class _Whole(LocalArtifacts):
    """Artifacts that are written whole, as in object stores and at MLflow's server."""

    def append(self, path: str, data: bytes, at: int) -> int:
        raise NotImplementedHere("no")


def test_a_shipment_sends_every_byte_once_whatever_is_lost(tmp_path: Path) -> None:
    source, shipment = tmp_path / "log", None
    artifacts = _Flaky(tmp_path / "artifacts")
    expected = b""
    for number in range(20):
        expected += b"%d\n" % number * 100_000
        source.write_bytes(expected)
        if number % 5 == 0 or shipment is None:  # another process takes over
            shipment = Shipment(source, artifacts, "console/output.log")
        try:
            while shipment.ship():
                pass
        except TemporarilyUnavailable:
            continue
    while True:
        try:
            if not shipment.ship():
                break
        except TemporarilyUnavailable:
            continue
    assert (tmp_path / "artifacts" / "console" / "output.log").read_bytes() == expected


def test_where_nothing_can_be_appended_to_it_goes_in_parts(tmp_path: Path) -> None:
    source = tmp_path / "log"
    artifacts = _Whole(tmp_path / "artifacts")
    shipment = Shipment(source, artifacts, "console/output.log")
    data = os.urandom(600 << 10)
    for end in range(0, len(data) + 1, 10 << 10):
        source.write_bytes(data[:end])
        while shipment.ship():
            pass
    shipment.ship(now=True)
    parts = sorted((tmp_path / "artifacts" / "console").iterdir())
    assert [one.name for one in parts] == ["output-0001.log", "output-0002.log", "output-0003.log"]
    assert b"".join(one.read_bytes() for one in parts) == data


def test_an_append_at_another_length_writes_nothing(tmp_path: Path) -> None:
    with running_server(tmp_path) as url:
        for artifacts in (LocalArtifacts(tmp_path / "local"), open_artifacts("mlflow-artifacts:/x", tracking_uri=url)):
            assert artifacts.append("a/b.log", b"one", 0) == 3
            assert artifacts.append("a/b.log", b"one", 0) == 3
            assert artifacts.append("a/b.log", b"two", 3) == 6
            with artifacts.open("a/b.log") as stream:
                assert stream.read() == b"onetwo"
