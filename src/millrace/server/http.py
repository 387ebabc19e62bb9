"""Requests and responses of ASGI in as few lines as the server needs."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any
from urllib.parse import parse_qsl

from millrace.errors import BadRequest, MlflowException

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = Iterable[tuple[bytes, bytes]]

JSON = b"application/json"
BYTES = b"application/octet-stream"
HTML = b"text/html; charset=utf-8"
TEXT = b"text/plain; charset=utf-8"


class Disconnected(Exception):
    """The client went away in the middle of its request, or stopped sending: nobody waits for an answer."""


class TooLarge(MlflowException):
    """The body has more bytes than a call may have; answered with 413."""

    code = "BAD_REQUEST"

    def get_http_status_code(self) -> int:
        """413, which no error code has."""
        return 413


class Request:
    """A request as it comes: method, path, query, headers, and the body by and by."""

    __slots__ = ("_ended", "_receive", "_timeout", "headers", "method", "path", "scope", "size")

    def __init__(self, scope: Scope, receive: Receive, timeout: float) -> None:
        self.scope = scope
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.headers: dict[bytes, bytes] = dict(scope["headers"])
        self.size = 0
        """The bytes of the body that were read so far."""
        self._receive = receive
        self._ended = False
        self._timeout = timeout

    @property
    def query(self) -> list[tuple[str, str]]:
        """The pairs of the query string.

        Raises:
            BadRequest: there are more than a thousand.
        """
        text = self.scope["query_string"]
        if not text:
            return []
        try:
            return parse_qsl(text.decode("latin-1"), keep_blank_values=True, max_num_fields=1000)
        except ValueError:
            raise BadRequest("The query string has more than 1000 parameters.") from None

    def param(self, name: str) -> str | None:
        """The last value of a parameter of the query string."""
        return dict(self.query).get(name)

    def header(self, name: bytes) -> str:
        """A header by its lower-case name, or an empty text."""
        return self.headers.get(name, b"").decode("latin-1")

    async def piece(self) -> bytes:
        """The next piece of the body, empty at its end.

        Raises:
            Disconnected: the client went away, or sent nothing for too long.
        """
        while not self._ended:
            try:
                async with asyncio.timeout(self._timeout):
                    message = await self._receive()
            except TimeoutError:
                raise Disconnected from None
            if message["type"] == "http.disconnect":
                raise Disconnected
            piece: bytes = message.get("body", b"")
            self._ended = not message.get("more_body")
            self.size += len(piece)
            if piece:
                return piece
        return b""

    async def left(self) -> None:
        """Wait until the client goes away."""
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def body(self, limit: int) -> bytes:
        """The whole body.

        Raises:
            TooLarge: it has more than `limit` bytes; what its header says is enough to refuse it.
        """
        declared = self.header(b"content-length")
        if declared.isdigit() and int(declared) > limit:
            raise _too_large(limit)
        pieces = []
        while piece := await self.piece():
            if self.size > limit:
                raise _too_large(limit)
            pieces.append(piece)
        return b"".join(pieces)


def _too_large(limit: int) -> TooLarge:
    return TooLarge(f"The request's body is larger than the {limit} bytes that a request may have. Please split it up.")


async def respond(send: Send, status: int, body: bytes, kind: bytes = JSON, headers: Headers = ()) -> None:
    """Send a whole response."""
    await begin(send, status, [(b"content-type", kind), (b"content-length", str(len(body)).encode()), *headers])
    await send({"type": "http.response.body", "body": body})


async def begin(send: Send, status: int, headers: Headers) -> None:
    """Send a response's first line and headers."""
    await send({"type": "http.response.start", "status": status, "headers": list(headers)})


def error_body(error: MlflowException) -> bytes:
    """The JSON that an error is answered with."""
    return json.dumps({"error_code": error.error_code, "message": error.message, **error.json_kwargs}).encode()
