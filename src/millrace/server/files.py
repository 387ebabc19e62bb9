"""One file as a response: whole or a range of it, to be saved or to be shown.

Whatever a file is, it runs no script under this server's name: what is to be saved comes as an attachment in a sandbox,
and what is to be shown comes in a sandbox of an origin of its own that may load nothing from anywhere.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Awaitable, Callable
from typing import Any, BinaryIO, NamedTuple

from millrace.server.http import Disconnected, Request, Send, begin, respond
from millrace.server.kinds import disposition, kind_of, shown_kind_of

CHUNK = 1 << 20

Run = Callable[..., Awaitable[Any]]
"""Runs a function in a thread."""

_RANGE = re.compile(r"bytes=(\d*)-(\d*)")
_SHOWN = b"; default-src 'none'; style-src 'unsafe-inline' data:; img-src data: blob:; font-src data:; media-src data:"
_FRAMED = b"; frame-ancestors 'self'"
_SCRIPTS = b"; script-src 'unsafe-inline' 'unsafe-eval' data: blob:; worker-src blob:"
_PDF = b"default-src 'none'; object-src 'self'; style-src 'unsafe-inline'" + _FRAMED

_logger = logging.getLogger("millrace.server")


class _File(NamedTuple):
    """What is known of a stream: its size and what it is recognised by, where it tells."""

    size: int | None
    tag: str


async def send_file(request: Request, send: Send, stream: BinaryIO, name: str, run: Run) -> None:
    """Send what a stream has, under a name, and close it.

    The query says how: `inline=1` to show it and not to save it, `scripts=1` to let its scripts run, locked up.
    """
    try:
        file: _File = await run(_facts, stream)
        headers = [*_kind(request, name), (b"cache-control", b"no-cache, private")]
        if file.tag:
            headers.append((b"etag", file.tag.encode()))
            if file.tag in request.header(b"if-none-match"):
                await begin(send, 304, headers)
                return await send({"type": "http.response.body", "body": b""})
        start, end = 0, file.size
        if file.size is not None:
            headers.append((b"accept-ranges", b"bytes"))
            found = _range(request, file)
            if found is not None:
                start, end = found
                if start >= end:
                    told = [(b"content-range", f"bytes */{file.size}".encode())]
                    return await respond(send, 416, b"There are no bytes in this range.", b"text/plain", told)
                headers.append((b"content-range", f"bytes {start}-{end - 1}/{file.size}".encode()))
                await run(stream.seek, start)
            headers.append((b"content-length", str((end or 0) - start).encode()))
        status = 206 if b"content-range" in dict(headers) else 200
        left = None if end is None else end - start
        if request.method == "HEAD":
            left = 0
        piece = await run(stream.read, _next(left))
        await begin(send, status, headers)  # what could not be read is still told as an error above
        while piece:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
            left = None if left is None else left - len(piece)
            piece = await _more(stream, _next(left), run, name)
        await send({"type": "http.response.body", "body": b""})
    finally:
        await run(stream.close)


def _next(left: int | None) -> int:
    return CHUNK if left is None else min(CHUNK, left)


async def _more(stream: BinaryIO, size: int, run: Run, name: str) -> bytes:
    try:
        piece: bytes = await run(stream.read, size)
        return piece
    except Exception:
        # The headers are sent, so only a broken connection can still tell the client.
        _logger.exception("Reading %r broke off", name)
        raise Disconnected from None


def _kind(request: Request, name: str) -> list[tuple[bytes, bytes]]:
    """The headers that say what a file is, and what it may do."""
    if request.param("inline") != "1":
        return [
            (b"content-type", kind_of(name)),
            (b"content-disposition", disposition(name)),
            (b"content-security-policy", b"sandbox"),
        ]
    kind = shown_kind_of(name)
    if kind == b"application/pdf":  # browsers show none in a sandbox; its scripts have no access to any page
        policy = _PDF
    elif request.param("scripts") == "1":
        policy = b"sandbox allow-scripts" + _SHOWN + _SCRIPTS + _FRAMED
    else:
        policy = b"sandbox" + _SHOWN + _FRAMED
    return [
        (b"content-type", kind),
        (b"content-disposition", disposition(name).replace(b"attachment", b"inline", 1)),
        (b"content-security-policy", policy),
        (b"referrer-policy", b"no-referrer"),
    ]


def _facts(stream: BinaryIO) -> _File:
    try:
        status = os.fstat(stream.fileno())
        return _File(status.st_size, f'"{status.st_mtime_ns:x}-{status.st_size:x}"')
    except OSError:  # not a file of this machine
        pass
    if not stream.seekable():
        return _File(None, "")
    size = stream.seek(0, os.SEEK_END)
    stream.seek(0)
    return _File(size, "")


def _range(request: Request, file: _File) -> tuple[int, int] | None:
    """The first byte that is wanted and the one behind the last; None for all. Several ranges are not taken apart."""
    size = file.size or 0
    found = _RANGE.fullmatch(request.header(b"range").replace(" ", ""))
    if found is None or request.header(b"if-range") not in ("", file.tag) or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if len(first) > 18 or len(last) > 18:
        return None
    if not first:
        return max(0, size - int(last)), size
    if last and int(last) < int(first):
        return None
    return int(first), min(size, int(last) + 1) if last else size
