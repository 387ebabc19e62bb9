from __future__ import annotations

import gzip
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from millrace.engine import open_engine
from millrace.server import Options, make_app, ui
from millrace.server.encodings import chosen
from millrace.server.http import App
from millrace.server.places import Places

Ask = Callable[..., Any]
Listening = Callable[[App], str]

INDEX = b"<!doctype html><title>Millrace</title>" + b" " * 500
SCRIPT = b"export const answer = 42;\n" * 50


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder as the build leaves it, one file of it packed in advance."""
    folder = tmp_path / "static"
    (folder / "static-files").mkdir(parents=True)
    (folder / "index.html").write_bytes(INDEX)
    (folder / "favicon.svg").write_bytes(b"<svg/>")
    (folder / "static-files" / "index-Ab_1-c.js").write_bytes(SCRIPT)
    (folder / "static-files" / "index-Ab_1-c.js.br").write_bytes(b"packed")
    (tmp_path / "secret.js").write_bytes(b"secret")
    (folder / "static-files" / ".hidden.js").write_bytes(b"secret")
    monkeypatch.setattr(ui, "STATIC", folder)
    return folder


@pytest.fixture
def serving(tmp_path: Path, listening: Listening) -> Callable[[Options], str]:
    """A server with options."""
    return lambda options: listening(make_app(open_engine(str(tmp_path / "store")), Places(None), options))


def test_the_page_is_asked_for_each_time_and_sent_once(
    built: Path, serving: Callable[[Options], str], ask: Ask
) -> None:
    url = serving(Options())
    reply = ask("GET", f"{url}/")
    assert (reply.status, reply.body) == (200, INDEX)
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    assert reply.headers["cache-control"] == "no-cache"
    policy = reply.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'self'" in policy
    assert "script-src 'self';" in policy
    again = ask("GET", f"{url}/index.html", headers={"If-None-Match": reply.headers["etag"]})
    assert (again.status, again.body) == (304, b"")
    packed = ask("GET", f"{url}/", headers={"Accept-Encoding": "gzip, deflate"})
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == INDEX
    assert packed.headers["etag"] != reply.headers["etag"]
    (built / "index.html").write_bytes(b"new")
    assert ask("GET", f"{url}/", headers={"If-None-Match": reply.headers["etag"]}).body == b"new"


def test_hashed_files_are_kept_for_ever(built: Path, serving: Callable[[Options], str], ask: Ask) -> None:
    url = serving(Options()) + "/static-files"
    reply = ask("GET", f"{url}/index-Ab_1-c.js", headers={"Accept-Encoding": "gzip, br"})
    assert reply.body == b"packed"
    assert reply.headers["content-encoding"] == "br"
    assert reply.headers["content-type"] == "text/javascript; charset=utf-8"
    assert reply.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert ask("GET", f"{url}/index-Ab_1-c.js").body == SCRIPT
    assert ask("HEAD", f"{url}/index-Ab_1-c.js").headers["content-length"] == str(len(SCRIPT))
    newer = (built / "index.html").stat().st_mtime + 9
    os.utime(built / "static-files" / "index-Ab_1-c.js", (newer, newer))
    stale = ask("GET", f"{url}/index-Ab_1-c.js", headers={"Accept-Encoding": "br"})
    assert stale.body == SCRIPT, "what was packed from an older file is not sent"
    for name in (".hidden.js", "%2e%2e%2f%2e%2e%2fsecret.js", "..%2findex.html", "no.js", "a%00b", "%2fetc%2fpasswd"):
        assert ask("GET", f"{url}/{name}").status == 404, name


def test_below_a_prefix_and_in_frames(built: Path, serving: Callable[[Options], str], ask: Ask) -> None:
    url = serving(Options(static_prefix="/team", x_frame_options="NONE"))
    assert ask("GET", f"{url}/team/").body == INDEX
    assert "frame-ancestors" not in ask("GET", f"{url}/team/").headers["content-security-policy"]
    assert ask("GET", f"{url}/team").headers["location"] == "/team/"
    assert ask("GET", f"{url}/team/favicon.ico").headers["content-type"] == "image/svg+xml"
    assert ask("GET", f"{url}/team/static-files/index-Ab_1-c.js").body == SCRIPT
    moved = ask("GET", f"{url}/team/experiments/1/runs/ab?x=%2F")
    assert (moved.status, moved.headers["location"]) == (302, "/team/#/experiments/1/runs/ab?x=%2F")


def test_links_without_their_hash_are_led_to_it(built: Path, serving: Callable[[Options], str], ask: Ask) -> None:
    url = serving(Options())
    for path in ("/experiments/1", "/models", "/models/a%2Fb/versions/1"):
        assert ask("GET", url + path).headers["location"] == f"/#{path}"


def test_without_a_build_the_plain_page_says_how_to_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, serving: Callable[[Options], str], ask: Ask
) -> None:
    monkeypatch.setattr(ui, "STATIC", tmp_path / "nothing")
    url = serving(Options())
    assert "make ui" in ask("GET", f"{url}/").body.decode()
    assert ask("GET", f"{url}/favicon.svg").status == 404


def test_servers_of_artifacts_alone_have_no_page(built: Path, serving: Callable[[Options], str], ask: Ask) -> None:
    assert ask("GET", serving(Options(artifacts_only=True)) + "/").status == 404


@pytest.mark.parametrize(
    ("header", "coding"),
    [
        ("", b""),
        ("gzip, deflate, br, zstd", b"br"),
        ("gzip;q=1.0, br;q=0", b"gzip"),
        ("identity", b""),
        ("*", b"br"),
        ("*;q=0", b""),
        ("br;q=odd, GZIP", b"gzip"),
    ],
)
def test_a_coding_is_chosen_that_the_client_takes(header: str, coding: bytes) -> None:
    assert chosen(header, (b"", b"br", b"gzip")) == coding
