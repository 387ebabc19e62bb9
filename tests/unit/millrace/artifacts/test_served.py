from __future__ import annotations

import io
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from millrace.artifacts import Artifacts, download, open_artifacts, upload
from millrace.errors import MlflowException, NotImplementedHere, ResourceMissing, TemporarilyUnavailable
from millrace.model import FileInfo


@pytest.fixture
def artifacts(served_store: str) -> Artifacts:
    return open_artifacts("mlflow-artifacts:/0/some run/artifacts", tracking_uri=served_store)


@pytest.fixture
def heard() -> list[bytes]:
    """The requests that servers of `answering` got."""
    return []


@pytest.fixture
def answering(heard: list[bytes]) -> Iterator[Callable[[bytes], str]]:
    """A function that starts a server of one raw answer to everything, and gives its address."""
    listeners: list[socket.socket] = []

    def start(answer: bytes) -> str:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)

        def run() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    heard.append(connection.recv(65536))
                    connection.sendall(answer)

        threading.Thread(target=run, daemon=True).start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}"

    yield start
    for listener in listeners:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def test_bytes_go_through_the_server(artifacts: Artifacts, tmp_path: Path) -> None:
    assert artifacts.list() == []
    artifacts.write("é ü/漢 1%25.txt", b"one")
    artifacts.write("é ü/b?c=d&e;f", io.BytesIO(b"two" * 1_000_000))
    assert artifacts.list() == [FileInfo("é ü", True)]
    assert artifacts.list("é ü") == [FileInfo("é ü/b?c=d&e;f", False, 3_000_000), FileInfo("é ü/漢 1%25.txt", False, 3)]
    with artifacts.open("é ü/b?c=d&e;f") as stream:
        assert stream.read(5) == b"twotw"
        assert len(stream.read()) == 2_999_995
    with artifacts.open("é ü/b?c=d&e;f") as stream:
        stream.read(1)  # and the rest is left unread
    assert download(artifacts, "é ü", tmp_path).joinpath("漢 1%25.txt").read_bytes() == b"one"
    upload(artifacts, tmp_path / "é ü", "again")
    assert len(artifacts.list("again")) == 2
    artifacts.delete("é ü")
    artifacts.delete("nothing")
    with pytest.raises(ResourceMissing, match="No such artifact"):
        artifacts.open("é ü/b?c=d&e;f")
    assert (tmp_path / "served" / "0" / "some run" / "artifacts" / "again").is_dir()


def test_a_stream_of_unknown_length_is_sent_in_pieces(artifacts: Artifacts) -> None:
    class Endless(io.RawIOBase):
        left = 3_000_000

        def read(self, size: int = -1) -> bytes:
            self.left, count = max(self.left - size, 0), min(self.left, size)
            return b"x" * count

    artifacts.write("f", Endless())  # type: ignore[arg-type]
    assert artifacts.list() == [FileInfo("f", False, 3_000_000)]


def test_the_store_beside_the_artifacts_is_out_of_reach(served_store: str) -> None:
    root = open_artifacts("mlflow-artifacts:/", tracking_uri=served_store)
    root.write("0/f", b"1")
    assert root.list() == [FileInfo("0", True)]
    for path in ("millrace.db", "millrace.db-wal", "journal/x"):
        with pytest.raises(MlflowException, match="Invalid path"):
            root.open(path)
        with pytest.raises(MlflowException, match="Invalid path"):
            root.write(path, b"")
        with pytest.raises(MlflowException, match="Invalid path"):
            root.delete(path)


def test_a_download_that_breaks_off_is_an_error(answering: Callable[[bytes], str]) -> None:
    url = answering(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nonly this")
    with (
        pytest.raises(TemporarilyUnavailable, match="broke off"),
        open_artifacts("mlflow-artifacts:/0", tracking_uri=url).open("f") as stream,
    ):
        stream.read()


def test_a_server_that_names_paths_outside_is_not_believed(answering: Callable[[bytes], str]) -> None:
    body = b'{"files":[{"path":"../../x","is_dir":false}]}'
    url = answering(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
    with pytest.raises(MlflowException, match="Invalid path"):
        open_artifacts("mlflow-artifacts:/0", tracking_uri=url).list()


def test_plain_files_can_only_be_read(answering: Callable[[bytes], str]) -> None:
    files = open_artifacts(answering(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndata") + "/folder")
    with files.open("f") as stream:
        assert stream.read() == b"data"
    for act in (files.list, files.delete, lambda: files.write("f", b"")):
        with pytest.raises(NotImplementedHere):
            act()


def test_credentials_go_to_the_tracking_server_alone(
    answering: Callable[[bytes], str], heard: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", "secret")
    server = answering(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
    served = f"{server}/api/2.0/mlflow-artifacts/artifacts/1"
    for uri, tracking_uri, told in (
        (f"{server}/file.txt", server, False),
        (served, "http://127.0.0.1:1", False),
        (served, server, True),
        ("mlflow-artifacts:/1", server, True),
    ):
        with open_artifacts(uri, tracking_uri=tracking_uri).open("") as stream:
            stream.read()
        assert (b"Bearer secret" in heard[-1]) is told, uri
