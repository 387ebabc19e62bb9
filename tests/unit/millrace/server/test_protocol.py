"""Responses on the wire, byte by byte."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable
from urllib.parse import urlsplit

from millrace.server.http import App, Receive, Scope, Send


def _asked(url: str, request: bytes) -> socket.socket:
    parts = urlsplit(url)
    connection = socket.create_connection((parts.hostname or "", parts.port or 0), timeout=30)
    connection.sendall(request)
    return connection


def _until(connection: socket.socket, end: bytes) -> bytes:
    found = b""
    while not found.endswith(end):
        piece = connection.recv(65536)
        assert piece, found
        found += piece
    return found


def test_a_head_does_not_wait_for_a_body_that_comes_later(listening: Callable[[App], str]) -> None:
    seen = threading.Event()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"6")]})
        await asyncio.to_thread(seen.wait, 30)
        for piece in (b"a", b"b", b"c", b"d"):
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b"ef"})

    connection = _asked(listening(app), b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert _until(connection, b"\r\n\r\n").startswith(b"HTTP/1.1 200 OK\r\n")
    seen.set()
    assert _until(connection, b"f") == b"abcdef"
    connection.close()


def test_requests_sent_at_once_are_answered_in_their_order(listening: Callable[[App], str]) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        body = scope["path"].encode() + b"x" * 100_000 * (scope["path"] == "/2") + b";"
        length = str(len(body)).encode()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", length)]})
        await send({"type": "http.response.body", "body": body})

    requests = b"".join(b"GET /%d HTTP/1.1\r\nHost: localhost\r\n\r\n" % n for n in range(4))
    connection = _asked(listening(app), requests + b"GET /end HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    answers = _until(connection, b"/end;")
    assert connection.recv(1) == b""  # and the last one closes
    bodies = [answer.partition(b"\r\n\r\n")[2] for answer in answers.split(b"HTTP/1.1 200 OK\r\n")[1:]]
    assert bodies == [b"/0;", b"/1;", b"/2" + b"x" * 100_000 + b";", b"/3;", b"/end;"]
    connection.close()
