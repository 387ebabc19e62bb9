"""What MLflow's variables about the tracking server do to scripts that name no server themselves."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

import mlflow
from mlflow.exceptions import MlflowException


class Busy:
    """A server that is never ready: it answers 503, or not at all until it is `released`."""

    def __init__(self) -> None:
        self.authorizations: list[str | None] = []
        self.released = threading.Event()
        self.released.set()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.authorizations.append(self.headers.get("Authorization"))
                outer.released.wait(30)
                try:
                    self.send_response(503)
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                except OSError:
                    pass  # the client did not wait, as it was told

            do_POST = do_GET

            def log_message(self, *arguments: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def busy(monkeypatch: pytest.MonkeyPatch) -> Iterator[Busy]:
    server = Busy()
    thread = threading.Thread(target=server.server.serve_forever, args=(0.01,))
    thread.start()
    monkeypatch.setenv("MLFLOW_TRACKING_URI", server.url)
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR", "0")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_BACKOFF_JITTER", "0")
    yield server
    server.released.set()
    server.server.shutdown()
    server.server.server_close()
    thread.join()


def test_the_server_the_experiment_and_the_run_of_a_script_that_names_none(
    served_store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", served_store)
    monkeypatch.setenv("MLFLOW_EXPERIMENT_NAME", "nightly")
    assert (mlflow.get_tracking_uri(), mlflow.is_tracking_uri_set()) == (served_store, True)
    with mlflow.start_run() as run:
        mlflow.log_metric("m", 1)
    there = mlflow.MlflowClient(tracking_uri=served_store)
    assert there.get_experiment(run.info.experiment_id).name == "nightly"
    monkeypatch.setenv("MLFLOW_RUN_ID", run.info.run_id)
    mlflow.log_param("p", 1)  # opens the run by itself
    assert mlflow.active_run().info.run_id == run.info.run_id
    mlflow.end_run()
    found = there.get_run(run.info.run_id).data
    assert (found.metrics, found.params) == ({"m": 1.0}, {"p": "1"})


def test_a_script_may_overrule_the_variable(served_store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    mlflow.set_tracking_uri(served_store)
    assert mlflow.get_experiment("0").name == "Default"


def test_credentials_of_variables_are_sent(busy: Busy, monkeypatch: pytest.MonkeyPatch) -> None:
    def ask() -> str | None:
        with pytest.raises(MlflowException):
            mlflow.get_experiment("0")
        return busy.authorizations[-1]

    assert ask() is None
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", "secret")
    assert ask() == "Bearer secret"
    monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", "me")
    monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", "pass:word")
    assert ask() == "Basic bWU6cGFzczp3b3Jk"


@pytest.mark.parametrize("retries", [0, 3])
def test_faults_that_pass_are_met_so_often(busy: Busy, retries: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", str(retries))
    with pytest.raises(MlflowException, match="503"):
        mlflow.get_experiment("0")
    assert len(busy.authorizations) == 1 + retries


def test_a_silent_server_is_not_waited_for_longer_than_said(busy: Busy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "1")
    busy.released.clear()
    with pytest.raises(MlflowException, match="timed out"):
        mlflow.get_experiment("0")
    assert not busy.released.is_set()  # it has not answered meanwhile
