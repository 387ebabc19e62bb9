"""The page that people look at: the files that `ui/` was built into, sent compressed, and cached as long as they last.

Files with a hash in their name never change and are kept for ever; `index.html`, which names them, is asked for again
each time and mostly answered with "not modified". Compressed files lie beside the built ones; where there are none (a
build by hand), they are compressed once, in memory.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from millrace.calls import Needs
from millrace.server import page
from millrace.server.encodings import chosen, gzipped
from millrace.server.http import HTML, Request, Send, begin, respond
from millrace.server.options import Options
from millrace.server.routing import PUBLIC, Route
from millrace.store import Store

STATIC = Path(__file__).parent / "static"
"""Where the build of `ui/` is; see `ui/vite.config.ts` and `hatch_build.py`."""

_HASHED = "static-files"
_NAME = re.compile(r"[A-Za-z0-9_\-][A-Za-z0-9_.\-]*")
_KINDS = {
    ".html": HTML,
    ".js": b"text/javascript; charset=utf-8",
    ".css": b"text/css; charset=utf-8",
    ".svg": b"image/svg+xml",
    ".json": b"application/json",
    ".wasm": b"application/wasm",
    ".png": b"image/png",
    ".woff2": b"font/woff2",
}
_WORTH = 512
"""Bytes from which on a file is packed, as in `ui/scripts/compress.mjs`."""
_SUFFIXES = {b"br": ".br", b"gzip": ".gz"}
_OLD_PLACES = ("/experiments", "/models", "/compare-runs", "/compare-experiments", "/compare-model-versions", "/metric")
"""Where MLflow's page has a route behind its `#`: links without it are led there."""

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; media-src 'self' blob:; frame-src 'self' blob:; worker-src 'self' blob:; "
    "manifest-src 'self'; base-uri 'none'; form-action 'self'"
)
"""What the page may do: run its own files and talk to its own server. Frames show artifacts, which come with a policy
of their own that keeps their scripts away from the page (see `streams`)."""


class _File(NamedTuple):
    """A built file in every encoding that is there."""

    stamp: tuple[int, int]
    """When the file was written, and its size."""
    tag: str
    bodies: dict[bytes, bytes]
    """By content coding; `b""` is the file itself."""


class Ui:
    """The routes of the page.

    Args:
        store: what the plain page tells about, where no other page was built.
        options: what the server was told.
    """

    def __init__(self, store: Store, options: Options) -> None:
        self._store = store
        self._folder = STATIC
        self._prefix = options.static_prefix.rstrip("/")
        self._files: dict[str, _File] = {}
        self._headers = (
            (b"content-security-policy", _policy(options.x_frame_options)),
            (b"referrer-policy", b"same-origin"),
            (b"cache-control", b"no-cache"),
        )

    def routes(self) -> Iterator[Route]:
        """The page's routes."""
        for path in ("/", "/index.html"):
            yield Route(("GET",), path, Needs("read", "experiment"), _path, self._index)
        for path in ("/favicon.svg", "/favicon.ico"):  # the latter is what browsers ask for beside artifacts
            yield Route(("GET",), path, PUBLIC, _path, self._icon)
        yield Route(("GET",), f"/{_HASHED}/{{name}}", PUBLIC, _name, self._hashed)
        for place in _OLD_PLACES:
            for path in (place, f"{place}/{{rest*}}"):
                yield Route(("GET",), path, PUBLIC, _path, self._behind_hash)
        if self._prefix:
            yield Route(("GET",), self._prefix, PUBLIC, _path, self._with_slash)

    async def _index(self, request: Request, send: Send, asked: object) -> None:
        file = await self._file("index.html")
        if file is None:
            html = await asyncio.get_running_loop().run_in_executor(None, page.overview, self._store)
            return await respond(send, 200, html.encode(), HTML, page.HEADERS)
        return await _send(request, send, file, HTML, self._headers)

    async def _icon(self, request: Request, send: Send, asked: object) -> None:
        await self._static(request, send, "favicon.svg", b"public, max-age=86400")

    async def _hashed(self, request: Request, send: Send, name: str) -> None:
        await self._static(request, send, f"{_HASHED}/{name}", b"public, max-age=31536000, immutable")

    async def _static(self, request: Request, send: Send, name: str, cached: bytes) -> None:
        file = await self._file(name)
        if file is None:
            return await respond(send, 404, b"There is no such file in this build of the page.", b"text/plain")
        headers = ((b"content-security-policy", b"default-src 'none'"), (b"cache-control", cached))
        return await _send(request, send, file, _KINDS.get(Path(name).suffix, b"application/octet-stream"), headers)

    async def _behind_hash(self, request: Request, send: Send, path: str) -> None:
        """Lead a link of MLflow's page that lacks its `#` to where it has one."""
        query = request.scope.get("query_string", b"").decode("latin-1")
        await _redirect(send, f"{self._prefix}/#{path.removeprefix(self._prefix)}{'?' + query if query else ''}")

    async def _with_slash(self, request: Request, send: Send, path: str) -> None:
        await _redirect(send, f"{self._prefix}/")

    async def _file(self, name: str) -> _File | None:
        """A built file as it is now; None where there is none."""
        try:
            status = (self._folder / name).stat()
        except OSError:
            return None
        stamp = (status.st_mtime_ns, status.st_size)
        known = self._files.get(name)
        if known is None or known.stamp != stamp:
            read = asyncio.get_running_loop().run_in_executor(None, _read, self._folder / name, stamp)
            known = self._files[name] = await read
        return known


def _read(path: Path, stamp: tuple[int, int]) -> _File:
    plain = path.read_bytes()
    bodies = {b"": plain}
    for coding, suffix in _SUFFIXES.items():
        packed = path.with_name(path.name + suffix)
        if packed.exists() and packed.stat().st_mtime_ns >= stamp[0]:
            bodies[coding] = packed.read_bytes()
    if b"gzip" not in bodies and len(plain) > _WORTH:
        bodies[b"gzip"] = gzipped(plain, 6)
    return _File(stamp, hashlib.sha256(plain).hexdigest()[:20], bodies)


def _policy(framing: str) -> bytes:
    """The page's policy, with who may frame it as the X-Frame-Options of old say it."""
    ancestors = {"NONE": "", "DENY": "; frame-ancestors 'none'"}.get(framing.upper(), "; frame-ancestors 'self'")
    return (_POLICY + ancestors).encode()


async def _send(
    request: Request, send: Send, file: _File, kind: bytes, headers: tuple[tuple[bytes, bytes], ...]
) -> None:
    coding = chosen(request.header(b"accept-encoding"), file.bodies)
    tag = f'"{file.tag}{"-" + coding.decode() if coding else ""}"'
    told = [*headers, (b"etag", tag.encode()), (b"vary", b"Accept-Encoding")]
    if tag in request.header(b"if-none-match"):
        await begin(send, 304, told)
        return await send({"type": "http.response.body", "body": b""})
    if coding:
        told.append((b"content-encoding", coding))
    return await respond(send, 200, file.bodies[coding], kind, told)


async def _redirect(send: Send, target: str) -> None:
    # The page answers no path but its own; what is behind the `#` never reaches a server.
    headers = [(b"location", target.encode("latin-1", "ignore")), (b"cache-control", b"no-cache")]
    await respond(send, 302, b"", HTML, headers)


async def _path(request: Request, fields: dict[str, str]) -> str:
    raw: bytes = request.scope.get("raw_path", request.path.encode())
    return raw.partition(b"?")[0].decode("latin-1")


async def _name(request: Request, fields: dict[str, str]) -> Any:
    name = fields["name"]
    return name if _NAME.fullmatch(name) else "-"  # there is no file of this name
