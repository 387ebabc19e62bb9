"""The server as a process: start, load, signals."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec
import pytest

from millrace.artifacts import LocalArtifacts
from millrace.calls import CreateExperiment, CreateRun, GetRun, LogParam
from millrace.errors import MlflowException
from millrace.server import Options, serve
from millrace.server.serving import open_all
from millrace.store import open_store

PROGRAM = """
import logging, sys
import msgspec
from millrace.server import Options, serve
logging.basicConfig(level=logging.INFO)
serve(msgspec.json.decode(sys.argv[1], type=Options))
"""

Start = Callable[..., tuple["subprocess.Popen[str]", str]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """A function that starts a server process with options, and gives it with its address."""
    running: list[subprocess.Popen[str]] = []

    def run(**given: Any) -> tuple[subprocess.Popen[str], str]:
        options = Options(**({"backend_store_uri": str(tmp_path / "store"), "port": 0} | given))
        command = [sys.executable, "-c", PROGRAM, msgspec.json.encode(options).decode()]
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        running.append(process)
        assert process.stderr is not None
        for line in process.stderr:
            if "Listening on " in line:
                return process, line.partition("Listening on ")[2].strip()
        raise AssertionError("the server ended before it listened")

    yield run
    for process in running:
        if process.poll() is None:
            process.kill()
        process.wait(30)
        assert process.stderr is not None
        process.stderr.close()


def stop(process: subprocess.Popen[str], number: int = signal.SIGTERM) -> str:
    """Send a signal and give what the server logged until its end."""
    process.send_signal(number)
    assert process.stderr is not None
    logged = process.stderr.read()
    assert process.wait(30) == 0, logged
    return logged


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_starts_answers_and_stops(start: Start, number: int) -> None:
    process, url = start()
    store = open_store(url)
    run = store.call(CreateRun("0")).run.info
    assert run.artifact_uri == f"mlflow-artifacts:/0/{run.run_id}/artifacts"
    assert "Traceback" not in stop(process, number)
    process, url = start()
    again = open_store(url)
    assert again.call(GetRun(run.run_id)).run.info == run
    store.close()
    again.close()


def test_what_is_under_way_is_finished(start: Start, tmp_path: Path) -> None:
    process, url = start()
    connection = http.client.HTTPConnection(url.partition("//")[2], timeout=30)
    connection.putrequest("PUT", "/api/2.0/mlflow-artifacts/artifacts/0/f")
    connection.putheader("Content-Length", "6")
    connection.endheaders(b"one")
    waiting = tmp_path / "store" / "0"
    while not (waiting.is_dir() and os.listdir(waiting)):
        pass  # until the upload has begun
    process.send_signal(signal.SIGTERM)
    port = int(url.rpartition(":")[2])
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            break  # no new connections any more
    connection.send(b"two")
    assert connection.getresponse().status == 200
    connection.close()
    assert process.wait(30) == 0
    assert (waiting / "f").read_bytes() == b"onetwo"


def test_large_files_do_not_fill_the_memory(start: Start, tmp_path: Path) -> None:
    process, url = start()
    size, piece = 256 << 20, bytes(1 << 20)
    host = url.partition("//")[2]
    before = _peak(process.pid)
    connection = http.client.HTTPConnection(host, timeout=60)
    connection.putrequest("PUT", "/api/2.0/mlflow-artifacts/artifacts/0/big")
    connection.putheader("Content-Length", str(size))
    connection.endheaders()
    for _ in range(size // len(piece)):
        connection.send(piece)
    assert connection.getresponse().read() == b"{}"
    connection.request("GET", "/api/2.0/mlflow-artifacts/artifacts/0/big")
    answer, received = connection.getresponse(), 0
    while chunk := answer.read(1 << 20):
        received += len(chunk)
    connection.close()
    assert received == size == (tmp_path / "store" / "0" / "big").stat().st_size
    assert _peak(process.pid) - before < 64 << 20
    stop(process)


def _peak(pid: int) -> int:
    """The most memory that a process has had so far, in bytes."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("no VmHWM")


def test_workers_share_a_socket_and_the_dead_are_replaced(start: Start) -> None:
    process, url = start(workers=2)
    store = open_store(url)
    run = store.call(CreateRun("0")).run.info.run_id
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    assert len(children) == 2
    os.kill(int(children[0]), signal.SIGKILL)
    assert process.stderr is not None
    for line in process.stderr:
        if "is replaced" in line:
            break
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: store.call(LogParam(run, f"p{number}", str(number))), range(64)))
    assert len(store.call(GetRun(run)).run.data.params) == 64
    stop(process)
    store.close()


def test_a_killed_server_lost_nothing_that_it_answered(start: Start) -> None:
    process, url = start()
    store = open_store(url)
    names = [f"e{number}" for number in range(20)]
    ids = [store.call(CreateExperiment(name)).experiment_id for name in names]
    process.kill()
    process.wait(30)
    process, url = start()
    again = open_store(url)
    assert [again.call(CreateExperiment(f"{name}-2")).experiment_id for name in names] == [
        str(int(ids[-1]) + number + 1) for number in range(20)
    ]
    store.close()
    again.close()


def test_an_address_in_use_is_told_in_a_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(MlflowException, match=f"Cannot listen on 127.0.0.1:{port}: .* Choose another --port"):
            serve(Options(backend_store_uri=str(tmp_path / "s"), port=port))


def test_where_artifacts_go(tmp_path: Path) -> None:
    def location(**given: Any) -> tuple[str, object]:
        store, places = open_all(Options(**given))
        run = store.call(CreateRun("0")).run.info
        store.close()
        served = places.served.root if isinstance(places.served, LocalArtifacts) else places.served
        return (run.artifact_uri or "").partition("/" + run.run_id)[0], served

    here = tmp_path
    database = f"sqlite:///{here}/a.db"
    assert location(backend_store_uri="mlruns") == ("mlflow-artifacts:/0", here / "mlruns")
    assert location(backend_store_uri=database) == ("mlflow-artifacts:/0", here / "mlartifacts")
    assert location(backend_store_uri=f"{here}/b", artifacts_destination=f"{here}/arts") == (
        "mlflow-artifacts:/0",
        here / "arts",
    )
    assert location(backend_store_uri=f"{here}/c", serve_artifacts=False) == (f"{here}/c/0", None)
    assert location(backend_store_uri=f"sqlite:///{here}/d.db", serve_artifacts=False) == (f"{here}/mlruns/0", None)
    assert location(backend_store_uri=f"sqlite:///{here}/e.db", default_artifact_root=f"{here}/root") == (
        f"{here}/root/0",
        here / "mlartifacts",
    )
