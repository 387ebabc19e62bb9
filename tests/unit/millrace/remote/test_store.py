from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from millrace.calls import (
    ENDPOINTS,
    CreateExperiment,
    CreateLoggedModel,
    CreateRun,
    DeleteLoggedModelTag,
    GetExperiment,
    GetMetricHistory,
    GetMetricHistoryBulk,
    GetRun,
    LogBatch,
    SetTag,
)
from millrace.errors import InvalidUrlException, MlflowException, RestException, TemporarilyUnavailable
from millrace.model import Metric
from millrace.remote import RemoteStore
from millrace.remote.store import SERVER_HEADER, request_of

RUN = {
    "run": {
        "info": {
            "run_id": "r",
            "run_uuid": "r",
            "experiment_id": "0",
            "status": "RUNNING",
            "start_time": "1",
            "user_id": "u",
        }
    }
}


class Scripted:
    """A server that answers with what is next in its script, and remembers what it was asked.

    An answer is a status, a body and headers; a body of None closes the connection without an answer.
    """

    def __init__(self) -> None:
        self.script: list[tuple[int, object, dict[str, str]]] = []
        self.asked: list[tuple[str, str, dict[str, str], bytes]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                outer.asked.append((self.command, self.path, dict(self.headers), body))
                status, told, headers = outer.script.pop(0) if outer.script else (200, {}, {})
                if told is None:
                    self.close_connection = True
                    return
                data = told if isinstance(told, bytes) else json.dumps(told).encode()
                self.send_response_only(status)
                for key, value in {"Content-Length": str(len(data)), "Server": "other", **headers}.items():
                    self.send_header(key, value)
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = do_PATCH = do_DELETE = answer

            def log_message(self, *arguments: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,))
        self.thread.start()


@pytest.fixture
def scripted() -> Iterator[Scripted]:
    server = Scripted()
    yield server
    server.server.shutdown()
    server.server.server_close()
    server.thread.join()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR", "0")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_BACKOFF_JITTER", "0")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "3")


@pytest.fixture
def store(scripted: Scripted) -> Iterator[RemoteStore]:
    opened = RemoteStore(scripted.url)
    yield opened
    opened.close()


def test_where_the_fields_of_a_call_travel() -> None:
    def sent(call: Any) -> tuple[str, str, bytes | None]:
        return request_of(call, ENDPOINTS[type(call)])

    assert sent(GetRun("a b&")) == ("/api/2.0/mlflow/runs/get", "run_id=a+b%26", None)
    assert sent(GetMetricHistoryBulk(["1", "2"], "é"))[1] == "run_id=1&run_id=2&metric_key=%C3%A9"
    assert sent(SetTag("r", "k", "ü")) == (
        "/api/2.0/mlflow/runs/set-tag",
        "",
        '{"run_id":"r","key":"k","value":"ü"}'.encode(),
    )
    assert sent(DeleteLoggedModelTag("m-1", "a/b é"))[0] == "/api/2.0/mlflow/logged-models/m-1/tags/a%2Fb%20%C3%A9"
    body = sent(LogBatch("r", [Metric("a", float("nan"), 1, 2)]))[2]
    assert body is not None and b'"NaN"' in body


@pytest.mark.parametrize("uri", ["", "ftp://host", "http://", "http://host:port", "host:5000"])
def test_addresses_that_are_none(uri: str) -> None:
    with pytest.raises(InvalidUrlException):
        RemoteStore(uri)


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_faults_that_pass_are_tried_again(scripted: Scripted, store: RemoteStore, status: int) -> None:
    scripted.script = [
        (status, b"busy", {}),
        (status, {"error_code": "INTERNAL_ERROR", "message": "?"}, {}),
        (200, RUN, {}),
    ]
    assert store.call(GetRun("r")).run.info.run_id == "r"
    assert len(scripted.asked) == 3


def test_a_connection_that_breaks_is_tried_again(scripted: Scripted, store: RemoteStore) -> None:
    scripted.script = [(0, None, {}), (200, RUN, {}), (0, None, {}), (200, {}, {})]
    assert store.call(GetRun("r")).run.info.run_id == "r"
    store.call(SetTag("r", "k"))
    assert len(scripted.asked) == 4


def test_errors_are_the_servers_own_and_final(scripted: Scripted, store: RemoteStore) -> None:
    for status, code in ((404, "RESOURCE_DOES_NOT_EXIST"), (400, "INVALID_PARAMETER_VALUE"), (500, "INVALID_STATE")):
        scripted.script = [(status, {"error_code": code, "message": "so it is"}, {})]
        with pytest.raises(RestException, match=f"^{code}: so it is$") as caught:
            store.call(GetRun("r"))
        assert caught.value.error_code == code
    assert len(scripted.asked) == 3


def test_when_nothing_helps_the_last_fault_is_told(scripted: Scripted, store: RemoteStore) -> None:
    scripted.script = [(503, b"<h1>no</h1>", {})] * 4
    with pytest.raises(MlflowException, match="failed with error code 503") as caught:
        store.call(GetRun("r"))
    assert caught.value.error_code == "TEMPORARILY_UNAVAILABLE"
    assert len(scripted.asked) == 4
    scripted.script = [(0, None, {})] * 4
    with pytest.raises(TemporarilyUnavailable, match=f"The server at {scripted.url} did not answer"):
        store.call(GetRun("r"))


def test_a_server_that_is_not_there(free_port: int) -> None:
    with pytest.raises(TemporarilyUnavailable, match="Check that it runs") as caught:
        RemoteStore(f"http://user:secret@127.0.0.1:{free_port}").call(GetRun("r"))
    assert "secret" not in caught.value.message


@pytest.mark.parametrize("body", [b"<!doctype html>hello", b"[1]", b"", b'{"run": 7}', b"\xff"])
def test_a_server_of_another_kind(scripted: Scripted, store: RemoteStore, body: bytes) -> None:
    scripted.script = [(200, body, {})]
    with pytest.raises(MlflowException, match="not that of an MLflow server"):
        store.call(GetRun("r"))


def test_redirects_and_logins_are_explained(scripted: Scripted, store: RemoteStore) -> None:
    scripted.script = [(302, b"", {"Location": "https://login.company.com/"}), (401, b"who?", {})]
    with pytest.raises(MlflowException, match=r"it redirects to https://login\.company\.com/"):
        store.call(GetRun("r"))
    with pytest.raises(MlflowException, match="MLFLOW_TRACKING_TOKEN") as caught:
        store.call(GetRun("r"))
    assert caught.value.error_code in ("UNAUTHENTICATED", "CUSTOMER_UNAUTHORIZED")


def test_creating_is_repeated_only_when_it_is_safe(scripted: Scripted, store: RemoteStore) -> None:
    ours = {"Server": "millrace"}
    # Another's server: it may have created the run before the connection broke.
    scripted.script = [(0, None, {}), (200, b"3.8.1", {})]
    with pytest.raises(TemporarilyUnavailable):
        store.call(CreateRun("0"))
    assert [path for _, path, _, _ in scripted.asked] == ["/api/2.0/mlflow/runs/create", "/version"]
    # It says that it did nothing.
    scripted.script = [(503, b"", {}), (200, RUN, {})]
    store.call(CreateRun("0"))
    # A server of ours, which knows the run again by its id.
    scripted.asked.clear()
    fresh = RemoteStore(scripted.url)
    scripted.script = [(0, None, {}), (200, b"3.8.1", ours), (502, b"", ours), (200, RUN, ours)]
    fresh.call(CreateRun("0"))
    ids = {json.loads(body)["run_id"] for _, path, _, body in scripted.asked if path != "/version"}
    assert len(scripted.asked) == 4 and len(ids) == 1
    fresh.close()
    # What has no id of its own is never repeated.
    scripted.asked.clear()
    scripted.script = [(0, None, {})]
    with pytest.raises(TemporarilyUnavailable):
        store.call(CreateExperiment("e"))
    scripted.script = [(502, b"", {})]
    with pytest.raises(MlflowException, match="502"):
        store.call(CreateExperiment("e"))
    assert len(scripted.asked) == 2


def test_ids_that_the_caller_chose_stay(scripted: Scripted, store: RemoteStore) -> None:
    scripted.script = [(200, RUN, {})]
    store.call(CreateRun("0", run_id="a" * 32))
    model = {"model": {"info": {**dict.fromkeys(("model_id", "experiment_id", "name", "artifact_uri", "status"), "x")}}}
    model["model"]["info"] |= {"creation_timestamp_ms": 1, "last_updated_timestamp_ms": 1}  # type: ignore[dict-item]
    scripted.script = [(200, model, {})]
    store.call(CreateLoggedModel("0"))
    assert json.loads(scripted.asked[0][3])["run_id"] == "a" * 32
    assert json.loads(scripted.asked[1][3])["model_id"].startswith("m-")


def test_a_history_without_a_limit_is_read_page_by_page(scripted: Scripted, store: RemoteStore) -> None:
    first = {"metrics": [{"key": "m", "value": "NaN", "timestamp": "1"}], "next_page_token": "more"}
    second = {"metrics": [{"key": "m", "value": 2, "timestamp": 2, "step": "3"}]}
    scripted.script = [(200, b"3.8.1", {}), (200, first, {}), (200, second, {})]
    points = store.call(GetMetricHistory("r", "m")).metrics
    assert [point.timestamp for point in points] == [1, 2]
    assert "max_results=25000" in scripted.asked[1][1]
    assert "page_token=more" in scripted.asked[2][1]
    scripted.script = [(200, first, {})]
    assert store.call(GetMetricHistory("r", "m", max_results=1)).next_page_token == "more"
    assert len(scripted.asked) == 4


def test_our_own_server_sends_histories_in_columns(scripted: Scripted, store: RemoteStore) -> None:
    ours = {"Server": SERVER_HEADER}
    first = {"steps": [7], "timestamps": [1], "values": ["NaN"], "next_page_token": "more"}
    second = {"steps": [8], "timestamps": [2], "values": [0.5]}
    scripted.script = [(200, b"3.8.1", ours), (200, first, ours), (200, second, ours)]
    points = store.call(GetMetricHistory("r", "m")).metrics
    assert [(point.key, point.step, point.timestamp, str(point.value)) for point in points] == [
        ("m", 7, 1, "nan"),
        ("m", 8, 2, "0.5"),
    ]
    assert all("/api/millrace/1/series/page?" in asked[1] for asked in scripted.asked[1:])
    assert "page_token=more" in scripted.asked[2][1]


def test_who_is_asking(scripted: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    def authorization(store: RemoteStore) -> str | None:
        scripted.script = [(200, RUN, {})]
        store.call(GetRun("r"))
        return scripted.asked[-1][2].get("Authorization")

    plain = RemoteStore(scripted.url)
    named = RemoteStore(scripted.url.replace("//", "//us%40er:p%3Aw@"))
    assert authorization(plain) is None
    assert authorization(named) == "Basic dXNAZXI6cDp3"  # us@er:p:w
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", "token")
    assert authorization(plain) == "Bearer token"
    monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", "u")
    monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", "p")
    assert authorization(plain) == authorization(named) == "Basic dTpw"
    plain.close()
    named.close()


def test_proxies_of_the_environment_are_used(scripted: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", scripted.url)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    scripted.script = [(200, RUN, {})]
    store = RemoteStore("http://tracking.invalid:5000")
    assert store.call(GetRun("r")).run.info.run_id == "r"
    assert scripted.asked[0][1].startswith("http://tracking.invalid:5000/api/")
    store.close()


def test_threads_share_a_store(served_store: str) -> None:
    store = RemoteStore(served_store)
    with ThreadPoolExecutor(16) as pool:
        runs = list(pool.map(lambda _: store.call(CreateRun("0")).run.info.run_id, range(64)))
        list(pool.map(lambda run: store.call(SetTag(run, "k", run)), runs))
        tags = list(pool.map(lambda run: store.call(GetRun(run)).run.data.tags["k"], runs))
    assert tags == runs and len(set(runs)) == 64
    store.close()


def test_a_forked_child_has_connections_of_its_own(served_store: str) -> None:
    store = RemoteStore(served_store)
    store.call(GetExperiment("0"))
    children = []
    for _ in range(4):
        child = os.fork()
        if child == 0:
            try:
                for _ in range(20):
                    assert store.call(GetExperiment("0")).experiment.experiment_id == "0"
                os._exit(0)
            finally:
                os._exit(1)
        children.append(child)
    for _ in range(20):
        assert store.call(GetExperiment("0")).experiment.experiment_id == "0"
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * 4
    store.close()


def test_errors_of_our_server_arrive_whole(served_store: str) -> None:
    store = RemoteStore(served_store)
    cases: list[tuple[Callable[[], object], str]] = [
        (lambda: store.call(GetRun("nope")), "RESOURCE_DOES_NOT_EXIST"),
        (lambda: store.call(CreateExperiment("Default")), "RESOURCE_ALREADY_EXISTS"),
        (lambda: store.call(GetRun("")), "INVALID_PARAMETER_VALUE"),
    ]
    for act, code in cases:
        with pytest.raises(RestException) as caught:
            act()
        assert caught.value.error_code == code
    store.close()
