from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from millrace.calls import CreateExperiment, CreateRun
from millrace.server import Options, make_app
from millrace.server.http import App
from millrace.server.serving import open_all
from millrace.store import Store, open_store

Ask = Callable[..., Any]
PROXY = "/api/2.0/mlflow-artifacts"


@pytest.fixture
def run_id(served_store: str) -> str:
    """A run in the default experiment of the served store, with a few artifacts."""
    store = open_store(served_store)
    run = store.call(CreateRun("0")).run.info.run_id
    store.close()
    return run


@pytest.fixture
def root(tmp_path: Path, run_id: str) -> Path:
    folder = tmp_path / "served" / "0" / run_id / "artifacts"
    (folder / "d").mkdir(parents=True)
    (folder / "a.txt").write_bytes(b"hi")
    (folder / "d" / "é 1.json").write_bytes(b"{}")
    (folder / "page.html").write_bytes(b"<script>alert(1)</script>")
    (tmp_path / "secret").write_bytes(b"secret")
    (folder / "link").symlink_to(tmp_path / "secret")
    return folder


def test_files_of_a_run(served_store: str, run_id: str, root: Path, ask: Ask) -> None:
    reply = ask("GET", f"{served_store}/get-artifact?run_uuid={run_id}&path=a.txt")
    assert reply.body == b"hi"
    assert reply.headers["content-type"] == "text/plain"
    assert reply.headers["content-disposition"] == "attachment; filename=a.txt"
    assert reply.headers["x-content-type-options"] == "nosniff"
    reply = ask("GET", f"{served_store}/get-artifact?run_id={run_id}&path=d/%C3%A9%201.json")
    assert reply.headers["content-disposition"] == "attachment; filename=\" 1.json\"; filename*=UTF-8''%C3%A9%201.json"
    reply = ask("GET", f"{served_store}/get-artifact?run_id={run_id}&path=page.html")
    assert reply.headers["content-security-policy"] == "sandbox"
    assert ask("HEAD", f"{served_store}/get-artifact?run_id={run_id}&path=a.txt").body == b""
    listed = ask("GET", f"{served_store}/api/2.0/mlflow/artifacts/list?run_id={run_id}&path=d").json
    assert listed == {
        "root_uri": f"mlflow-artifacts:/0/{run_id}/artifacts",
        "files": [{"path": "d/é 1.json", "is_dir": False, "file_size": 2}],
    }
    for query, status in {
        f"run_id={run_id}&path=nope": 404,
        f"run_id={run_id}&path=link": 404,
        f"run_id={run_id}&path=d": 400,
        f"run_id={run_id}": 400,
        "run_id=nope&path=a.txt": 404,
        "path=a.txt": 404,
    }.items():
        assert ask("GET", f"{served_store}/get-artifact?{query}").status == status, query


def test_bytes_through_the_proxy(served_store: str, run_id: str, root: Path, ask: Ask) -> None:
    base = f"{served_store}{PROXY}/artifacts"
    assert ask("PUT", f"{base}/0/{run_id}/artifacts/new/%C3%BC%20%25.bin", b"\0\1").json == {}
    assert (root / "new" / "ü %.bin").read_bytes() == b"\0\1"
    reply = ask("GET", f"{base}/0/{run_id}/artifacts/new/%C3%BC%20%25.bin")
    assert (reply.body, reply.headers["content-type"]) == (b"\0\1", "application/octet-stream")
    assert ask("GET", f"{base}?path=0/{run_id}/artifacts/new").json == {
        "files": [{"path": "ü %.bin", "is_dir": False, "file_size": 2}]
    }
    assert ask("GET", f"{base}?path=nothing").json == {}
    assert ask("DELETE", f"{base}/0/{run_id}/artifacts/new").json == {}
    assert ask("DELETE", f"{base}/0/{run_id}/artifacts/new").json == {}
    assert not (root / "new").exists()
    assert ask("DELETE", f"{base}/").status == 404
    assert root.exists()


NASTY = [
    *(
        "../x",
        "..%2fx",
        "%2e%2e/x",
        "%2e%2e%2fx",
        "%252e%252e/x",
        "%25252e%25252e%25252fx",
        "a/../../x",
        "0/..%2f..%2fx",
    ),
    *("/etc/passwd", "%2fetc%2fpasswd", "//etc/passwd", "file:///etc/passwd", "file:%2f%2f%2fetc%2fpasswd", "C:/x"),
    *("a%5c..%5cx", "..%5cx", "a%00b", "a%0ab", "%0d%0aX:%20y"),
    *("a;/../../x", "a%3f/../../x", "a%23/../../x", ".millrace-uploads/x"),
]


# The store's own files: names like others below a run's artifacts, but not at the root of what is served.
OWN = ["millrace.db", "%6dillrace.db", "./millrace.db-wal", "journal", "journal/1"]


@pytest.mark.parametrize("path", NASTY + OWN)
def test_no_path_leads_out(served_store: str, run_id: str, root: Path, ask: Ask, path: str) -> None:
    before = sorted(str(one) for one in root.parents[3].rglob("*") if "millrace.db" not in one.name)
    for method, body in (("GET", None), ("PUT", b"evil"), ("DELETE", None)):
        reply = ask(method, f"{served_store}{PROXY}/artifacts/{path}", body)
        assert (reply.status, reply.json["message"]) == (400, "Invalid path"), method
    urls = [f"{PROXY}/artifacts?path={path}"]
    if path not in OWN:
        urls.append(f"/api/2.0/mlflow/artifacts/list?run_id={run_id}&path={path}")
        urls.append(f"/get-artifact?run_id={run_id}&path={path}")
    for url in urls:
        assert ask("GET", served_store + url).status == 400, url
    reply = ask("POST", f"{served_store}/ajax-api/2.0/mlflow/upload-artifact?run_uuid={run_id}&path=../{path}", b"evil")
    assert reply.status == 400
    assert sorted(str(one) for one in root.parents[3].rglob("*") if "millrace.db" not in one.name) == before


def test_links_lead_nowhere(served_store: str, run_id: str, root: Path, ask: Ask, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (root / "folder").symlink_to(outside)
    base = f"{served_store}{PROXY}/artifacts/0/{run_id}/artifacts"
    assert ask("GET", f"{base}/link").status == 404
    assert ask("PUT", f"{base}/folder/x", b"evil").status == 404
    assert ask("PUT", f"{base}/link", b"new").status == 200
    assert ask("DELETE", f"{base}/folder").status == 200
    assert (tmp_path / "secret").read_bytes() == b"secret"
    assert os.listdir(outside) == []


def test_an_upload_that_breaks_off_leaves_nothing(served_store: str, root: Path, ask: Ask) -> None:
    parts = urlsplit(served_store)
    folder = root.parents[1]
    with socket.create_connection((parts.hostname, parts.port)) as connection:
        connection.sendall(
            f"PUT {PROXY}/artifacts/0/broken HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000000\r\n\r\n".encode()
        )
        connection.sendall(b"x" * 3_000_000)
    # Later requests are answered after the broken one was noticed at the latest; wait for its file to go.
    for _ in range(10_000):
        names = os.listdir(folder)
        if not [name for name in names if name.startswith(".millrace")]:
            break
        ask("GET", f"{served_store}/health")
    assert "broken" not in names
    assert not [name for name in names if name.startswith(".millrace")]


def test_uploads_in_parts(served_store: str, run_id: str, root: Path, ask: Ask) -> None:
    at = f"{PROXY}/mpu/{{}}/0/{run_id}/artifacts/d"
    begun = ask("POST", served_store + at.format("create"), {"path": "/tmp/b é.bin", "num_parts": 2}).json
    etags = []
    for credential in begun["credentials"]:
        reply = ask("PUT", credential["url"], b"%d" % credential["part_number"] * 3)
        etags.append(
            {"part_number": credential["part_number"], "etag": reply.headers["etag"], "url": credential["url"]}
        )
    done = {"path": "/tmp/b é.bin", "upload_id": begun["upload_id"], "parts": etags[::-1]}
    assert ask("POST", served_store + at.format("complete"), done).json == {}
    assert (root / "d" / "b é.bin").read_bytes() == b"111222"
    begun = ask("POST", served_store + at.format("create"), {"path": "other", "num_parts": 1}).json
    gone = {"path": "other", "upload_id": begun["upload_id"]}
    assert ask("POST", served_store + at.format("abort"), gone).json == {}
    assert ask("PUT", begun["credentials"][0]["url"], b"1").status == 404
    for body in ({}, {"path": ".."}, {"path": "x", "num_parts": 0}, {"path": "x", "num_parts": 10_001}):
        assert ask("POST", served_store + at.format("create"), body).status == 400, body


def test_a_server_without_artifacts_says_so(tmp_path: Path, listening: Callable[[App], str], ask: Ask) -> None:
    options = Options(backend_store_uri=str(tmp_path / "s"), serve_artifacts=False)
    store, places = open_all(options)
    server = listening(make_app(store, places, options))
    reply = ask("GET", f"{server}{PROXY}/artifacts/x")
    assert (reply.status, reply.body.decode()) == (
        503,
        "Endpoint: /api/2.0/mlflow-artifacts/artifacts/<path:artifact_path> disabled due to the mlflow server running "
        "with `--no-serve-artifacts`. To enable artifacts server functionality, run `mlflow server` with "
        "`--serve-artifacts`",
    )
    run = store.call(CreateRun("0")).run.info
    assert run.artifact_uri == str(tmp_path / "s" / "0" / run.run_id / "artifacts")
    Path(run.artifact_uri).mkdir(parents=True)
    Path(run.artifact_uri, "f").write_bytes(b"1")
    assert ask("GET", f"{server}/get-artifact?run_id={run.run_id}&path=f").body == b"1"
    store.close()


@pytest.mark.parametrize(
    "location", ["/etc", "file:///etc", "http://127.0.0.1:1/x", "mlflow-artifacts://127.0.0.1:1/x"]
)
def test_locations_outside_are_not_read(served_store: str, ask: Ask, location: str) -> None:
    store: Store = open_store(served_store)
    experiment = store.call(CreateExperiment("elsewhere", location)).experiment_id
    run_id = store.call(CreateRun(experiment)).run.info.run_id
    store.close()
    for url in (f"/get-artifact?run_id={run_id}&path=passwd", f"/api/2.0/mlflow/artifacts/list?run_id={run_id}"):
        reply = ask("GET", served_store + url)
        assert (reply.status, reply.json["error_code"]) == (403, "PERMISSION_DENIED")
