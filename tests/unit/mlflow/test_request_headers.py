"""Headers of plugins go with every request to a server."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

import mlflow
from mlflow.context.headers import RequestHeaderProviderRegistry
from mlflow.tracking.request_header import registry
from mlflow.tracking.request_header.abstract_request_header_provider import RequestHeaderProvider


class Expiring(RequestHeaderProvider):
    """A token that changes with every request."""

    asked = 0

    def in_context(self) -> bool:
        return True

    def request_headers(self) -> dict[str, str]:
        self.asked += 1
        return {"X-Token": str(self.asked), "X-Who": "one"}


class Other(RequestHeaderProvider):
    def in_context(self) -> bool:
        return True

    def request_headers(self) -> dict[str, str]:
        return {"X-Who": "two"}


class Elsewhere(Other):
    def in_context(self) -> bool:
        return False


class Faulty(Other):
    def in_context(self) -> bool:
        raise RuntimeError("the plugin is broken")


@pytest.fixture(autouse=True)
def own_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    from mlflow.context import headers

    for module, name in ((headers, "REGISTRY"), (registry, "_request_header_provider_registry")):
        monkeypatch.setattr(module, name, RequestHeaderProviderRegistry() if name == "REGISTRY" else headers.REGISTRY)


@pytest.fixture
def received() -> Iterator[tuple[str, list[Any]]]:
    """The address of a server that knows one experiment, and the headers that it got."""
    got: list[Any] = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            got.append(self.headers)
            body = b'{"experiment": {"experiment_id": "0", "name": "Default"}}'
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", got
        server.shutdown()
        thread.join()


def test_they_are_asked_for_every_request(received: tuple[str, list[Any]], caplog: pytest.LogCaptureFixture) -> None:
    url, got = received
    for provider in (Expiring, Faulty, Elsewhere, Other):
        registry._request_header_provider_registry.register(provider)
    client = mlflow.MlflowClient(url)
    client.get_experiment("0")
    client.get_experiment("0")
    assert [(each["X-Token"], each["X-Who"]) for each in got] == [("1", "one two"), ("2", "one two")]
    assert "the plugin is broken" in caplog.text


def test_given_headers_win() -> None:
    registry._request_header_provider_registry.register(lambda: Expiring())
    assert registry.resolve_request_headers({"X-Who": "me"}) == {"X-Token": "1", "X-Who": "me"}
