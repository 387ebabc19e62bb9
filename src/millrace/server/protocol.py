"""uvicorn's HTTP protocol with an end to patience: request heads are bounded in size and in time.

And a response's head and body travel in one piece: two would cost a system call and wake the client twice.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_HEAD = 64 * 1024
"""Bytes that a request's first line and headers may have."""
HEAD_TIMEOUT_S = 30.0
"""Seconds that they may take to arrive."""


class _Joining:
    """A transport whose `write` waits for a second one, but not beyond the present tick of the event loop."""

    __slots__ = ("_held", "_loop", "_transport")

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._held = b""

    def write(self, data: bytes) -> None:
        """Write, now or in a moment."""
        if self._held or len(data) > MAX_HEAD:
            held, self._held = self._held, b""
            self._transport.write(held + data if held else data)
        elif data:
            self._held = data
            self._loop.call_soon(self._flush)

    def _flush(self) -> None:
        if self._held:
            held, self._held = self._held, b""
            self._transport.write(held)

    def close(self) -> None:
        """Close when everything is written."""
        self._flush()
        self._transport.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


class BoundedProtocol(HttpToolsProtocol):
    """Ends connections whose requests do not begin properly: too many bytes of headers, or too slowly."""

    _in_head = True
    _head_size = 0
    _head_since = 0.0

    def connection_made(self, transport: Any) -> None:
        """Start watching."""
        super().connection_made(transport)
        self.transport = _Joining(transport, self.loop)  # type: ignore[assignment]
        self._head_since = self.loop.time()
        self._watch()

    def on_message_begin(self) -> None:
        """A head begins."""
        super().on_message_begin()
        self._in_head, self._head_size, self._head_since = True, 0, self.loop.time()

    def on_headers_complete(self) -> None:
        """The head is whole."""
        self._in_head = False
        super().on_headers_complete()

    def data_received(self, data: bytes) -> None:
        """Count the bytes of heads."""
        self._head_size += len(data)
        super().data_received(data)
        if self._in_head and self._head_size > MAX_HEAD and not self.transport.is_closing():
            self.send_400_response("The request's headers are too large.")

    def _watch(self) -> None:
        if self.transport.is_closing():
            return
        if self._in_head and self.loop.time() - self._head_since >= HEAD_TIMEOUT_S:
            self.transport.close()
            return
        self.loop.call_later(HEAD_TIMEOUT_S, self._watch)
