"""Artifacts as the page needs them: parts of files, files to be shown, folders as one zip file."""

from __future__ import annotations

import contextlib
import http.client
import io
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from millrace.artifacts import LocalArtifacts
from millrace.calls import (
    CreateExperiment,
    CreateLoggedModel,
    CreateModelVersion,
    CreateRegisteredModel,
    CreateRun,
)
from millrace.errors import InvalidParameterValue, MlflowException
from millrace.server import zips
from millrace.store import open_store

Ask = Callable[..., Any]
TEXT = bytes(range(256)) * 20_000


@pytest.fixture
def run_id(served_store: str) -> str:
    """A run in the default experiment of the served store, with a few artifacts."""
    store = open_store(served_store)
    run: str = store.call(CreateRun("0")).run.info.run_id
    store.close()
    return run


@pytest.fixture
def root(tmp_path: Path, run_id: str) -> Path:
    folder = tmp_path / "served" / "0" / run_id / "artifacts"
    (folder / "d" / "deep").mkdir(parents=True)
    (folder / "long.bin").write_bytes(TEXT)
    (folder / "empty").write_bytes(b"")
    (folder / "d" / "page.html").write_bytes(b"<script>alert(1)</script>")
    (folder / "d" / "deep" / "é.png").write_bytes(b"\x89PNG")
    (folder / "d" / "link").symlink_to("/etc")
    return folder


@pytest.fixture
def url(served_store: str, run_id: str, root: Path) -> str:
    return f"{served_store}/get-artifact?run_id={run_id}&path="


@pytest.mark.parametrize(
    ("asked", "status", "part", "told"),
    [
        ("bytes=0-9", 206, slice(0, 10), "bytes 0-9/5120000"),
        ("bytes=1048570-4000000", 206, slice(1_048_570, 4_000_001), "bytes 1048570-4000000/5120000"),
        ("bytes=5119998-", 206, slice(5_119_998, None), "bytes 5119998-5119999/5120000"),
        ("bytes=-5", 206, slice(5_119_995, None), "bytes 5119995-5119999/5120000"),
        ("bytes=-99999999", 206, slice(None), "bytes 0-5119999/5120000"),
        ("bytes=10-99999999", 206, slice(10, None), "bytes 10-5119999/5120000"),
        ("bytes=9-3", 200, slice(None), None),
        ("bytes=-", 200, slice(None), None),
        ("bytes=0-1,4-5", 200, slice(None), None),
        ("lines=0-1", 200, slice(None), None),
        ("bytes=5120000-", 416, None, "bytes */5120000"),
        ("bytes=-0", 416, None, "bytes */5120000"),
    ],
)
def test_parts_of_files(url: str, ask: Ask, asked: str, status: int, part: slice | None, told: str | None) -> None:
    reply = ask("GET", f"{url}long.bin", headers={"Range": asked})
    assert reply.status == status
    assert reply.headers.get("content-range") == told
    if part is not None:
        assert reply.body == TEXT[part]
        assert reply.headers["content-length"] == str(len(TEXT[part]))
        assert reply.headers["accept-ranges"] == "bytes"


def test_files_that_are_known_are_not_sent_again(url: str, root: Path, ask: Ask) -> None:
    first = ask("GET", f"{url}d/page.html")
    tag = first.headers["etag"]
    again = ask("GET", f"{url}d/page.html", headers={"If-None-Match": tag})
    assert (again.status, again.body) == (304, b"")
    part = {"Range": "bytes=0-0", "If-Range": tag}
    assert ask("GET", f"{url}d/page.html", headers=part).body == b"<"
    (root / "d" / "page.html").write_bytes(b"other")
    assert ask("GET", f"{url}d/page.html", headers={"If-None-Match": tag}).body == b"other"
    assert ask("GET", f"{url}d/page.html", headers=part).body == b"other", "no part of another file"
    head = ask("HEAD", f"{url}long.bin")
    assert (head.body, head.headers["content-length"]) == (b"", str(len(TEXT)))
    assert ask("GET", f"{url}empty").body == b""
    assert ask("GET", f"{url}empty", headers={"Range": "bytes=0-"}).status == 416


def test_files_are_shown_locked_up(url: str, root: Path, ask: Ask) -> None:
    for name in ("a.svg", "a.pdf", "a.txt", "a.js", "a.xhtml", "a.wav"):
        (root / name).write_bytes(b"x")
    for name, kind in {
        "d/page.html": "text/html; charset=utf-8",
        "a.svg": "image/svg+xml",
        "a.txt": "text/plain; charset=utf-8",
        "a.js": "text/plain; charset=utf-8",
        "a.xhtml": "application/xhtml+xml",
        "a.wav": "audio/wav",
    }.items():
        reply = ask("GET", f"{url}{name}&inline=1")
        assert reply.headers["content-type"] == kind
        assert reply.headers["content-disposition"].startswith("inline")
        policy = reply.headers["content-security-policy"]
        assert policy.startswith("sandbox; default-src 'none'")
        assert "script" not in policy
        assert reply.headers["x-content-type-options"] == "nosniff"
    with_scripts = ask("GET", f"{url}d/page.html&inline=1&scripts=1").headers["content-security-policy"]
    assert with_scripts.startswith("sandbox allow-scripts; default-src 'none'")
    assert "same-origin" not in with_scripts
    assert "connect-src" not in with_scripts
    saved = ask("GET", f"{url}d/page.html&scripts=1").headers
    assert (saved["content-security-policy"], saved["content-disposition"][:10]) == ("sandbox", "attachment")
    pdf = ask("GET", f"{url}a.pdf&inline=1&scripts=1").headers
    assert pdf["content-type"] == "application/pdf"
    assert "default-src 'none'" in pdf["content-security-policy"]
    assert "script" not in pdf["content-security-policy"]


def test_folders_as_zip_files(served_store: str, run_id: str, root: Path, ask: Ask) -> None:
    base = f"{served_store}/ajax-api/millrace/1/artifacts/zip"
    whole = ask("GET", f"{base}?run_id={run_id}")
    assert whole.headers["content-type"] == "application/zip"
    assert whole.headers["content-disposition"] == f"attachment; filename={run_id}.zip"
    archive = zipfile.ZipFile(io.BytesIO(whole.body))
    assert archive.testzip() is None
    assert sorted(archive.namelist()) == ["d/deep/é.png", "d/page.html", "empty", "long.bin"]
    assert archive.read("long.bin") == TEXT
    assert len(whole.body) < len(TEXT) / 2
    part = ask("GET", f"{base}?run_id={run_id}&path=d/deep")
    assert part.headers["content-disposition"] == "attachment; filename=deep.zip"
    assert zipfile.ZipFile(io.BytesIO(part.body)).namelist() == ["deep/é.png"]
    file = ask("GET", f"{base}?run_id={run_id}&path=d/page.html")
    assert zipfile.ZipFile(io.BytesIO(file.body)).namelist() == ["page.html"]
    assert ask("HEAD", f"{base}?run_id={run_id}").body == b""
    for query, status in {
        f"run_id={run_id}&path=nope": 404,
        f"run_id={run_id}&path=d/link": 404,
        f"run_id={run_id}&path=../..": 400,
        f"run_id={run_id}&path=%2e%2e/x": 400,
        "run_id=nope": 404,
        "model_id=nope": 404,
        f"run_id={run_id}&model_id=m": 400,
        "name=m": 400,
        "": 400,
    }.items():
        assert ask("GET", f"{base}?{query}").status == status, query


def test_models_and_versions_as_zip_files(served_store: str, tmp_path: Path, ask: Ask) -> None:
    store = open_store(served_store)
    experiment = store.call(CreateExperiment("models")).experiment_id
    model = store.call(CreateLoggedModel(experiment, "m")).model.info
    folder = tmp_path / "served" / experiment / "models" / model.model_id / "artifacts"
    folder.mkdir(parents=True)
    (folder / "MLmodel").write_bytes(b"flavors: {}")
    store.call(CreateRegisteredModel("r"))
    version = store.call(CreateModelVersion("r", model.artifact_uri, model_id=model.model_id)).model_version.version
    store.close()
    base = f"{served_store}/api/millrace/1/artifacts/zip"
    for query in (f"model_id={model.model_id}", f"name=r&version={version}"):
        reply = ask("GET", f"{base}?{query}")
        assert zipfile.ZipFile(io.BytesIO(reply.body)).read("MLmodel") == b"flavors: {}", query
    shown = ask("GET", f"{served_store}/model-versions/get-artifact?name=r&version={version}&path=MLmodel&inline=1")
    assert shown.headers["content-type"] == "text/plain; charset=utf-8"


def test_zipping_holds_little_and_gives_up_on_too_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "big").write_bytes(os.urandom(20_000_000))
    for n in range(20):
        (tmp_path / f"{n}.txt").write_bytes(b"x")
    pieces = list(zips.zipped(LocalArtifacts(tmp_path), ""))
    assert max(map(len, pieces)) < 2_000_000
    assert all(pieces)
    assert zipfile.ZipFile(io.BytesIO(b"".join(pieces))).testzip() is None
    monkeypatch.setattr(zips, "MAX_FILES", 20)
    with pytest.raises(InvalidParameterValue, match="more than 20 files"):
        list(zips.zipped(LocalArtifacts(tmp_path), ""))


def test_a_zip_file_that_breaks_off_is_no_whole_response(
    served_store: str, run_id: str, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "big.bin").write_bytes(os.urandom(3_000_000))
    opened = LocalArtifacts.open

    def breaking(self: LocalArtifacts, path: str) -> Any:
        if path.endswith("page.html"):
            raise MlflowException("the disk is gone")
        return opened(self, path)

    monkeypatch.setattr(LocalArtifacts, "open", breaking)
    connection = http.client.HTTPConnection(urlsplit(served_store).netloc, timeout=30)
    with contextlib.closing(connection):
        connection.request("GET", f"/api/millrace/1/artifacts/zip?run_id={run_id}")
        answer = connection.getresponse()
        with answer, pytest.raises(http.client.IncompleteRead):
            answer.read()
