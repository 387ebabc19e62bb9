"""Servers that die, hang, fail and never come back: the training goes on, and every value arrives once."""

from __future__ import annotations

import http.server
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from millrace.calls import GetRun
from millrace.journal import open_journaled
from tests.faults.trainers import Server, finished, server_on, start, steps

_TRAIN = """
import sys, time
import mlflow

mlflow.set_tracking_uri(sys.argv[1])
with mlflow.start_run() as run:
    print(run.info.run_id, flush=True)
    deadline, step = time.monotonic() + float(sys.argv[2]), 0
    while time.monotonic() < deadline:
        mlflow.log_metric("m", float(step), step=step)
        mlflow.log_metrics({"a": 1.0, "b": 2.0}, step=step)
        time.sleep(0.0005)
        step += 1
print("logged", step)
"""


def _first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def _logged(out: str) -> int:
    return int(out.rpartition("logged ")[2].split()[0])


def _assert_all_there(server: Server, run_id: str, count: int) -> None:
    store = open_journaled(server.url)
    for key in "mab":
        assert steps(store, run_id, key) == list(range(count))
    store.close()


@pytest.mark.parametrize("numbers", [(signal.SIGKILL, 0), (signal.SIGSTOP, signal.SIGCONT)], ids=["killed", "hanging"])
def test_a_server_that_goes_away_under_load_and_comes_back(tmp_path: Path, numbers: tuple[int, int]) -> None:
    away, back = numbers
    with server_on(tmp_path) as server:
        trainer = start(_TRAIN, server.url, "4", MLFLOW_HTTP_REQUEST_TIMEOUT="2")
        run_id = _first_line(trainer)
        for pause in (0.05, 0.4, 0.7):
            time.sleep(pause)
            server.send(away)
            time.sleep(0.5)
            if back:
                server.send(back)
            else:
                server.start()
        out, err = finished(trainer)
        assert "Traceback" not in err
        count = _logged(out)
        assert count > 100
        _assert_all_there(server, run_id, count)


@pytest.mark.parametrize("gone", [signal.SIGKILL, signal.SIGSTOP], ids=["refusing", "hanging"])
def test_a_server_that_is_gone_for_good_stops_nothing_and_the_values_wait(tmp_path: Path, gone: int) -> None:
    with server_on(tmp_path) as server:
        trainer = start(_TRAIN, server.url, "1.5", MILLRACE_EXIT_TIMEOUT_S="0.5")
        run_id = _first_line(trainer)
        time.sleep(0.5)
        server.send(gone)
        out, err = finished(trainer)
        assert "Traceback" not in err
        assert err.count("mlflow sync") == 1
        assert "Nothing is lost" in err
        if gone == signal.SIGKILL:
            server.start()
        else:
            server.send(signal.SIGCONT)
        store = open_journaled(server.url)
        run = store.call(GetRun(run_id)).run
        assert run.info.status == "FINISHED"
        assert run.info.end_time is not None
        _assert_all_there(server, run_id, _logged(out))
        store.close()


class _Failing(http.server.BaseHTTPRequestHandler):
    """Answers every request with 500, in the way of a proxy."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(500)
        self.send_header("Content-Length", "4")
        self.end_headers()
        self.wfile.write(b"oops")

    do_GET = do_POST

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def failing_url() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Failing)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


_LOG_TO_A_RUN = """
import sys
import mlflow

mlflow.set_tracking_uri(sys.argv[1])
for step in range(1000):
    mlflow.log_metric("m", float(step), step=step, run_id="0" * 32)
print("done")
"""


def test_a_server_that_answers_500_stops_no_training(failing_url: str) -> None:
    out, err = finished(start(_LOG_TO_A_RUN, failing_url, MILLRACE_EXIT_TIMEOUT_S="0.2"))
    assert out == "done\n"
    assert err.count("mlflow sync") == 1
