"""Large artifacts: in parts and in bounded memory, gone on with after a kill, taken up after a broken connection."""

from __future__ import annotations

import hashlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from millrace.artifacts import fetch, open_artifacts
from millrace.http import Client
from tests.serving import running_server

SIZE = 160 * 1024**2
PART = 256 * 1024

_UPLOAD = """
import sys
from pathlib import Path
from millrace.artifacts import open_artifacts, upload
upload(open_artifacts("mlflow-artifacts:/0/run/artifacts", tracking_uri=sys.argv[1]), Path(sys.argv[2]))
"""
_DOWNLOAD = """
import sys
from pathlib import Path
from millrace.artifacts import download, open_artifacts
download(open_artifacts("mlflow-artifacts:/0/run/artifacts", tracking_uri=sys.argv[1]), "big", Path(sys.argv[2]))
"""


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The environment of the programs, and of this one: small parts, notes in a folder of the test's."""
    ours = {
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "MLFLOW_MULTIPART_UPLOAD_CHUNK_SIZE": str(PART),
        "MLFLOW_PROXY_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE": str(PART),
        "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    }
    for name, value in ours.items():
        monkeypatch.setenv(name, value)
    return {**os.environ, **ours}


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, dict[str, str]]]:
    """Method, path and headers of the requests that this process sends."""
    found: list[tuple[str, str, dict[str, str]]] = []
    send = Client.send

    def noting(self: Client, method: str, path: str, **options: Any) -> Any:
        found.append((method, path, dict(options.get("headers") or {})))
        return send(self, method, path, **options)

    monkeypatch.setattr(Client, "send", noting)
    return found


def _file(folder: Path) -> Path:
    """A file whose every piece is different."""
    path = folder / "big"
    with path.open("wb") as out:
        for number in range(SIZE // PART):
            out.write(number.to_bytes(8, "big") * (PART // 8))
    return path


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _kill_when(reached: Callable[[], bool], script: str, settings: dict[str, str], *arguments: str) -> None:
    program = subprocess.Popen([sys.executable, "-c", script, *arguments], env=settings)
    try:
        while not reached():
            assert program.poll() is None, "it was done before it could be killed"
            time.sleep(0.002)
    finally:
        program.send_signal(signal.SIGKILL)
        program.wait(30)


def _notes(folder: Path) -> list[str]:
    found = list((folder / "state" / "millrace" / "uploads").glob("*"))
    return found[0].read_text().splitlines() if found else []


def test_an_upload_goes_on_where_it_was_killed(tmp_path: Path, settings: dict[str, str], sent: list[Any]) -> None:
    big = _file(tmp_path)
    with running_server(tmp_path) as url:
        _kill_when(lambda: len(_notes(tmp_path)) > 30, _UPLOAD, settings, url, str(big))
        arrived = len(_notes(tmp_path)) - 1
        artifacts = open_artifacts("mlflow-artifacts:/0/run/artifacts", tracking_uri=url)
        assert artifacts.list() == []  # nobody sees a part of a file
        with big.open("rb") as stream:
            artifacts.write("big", stream)
        assert sum(method == "PUT" for method, _, _ in sent) == SIZE // PART - arrived
        assert _notes(tmp_path) == []
        (tmp_path / "down").mkdir()
        fetch(artifacts, "big", tmp_path / "down" / "big")
        assert _digest(tmp_path / "down" / "big") == _digest(big)


def test_a_changed_file_is_sent_from_its_beginning(tmp_path: Path, settings: dict[str, str], sent: list[Any]) -> None:
    big = _file(tmp_path)
    with running_server(tmp_path) as url:
        _kill_when(lambda: len(_notes(tmp_path)) > 5, _UPLOAD, settings, url, str(big))
        with big.open("r+b") as out:
            out.write(b"changed")
        with big.open("rb") as stream:
            open_artifacts("mlflow-artifacts:/0/run/artifacts", tracking_uri=url).write("big", stream)
        assert sum(method == "PUT" for method, _, _ in sent) == SIZE // PART
        with open_artifacts("mlflow-artifacts:/0/run/artifacts", tracking_uri=url).open("big") as stream:
            assert stream.read(7) == b"changed"


def test_a_download_goes_on_where_it_was_killed(tmp_path: Path, settings: dict[str, str], sent: list[Any]) -> None:
    big = _file(tmp_path)
    down = tmp_path / "down"
    down.mkdir()
    with running_server(tmp_path) as url:
        artifacts = open_artifacts("mlflow-artifacts:/0/run/artifacts", tracking_uri=url)
        with big.open("rb") as stream:
            artifacts.write("big", stream)
        sent.clear()
        _kill_when(
            lambda: any(one.stat().st_size > PART for one in down.iterdir()), _DOWNLOAD, settings, url, str(down)
        )
        [partial] = down.iterdir()
        there = partial.stat().st_size
        assert 0 < there < SIZE
        fetch(artifacts, "big", down / "big")
        assert sent[-1][2]["Range"] == f"bytes={there}-"
        assert [one.name for one in down.iterdir()] == ["big"]
        assert _digest(down / "big") == _digest(big)


class _Cutting:
    """A relay to a server that cuts each answer off after some bytes."""

    def __init__(self, url: str, most: int) -> None:
        self._to = url.removeprefix("http://").split(":")
        self._most = most
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            with client, socket.create_connection((self._to[0], int(self._to[1]))) as server:
                server.sendall(client.recv(65536).replace(b"HTTP/1.1\r\n", b"HTTP/1.1\r\nConnection: close\r\n", 1))
                left = self._most
                while left > 0 and (piece := server.recv(65536)):
                    client.sendall(piece[:left])
                    left -= len(piece)

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


def test_a_download_survives_connections_that_break_off(
    tmp_path: Path, settings: dict[str, str], sent: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2")
    data = os.urandom(12_000_000)
    with running_server(tmp_path) as url:
        open_artifacts("mlflow-artifacts:/0/run/artifacts", tracking_uri=url).write("file", data)
        relay = _Cutting(url, 2_500_000)
        try:
            fetch(
                open_artifacts("mlflow-artifacts:/0/run/artifacts", tracking_uri=relay.url), "file", tmp_path / "file"
            )
        finally:
            relay.close()
    assert (tmp_path / "file").read_bytes() == data
    assert sum("Range" in headers for _, _, headers in sent) > 3
