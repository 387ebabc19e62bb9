"""uvicorn's HTTP protocol with an end to patience: request heads are bounded in size and in time."""

from __future__ import annotations

from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_HEAD = 64 * 1024
"""Bytes that a request's first line and headers may have."""
HEAD_TIMEOUT_S = 30.0
"""Seconds that they may take to arrive."""


class BoundedProtocol(HttpToolsProtocol):
    """Ends connections whose requests do not begin properly: too many bytes of headers, or too slowly."""

    _in_head = True
    _head_size = 0
    _head_since = 0.0

    def connection_made(self, transport: Any) -> None:
        """Start watching."""
        super().connection_made(transport)
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
