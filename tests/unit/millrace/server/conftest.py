"""Requests byte by byte, as no well-behaved client sends them."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest


class Reply(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


Ask = Callable[..., Reply]


@pytest.fixture
def ask() -> Ask:
    """A function that sends one request, its path exactly as given, and gives the reply."""

    def send(method: str, url: str, body: object = None, headers: dict[str, str] | None = None) -> Reply:
        parts = urlsplit(url)
        connection = http.client.HTTPConnection(parts.netloc, timeout=30)
        sent = dict(headers or {})
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            sent.setdefault("Content-Type", "application/json")
        target = url[len(f"http://{parts.netloc}") :]
        connection.putrequest(method, target, skip_host="Host" in sent, skip_accept_encoding=True)
        for key, value in sent.items():
            connection.putheader(key, value)
        if body is not None:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        answer = connection.getresponse()
        reply = Reply(answer.status, {key.lower(): value for key, value in answer.getheaders()}, answer.read())
        connection.close()
        return reply

    return send
