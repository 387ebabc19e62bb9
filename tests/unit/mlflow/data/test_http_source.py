"""Downloads from a web server: where the file lands, whatever the server calls it, and what is sent to it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

import mlflow
from mlflow.data.http_dataset_source import HTTPDatasetSource


class _Files(BaseHTTPRequestHandler):
    """Every path is a file, named by the server's `disposition`."""

    server: Any

    def do_GET(self) -> None:
        self.server.seen.append({name.lower(): value for name, value in self.headers.items()})
        if self.path.startswith("/moved"):
            self.send_response(302)
            self.send_header("Location", "/elsewhere.csv")
            self.end_headers()
            return
        self.send_response(404 if self.path == "/missing" else 200)
        if self.server.disposition:
            self.send_header("Content-Disposition", self.server.disposition)
        self.send_header("Content-Length", "50" if self.path == "/broken" else "5")
        self.end_headers()
        self.wfile.write(b"a,b\n1")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def web() -> Iterator[Any]:
    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), _Files)
    server.disposition, server.seen = "", []
    server.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/data/x.csv", "x.csv"),
        ("/data/x.csv?file=../y", "x.csv"),
        ("/x.csv#part", "x.csv"),
        ("/a%20b.csv", "a%20b.csv"),
        ("/..%2f..%2fevil.csv", "..%2f..%2fevil.csv"),
        ("/data/", "dataset_source"),
        ("", "dataset_source"),
        ("/data/..", "dataset_source"),
        ("/..\\evil", "dataset_source"),
        ("/moved", "moved"),
        ("/" + 300 * "x", "dataset_source"),
    ],
)
def test_a_file_is_named_by_its_address(web: Any, tmp_path: Path, path: str, name: str) -> None:
    loaded = HTTPDatasetSource(web.url + path).load(str(tmp_path / "into"))
    assert Path(loaded) == tmp_path / "into" / name
    assert [(one.name, one.read_bytes()) for one in (tmp_path / "into").iterdir()] == [(name, b"a,b\n1")]


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ('attachment; filename="a b.csv"', "a b.csv"),
        ("attachment; filename=x.csv", "x.csv"),
        ('attachment; filename="a;b.csv"', "a;b.csv"),
        ("attachment; filename*=UTF-8''na%C3%AFve.csv", "naïve.csv"),
        ("inline", "end.csv"),
    ],
)
def test_a_file_is_named_by_the_server(web: Any, tmp_path: Path, disposition: str, name: str) -> None:
    web.disposition = disposition
    assert Path(HTTPDatasetSource(web.url + "/end.csv").load(str(tmp_path))) == tmp_path / name


@pytest.mark.parametrize(
    "name", ["../../evil", "/etc/evil", "..", ".", "..\\\\evil", "C:evil", "a/b", 300 * "x", "%2e%2e/x"]
)
def test_a_server_cannot_name_a_path(web: Any, tmp_path: Path, name: str) -> None:
    web.disposition = f'attachment; filename="{name}"'
    folder = tmp_path / "deep" / "into"
    with pytest.raises(mlflow.MlflowException, match="It must be a file name, not a path") as caught:
        HTTPDatasetSource(web.url + "/x.csv").load(str(folder))
    assert caught.value.error_code == "INVALID_PARAMETER_VALUE"
    assert not [one for one in tmp_path.rglob("*") if one.is_file()]


def test_an_encoded_name_cannot_be_a_path(web: Any, tmp_path: Path) -> None:
    web.disposition = "attachment; filename*=UTF-8''..%2F..%2Fevil"
    with pytest.raises(mlflow.MlflowException, match="It must be a file name"):
        HTTPDatasetSource(web.url + "/x.csv").load(str(tmp_path / "into"))
    assert not (tmp_path / "into").exists()


def test_a_link_of_that_name_is_replaced_and_not_followed(web: Any, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("kept")
    (tmp_path / "into").mkdir()
    (tmp_path / "into" / "x.csv").symlink_to(tmp_path / "secret")
    HTTPDatasetSource(web.url + "/x.csv").load(str(tmp_path / "into"))
    assert (tmp_path / "secret").read_text() == "kept"
    assert (tmp_path / "into" / "x.csv").read_bytes() == b"a,b\n1"


def test_a_broken_download_leaves_the_old_file(web: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    (tmp_path / "broken").write_text("old")
    with pytest.raises(mlflow.MlflowException, match="could not be downloaded") as caught:
        HTTPDatasetSource(web.url + "/broken").load(str(tmp_path))
    assert caught.value.error_code == "TEMPORARILY_UNAVAILABLE"
    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [("broken", "old")]


def test_nothing_at_the_address(web: Any) -> None:
    with pytest.raises(mlflow.MlflowException, match="the server answered 404") as caught:
        HTTPDatasetSource(web.url + "/missing").load()
    assert caught.value.error_code == "RESOURCE_DOES_NOT_EXIST"


def test_nobody_at_the_address(free_port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    with pytest.raises(mlflow.MlflowException, match="could not be downloaded"):
        HTTPDatasetSource(f"http://127.0.0.1:{free_port}/x").load()


@pytest.mark.parametrize("url", ["http:", "file:///etc/passwd", "x.csv", "http://[::1/x"])
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(mlflow.MlflowException) as caught:
        HTTPDatasetSource(url).load()
    assert caught.value.error_code == "INVALID_PARAMETER_VALUE"


def test_the_secrets_of_the_tracking_server_stay_here(web: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", "secret")
    HTTPDatasetSource(web.url + "/x.csv").load()
    assert "host" in web.seen[0]
    assert "authorization" not in web.seen[0]


def test_the_user_of_the_address_is_sent_and_not_shown(web: Any) -> None:
    address = web.url.replace("//", "//me:pa%3Ass@")
    HTTPDatasetSource(address + "/x.csv").load()
    assert web.seen[0]["authorization"] == "Basic bWU6cGE6c3M="
    with pytest.raises(mlflow.MlflowException) as caught:
        HTTPDatasetSource(address + "/missing").load()
    assert "pa%3Ass" not in str(caught.value)
