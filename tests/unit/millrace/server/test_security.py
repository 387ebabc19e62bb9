from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from millrace.server import Options
from millrace.server.http import App, Receive, Scope, Send, respond
from millrace.server.security import guarded

Ask = Callable[..., Any]
Listening = Callable[[App], str]


async def anything(scope: Scope, receive: Receive, send: Send) -> None:
    await respond(send, 200, b"reached")


@pytest.mark.parametrize(
    "host",
    [
        *("localhost", "LOCALHOST:1", "127.0.0.1", "127.0.0.1:5000", "[::1]", "[::1]:5000", "0.0.0.0:1"),
        *("10.1.2.3", "192.168.1.1:80", "172.16.0.1", "172.31.255.255:9", "[fd00::1]:5000"),
    ],
)
def test_this_machine_and_private_addresses_may_be_addressed(listening: Listening, ask: Ask, host: str) -> None:
    assert ask("GET", listening(guarded(anything, Options())) + "/x", headers={"Host": host}).body == b"reached"


@pytest.mark.parametrize(
    "host",
    [
        *("evil.com", "localhost.evil.com", "127.0.0.1.evil.com", "10.0.0.evil.com", "192.168.1.1.evil.com:5000"),
        *("172.32.0.1", "8.8.8.8", "169.254.169.254", "", "localhost@evil.com", "[::1].evil.com", "127.1"),
    ],
)
def test_other_hosts_are_refused(listening: Listening, ask: Ask, host: str) -> None:
    server = listening(guarded(anything, Options()))
    reply = ask("GET", f"{server}/api/2.0/mlflow/runs/get", headers={"Host": host})
    assert (reply.status, reply.body) == (403, b"Invalid Host header - possible DNS rebinding attack detected")
    assert ask("GET", f"{server}/artifacts/x/version", headers={"Host": host}).status == 403
    assert ask("GET", f"{server}/health", headers={"Host": host}).status == 200
    assert ask("GET", f"{server}/version", headers={"Host": host}).status == 200


def test_allowed_hosts_replace_the_default(listening: Listening, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    server = listening(guarded(anything, Options(allowed_hosts="ml.company.com, 10.9.*,app-*.in.net:8080")))
    for host, status in {
        "ml.company.com": 200,
        "ML.company.com:5000": 200,
        "10.9.8.7": 200,
        "app-1.in.net:8080": 200,
        "app-1.in.net": 403,
        "localhost": 403,
        "xml.company.com": 403,
    }.items():
        assert ask("GET", f"{server}/x", headers={"Host": host}).status == status, host
    assert ask("GET", listening(guarded(anything, Options(allowed_hosts="*"))), headers={"Host": "a.b"}).status == 200
    monkeypatch.setenv("MLFLOW_SERVER_ALLOWED_HOSTS", "a.b")
    assert ask("GET", listening(guarded(anything, Options())), headers={"Host": "a.b"}).status == 200


@pytest.mark.parametrize(
    ("origin", "welcome"),
    [
        *(("http://localhost:3000", True), ("https://localhost", True), ("http://127.0.0.1", True)),
        *(("http://[::1]:3", True), ("http://evil.com", False), ("null", False), ("http://10.0.0.1", False)),
        *(("http://localhost.evil.com", False), ("file://localhost", False), ("http://[bad", False)),
    ],
)
def test_pages_of_other_origins_change_and_read_nothing(
    listening: Listening, ask: Ask, origin: str, welcome: bool
) -> None:
    server = listening(guarded(anything, Options()))
    preflight = {"Origin": origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x-a"}
    for method, headers in (("POST", {"Origin": origin}), ("DELETE", {"Origin": origin}), ("OPTIONS", preflight)):
        reply = ask(method, f"{server}/x", headers=headers)
        assert reply.status == (200 if welcome else 403)
        assert reply.headers.get("access-control-allow-origin") == (origin if welcome else None)
        if not welcome:
            assert reply.body == b"Cross-origin request blocked"
    read = ask("GET", f"{server}/x", headers={"Origin": origin})
    assert read.status == 200
    assert read.headers.get("access-control-allow-origin") == (origin if welcome else None)


def test_a_page_of_the_server_itself_is_welcome(listening: Listening, ask: Ask) -> None:
    server = listening(guarded(anything, Options(allowed_hosts="ml.company.com:*")))
    own = {"Host": "ml.company.com:5000", "Origin": "http://ml.company.com:5000"}
    assert ask("POST", f"{server}/x", headers=own).status == 200
    assert ask("POST", f"{server}/x", headers=own | {"Origin": "http://ml.company.com:5001"}).status == 403


def test_named_origins(listening: Listening, ask: Ask) -> None:
    server = listening(guarded(anything, Options(cors_allowed_origins="https://app.company.com/,https://*.in.net")))
    for origin, status in {
        "https://app.company.com": 200,
        "https://a.in.net": 200,
        "http://app.company.com": 403,
        "http://localhost": 403,
    }.items():
        assert ask("POST", f"{server}/x", headers={"Origin": origin}).status == status, origin


def test_headers_on_every_response(listening: Listening, ask: Ask) -> None:
    for options, frame in ((Options(), "SAMEORIGIN"), (Options(x_frame_options="DENY"), "DENY")):
        for headers in ({}, {"Host": "evil.com"}):
            reply = ask("GET", listening(guarded(anything, options)) + "/x", headers=headers)
            assert reply.headers["x-frame-options"] == frame
            assert reply.headers["x-content-type-options"] == "nosniff"
    reply = ask("GET", listening(guarded(anything, Options(x_frame_options="NONE"))) + "/x")
    assert "x-frame-options" not in reply.headers


def test_the_checks_can_be_turned_off(listening: Listening, ask: Ask) -> None:
    server = listening(guarded(anything, Options(disable_security_middleware=True)))
    assert ask("POST", f"{server}/x", headers={"Host": "evil.com", "Origin": "http://evil.com"}).status == 200
