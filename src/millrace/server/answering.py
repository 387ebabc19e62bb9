"""JSON answers as clients take them: compressed where that pays, and not at all where the browser has them already."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from hashlib import blake2b

from millrace.server.encodings import chosen, gzipped
from millrace.server.http import JSON, Request, Send, begin, respond

WORTH = 1024
"""Bytes from which on an answer is compressed."""
_QUICK = 16 * 1024
"""Up to here the event loop does it: a fraction of a millisecond."""
_FAST = 128 * 1024
"""From here on speed counts more than size."""

InThread = Callable[[Callable[[bytes, int], bytes], bytes, int], Awaitable[bytes]]
"""Runs a function in another thread."""


async def answer(request: Request, send: Send, body: bytes, in_thread: InThread) -> None:
    """Answer a call with JSON.

    Clients that take gzip, browsers among them, get it compressed; what a browser asked for with a GET it may keep,
    and is told "not modified" when it asks again and the answer is the same.
    """
    if len(body) < WORTH or not chosen(request.header(b"accept-encoding"), (b"gzip",)):
        return await respond(send, 200, body)
    headers = [(b"vary", b"Accept-Encoding")]
    if request.method == "GET":
        tag = f'W/"{blake2b(body, digest_size=12).hexdigest()}"'
        headers += [(b"etag", tag.encode()), (b"cache-control", b"no-cache, private")]
        if tag in request.header(b"if-none-match"):
            await begin(send, 304, headers)
            return await send({"type": "http.response.body", "body": b""})
    level = 1 if len(body) > _FAST else 4
    packed = gzipped(body, level) if len(body) <= _QUICK else await in_thread(gzipped, body, level)
    headers.append((b"content-encoding", b"gzip"))
    return await respond(send, 200, packed, JSON, headers)
