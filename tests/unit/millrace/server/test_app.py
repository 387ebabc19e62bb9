from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import pytest

from millrace.calls import ENDPOINTS, Call, CreatedExperiment, DeleteLoggedModelTag, Empty, MetricPage, Needs, SetTag
from millrace.engine.tx import ANSWERS as ENGINE_ANSWERS
from millrace.errors import PermissionDenied
from millrace.model import Metric
from millrace.server import Options, make_app
from millrace.server.http import App, Scope
from millrace.server.listing import ANSWERS
from millrace.server.places import Places

R = TypeVar("R")
Ask = Callable[..., Any]


class Recorder:
    """A store that remembers the calls, and answers with what it is told."""

    def __init__(self) -> None:
        self.calls: list[Call[Any]] = []
        self.answers: dict[str, Any] = {}

    def call(self, call: Call[R]) -> R:
        self.calls.append(call)
        answer = self.answers.get(type(call).__name__, Empty())
        if isinstance(answer, Exception):
            raise answer
        return answer  # type: ignore[no-any-return]

    def close(self) -> None:
        pass


@pytest.fixture
def store() -> Recorder:
    return Recorder()


@pytest.fixture
def server(store: Recorder, listening: Callable[[App], str]) -> str:
    return listening(make_app(store, Places(None), Options(expose_prometheus="on", max_body=100_000)))


def test_every_call_has_exactly_one_answer() -> None:
    assert set(ANSWERS) | set(ENGINE_ANSWERS) == set(ENDPOINTS)
    assert not set(ANSWERS) & set(ENGINE_ANSWERS)


def test_every_call_is_reached_under_both_prefixes(store: Recorder, server: str, ask: Ask) -> None:
    for call, endpoint in ENDPOINTS.items():
        if call in ANSWERS:
            continue
        for prefix in ("api", "ajax-api"):
            for method in endpoint.methods:
                path = endpoint.path.replace("{", "").replace("}", "")
                body = None if method == "GET" else {}
                reply = ask(method, f"{server}/{prefix}/{endpoint.version}/{path}", body)
                assert reply.status in (200, 400), (endpoint.name, reply)
                if reply.status == 400:
                    assert reply.json["message"].startswith("Missing value for required parameter"), endpoint.name
    assert {type(call) for call in store.calls} <= set(ENDPOINTS)
    assert store.calls


def test_fields_come_from_path_query_and_body(store: Recorder, server: str, ask: Ask) -> None:
    store.answers["GetMetricHistory"] = MetricPage([Metric("a", float("nan"), 1, 2)])
    reply = ask("GET", f"{server}/api/2.0/mlflow/metrics/get-history?run_uuid=r&metric_key=a%20%C3%A9%26&max_results=7")
    assert reply.json["metrics"][0]["value"] == "NaN"
    assert reply.headers["content-type"] == "application/json"
    ask("DELETE", f"{server}/api/2.0/mlflow/logged-models/m-1/tags/a%2Fb%20%C3%A9")
    ask("DELETE", f"{server}/api/2.0/mlflow/logged-models/m-1/tags/k", {"model_id": "other", "tag_key": "other"})
    ask("DELETE", f"{server}/api/2.0/mlflow/registered-models/delete?name=n")
    ask("DELETE", f"{server}/api/2.0/mlflow/registered-models/delete", {"name": "n"})
    ask("GET", f"{server}/api/2.0/mlflow/metrics/get-history-bulk?run_id=1&run_id=2&metric_key=a")
    ask("GET", f"{server}/api/2.0/mlflow/metrics/get-history-bulk", {"run_id": ["1", "2"], "metric_key": "a"})
    history, first, second, *deletes, bulk, bulk_as_json = store.calls
    assert bulk_as_json == bulk
    assert history.run_id == "r" and history.metric_key == "a é&" and history.max_results == 7  # type: ignore[attr-defined]
    assert first == DeleteLoggedModelTag("m-1", "a/b é")
    assert second == DeleteLoggedModelTag("m-1", "k")
    assert deletes[0] == deletes[1]
    assert bulk.run_id == ["1", "2"]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("body", "headers", "status", "sentence"),
    [
        (b'{"run_id": ', {"Content-Type": "application/json"}, 400, "not valid JSON"),
        (b"[1]", {"Content-Type": "application/json"}, 400, "expected a JSON object"),
        (b"\xff\xfe", {"Content-Type": "application/json"}, 400, ""),
        (b"[" * 50_000, {"Content-Type": "application/json"}, 400, ""),
        (b'{"x":' * 15_000, {"Content-Type": "application/json"}, 400, ""),
        (b"", {"Content-Type": "application/json"}, 400, "Missing value for required parameter 'run_id'"),
        (b"{}", {}, 400, "Bad Request. Content-Type header is missing."),
        (b"{}", {"Content-Type": "text/plain"}, 400, "Content-Type must be one of ['application/json']."),
        (b"a=b", {"Content-Type": "application/x-www-form-urlencoded"}, 400, "Content-Type must be one of"),
        (b'{"run_id":"r","key":"k","value":1.5e999999}', {"Content-Type": "application/json"}, 400, ""),
        (b'{"run_id":{},"key":"k"}', {"Content-Type": "application/json; charset=utf-8"}, 400, "run_id"),
        (b" " * 100_001, {"Content-Type": "application/json"}, 413, "larger than the 100000 bytes"),
    ],
)
def test_bad_bodies_are_refused(
    store: Recorder, server: str, ask: Ask, body: bytes, headers: dict[str, str], status: int, sentence: str
) -> None:
    reply = ask("POST", f"{server}/api/2.0/mlflow/runs/set-tag", body, headers)
    assert reply.status == status
    assert sentence in reply.json["message"]
    assert reply.json["error_code"] in ("BAD_REQUEST", "INVALID_PARAMETER_VALUE")
    assert store.calls == []


def test_a_body_without_a_declared_length_has_the_same_limit(store: Recorder, server: str) -> None:
    parts = urlsplit(server)
    with socket.create_connection((parts.hostname, parts.port)) as connection:
        connection.sendall(
            b"POST /api/2.0/mlflow/runs/set-tag HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n"
        )
        for _ in range(11):
            connection.sendall(b"2710\r\n" + b" " * 10_000 + b"\r\n")
        assert connection.recv(1000).startswith(b"HTTP/1.1 413 ")
    assert store.calls == []


def test_unknown_addresses_and_methods(server: str, ask: Ask) -> None:
    reply = ask("GET", f"{server}/api/2.0/mlflow/nope")
    assert (reply.status, reply.json["error_code"]) == (404, "ENDPOINT_NOT_FOUND")
    assert ask("GET", f"{server}/nope").status == 404
    assert ask("GET", f"{server}/api/2.0/mlflow/experiments/get/").status == 404
    assert ask("GET", f"{server}/api/2.0/mlflow/logged-models//artifacts/directories").status == 404
    reply = ask("PUT", f"{server}/api/2.0/mlflow/runs/create", {})
    assert (reply.status, reply.headers["allow"]) == (405, "OPTIONS, POST")
    assert ask("OPTIONS", f"{server}/api/2.0/mlflow/runs/create").status == 204
    assert ask("GET", f"{server}/api/2.0/mlflow/runs/get?" + "a=b&" * 2000).status == 400


def test_doubled_slashes_lead_to_the_address_without_them(store: Recorder, server: str, ask: Ask) -> None:
    for asked, meant in (
        ("/api/2.0//mlflow/runs/get?run_id=a%2F%2Fb", "/api/2.0/mlflow/runs/get?run_id=a%2F%2Fb"),
        ("//api/2.0/mlflow/runs/get", "/api/2.0/mlflow/runs/get"),
        ("/api/2.0/mlflow//logged-models///m%2F%2F1/tags", "/api/2.0/mlflow/logged-models/m%2F%2F1/tags"),
        ("//health", "/health"),
    ):
        reply = ask("POST", server + asked)
        assert (reply.status, reply.headers["location"]) == (308, meant)
    for nowhere in ("//nowhere.example/", "/api//nope", "/%2F/health"):
        assert ask("GET", server + nowhere).status == 404
    assert store.calls == []


def test_small_routes(server: str, ask: Ask) -> None:
    assert ask("GET", f"{server}/health").body == b"OK"
    assert ask("HEAD", f"{server}/health").body == b""
    assert ask("GET", f"{server}/version").body == b"3.8.1"
    metrics = ask("GET", f"{server}/metrics").body
    assert b'mlflow_http_request_total{method="GET",status="200"} 2' in metrics
    assert b"mlflow_http_request_duration_seconds_count 3" in metrics
    assert ask("GET", f"{server}/health").headers["server"] == "millrace"


def test_an_unexpected_error_is_logged_and_tells_nothing(
    store: Recorder, server: str, ask: Ask, caplog: pytest.LogCaptureFixture
) -> None:
    store.answers["SetTag"] = RuntimeError("the password is 1234")
    with caplog.at_level(logging.ERROR):
        reply = ask("POST", f"{server}/api/2.0/mlflow/runs/set-tag", {"run_id": "r", "key": "k"})
    assert (reply.status, reply.json["error_code"]) == (500, "INTERNAL_ERROR")
    assert b"1234" not in reply.body
    assert "the password is 1234" in caplog.text


def test_calls_that_wait_hold_up_no_others(store: Recorder, server: str, ask: Ask) -> None:
    gate = threading.Barrier(6, timeout=30)

    class Waiting(Recorder):
        def call(self, call: Call[R]) -> R:
            gate.wait()
            return super().call(call)

    store.call = Waiting().call  # type: ignore[method-assign]
    with ThreadPoolExecutor(5) as pool:
        body = {"run_id": "r", "key": "k"}
        replies = [pool.submit(ask, "POST", f"{server}/api/2.0/mlflow/runs/set-tag", body) for _ in range(5)]
        assert ask("GET", f"{server}/health").body == b"OK"
        gate.wait()
        assert [reply.result().status for reply in replies] == [200] * 5


def test_a_client_that_goes_away_or_floods_headers_harms_nobody(server: str, ask: Ask, store: Recorder) -> None:
    parts = urlsplit(server)
    head = b"POST /api/2.0/mlflow/runs/set-tag HTTP/1.1\r\nHost: localhost\r\n"
    with socket.create_connection((parts.hostname, parts.port)) as gone:
        gone.sendall(head + b"Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{")
    with socket.create_connection((parts.hostname, parts.port)) as flood:
        flood.settimeout(30)
        received = b""
        try:
            for number in range(20_000):
                flood.sendall(head if number == 0 else b"X-%d: %s\r\n" % (number, b"x" * 1000))
        except OSError:
            pass  # the server has closed, which is what it should do
        else:
            received = flood.recv(100)
        assert received.startswith((b"HTTP/1.1 400", b""))
    with socket.create_connection((parts.hostname, parts.port)) as garbage:
        garbage.sendall(b"\x16\x03\x01 no http at all\r\n\r\n")
        assert garbage.recv(100).startswith(b"HTTP/1.1 400")
    assert ask("GET", f"{server}/health").body == b"OK"
    assert store.calls == []


def test_a_slow_body_ends(store: Recorder, listening: Callable[[App], str]) -> None:
    server = listening(make_app(store, Places(None), Options(body_timeout=0.05)))
    parts = urlsplit(server)
    with socket.create_connection((parts.hostname, parts.port), timeout=30) as slow:
        slow.sendall(
            b"POST /api/2.0/mlflow/runs/set-tag HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            b"Content-Length: 100\r\n\r\n{"
        )
        while slow.recv(1000):
            pass  # until the server closes
    assert store.calls == []


def test_every_request_is_authorised_once_and_before_anything_is_done(
    store: Recorder, listening: Callable[[App], str], ask: Ask, tmp_path: Path
) -> None:
    asked: list[tuple[Needs, object]] = []

    async def nobody(scope: Scope, needs: Needs, what: object) -> None:
        asked.append((needs, what))
        if needs.level != "none":
            raise PermissionDenied("Permission denied")

    server = listening(make_app(store, Places(None), Options(), nobody))
    for method, path, body in (
        ("POST", "/api/2.0/mlflow/runs/set-tag", {"run_id": "r", "key": "k"}),
        ("GET", "/get-artifact?run_id=r&path=p", None),
        ("GET", "/api/2.0/mlflow/artifacts/list?run_id=r", None),
        ("PUT", "/api/2.0/mlflow-artifacts/artifacts/p", b"1"),
        ("GET", "/", None),
    ):
        reply = ask(method, server + path, body)
        assert (reply.status, reply.json["error_code"]) == (403, "PERMISSION_DENIED"), path
    assert ask("GET", f"{server}/health").status == 200
    assert len(asked) == 6
    assert asked[0] == (Needs("edit", "run"), SetTag("r", "k"))
    assert store.calls == []


def test_artifacts_only(store: Recorder, listening: Callable[[App], str], ask: Ask) -> None:
    server = listening(make_app(store, Places(None), Options(artifacts_only=True)))
    for path in ("/api/2.0/mlflow/experiments/get?experiment_id=0", "/model-versions/get-artifact"):
        reply = ask("GET", server + path)
        assert reply.status in (400, 503)
    reply = ask("GET", f"{server}/api/2.0/mlflow/experiments/get?experiment_id=0")
    assert reply.status == 503
    assert reply.body.decode() == (
        "Endpoint: /api/2.0/mlflow/experiments/get disabled due to the mlflow server running in `--artifacts-only` "
        "mode. To enable tracking server functionality, run `mlflow server` without `--artifacts-only`"
    )
    assert ask("GET", f"{server}/health").status == 200


def test_a_prefix_before_all_addresses(store: Recorder, listening: Callable[[App], str], ask: Ask) -> None:
    store.answers["CreateExperiment"] = CreatedExperiment("7")
    server = listening(make_app(store, Places(None), Options(static_prefix="/team/")))
    assert ask("GET", f"{server}/team/health").body == b"OK"
    reply = ask("POST", f"{server}/team/api/2.0/mlflow/experiments/create", {"name": "é"})
    assert reply.json == {"experiment_id": "7"}
