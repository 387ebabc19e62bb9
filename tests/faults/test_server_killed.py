"""The server is killed under load, again and again: what it acknowledged is there, and nothing twice."""

from __future__ import annotations

import http.client
import itertools
import json
import os
import random
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from millrace.calls import GetMetricHistory, GetRun, SearchRuns
from millrace.engine import open_engine

KILLS = int(os.environ.get("MILLRACE_TEST_KILLS", "8"))
WORKERS = 6

_SERVE = """
import sys
from millrace.server import serve
from millrace.server.options import Options
serve(Options(backend_store_uri=sys.argv[1], port=int(sys.argv[2])))
"""


class Worker(threading.Thread):
    """Sends one request after the other, whatever becomes of the server, and notes what was acknowledged."""

    def __init__(self, port: int, run_id: str, numbers: itertools.count[int], stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self._port = port
        self._run_id = run_id
        self._numbers = numbers
        self._stopping = stop
        self.sent: list[tuple[str, int]] = []
        self.acknowledged: list[tuple[str, int]] = []
        self.refusals: list[str] = []

    def run(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        while not self._stopping.is_set():
            number = next(self._numbers)
            kind = random.choice(["log-metric"] * 5 + ["log-batch", "log-parameter", "set-tag", "create"])
            try:
                self.sent.append((kind, number))
                body = json.dumps(self._body(kind, number))
                path = f"/api/2.0/mlflow/runs/{kind}"
                connection.request("POST", path, body, {"Content-Type": "application/json"})
                answer = connection.getresponse()
                said = answer.read()
            except (OSError, http.client.HTTPException):  # the server is dead: the next request goes to the next one
                connection.close()
                time.sleep(0.01)
                continue
            if answer.status == 200:
                self.acknowledged.append((kind, number))
            else:
                self.refusals.append(said.decode())
        connection.close()

    def _body(self, kind: str, number: int) -> dict[str, Any]:
        point = {"key": "m", "value": number, "timestamp": number, "step": number}
        if kind == "create":
            return {"experiment_id": "0", "run_name": f"run {number}"}
        if kind == "log-batch":
            tag = {"key": f"b{number}", "value": str(number)}
            return {"run_id": self._run_id, "metrics": [point, point | {"key": "n"}], "tags": [tag]}
        if kind == "log-metric":
            return point | {"run_id": self._run_id}
        return {"run_id": self._run_id, "key": f"{kind[0]}{number}", "value": str(number)}


def _start(store: str, port: int) -> subprocess.Popen[bytes]:
    process = subprocess.Popen([sys.executable, "-c", _SERVE, store, str(port)])
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
            return process
        except OSError:
            assert process.poll() is None
            time.sleep(0.01)


@pytest.mark.timeout(60 + 10 * KILLS)
def test_what_was_acknowledged_is_there_once(tmp_path: Path, free_port: int) -> None:
    store = str(tmp_path / "store")
    server = _start(store, free_port)
    connection = http.client.HTTPConnection("127.0.0.1", free_port, timeout=30)
    headers = {"Content-Type": "application/json"}
    connection.request("POST", "/api/2.0/mlflow/runs/create", '{"experiment_id": "0"}', headers)
    run_id = json.loads(connection.getresponse().read())["run"]["info"]["run_id"]
    connection.close()
    numbers, stop = itertools.count(), threading.Event()
    workers = [Worker(free_port, run_id, numbers, stop) for _ in range(WORKERS)]
    for worker in workers:
        worker.start()
    for _ in range(KILLS):
        time.sleep(random.uniform(0.05, 0.5))
        server.kill()
        server.wait()
        server = _start(store, free_port)
    time.sleep(0.2)
    stop.set()
    for worker in workers:
        worker.join(60)
        assert not worker.is_alive()
    server.kill()
    server.wait()
    assert not [refusal for worker in workers for refusal in worker.refusals]
    sent = {one for worker in workers for one in worker.sent}
    acknowledged = {one for worker in workers for one in worker.acknowledged}
    assert len(acknowledged) > KILLS * 10
    assert len(sent - acknowledged) >= 1  # some were on their way when it died
    there = _stored(store, run_id)
    assert acknowledged - set(there) == set()
    assert set(there) - sent == set()
    assert {one: count for one, count in there.items() if count != 1} == {}


def _stored(store: str, run_id: str) -> Counter[tuple[str, int]]:
    """What of each request is there, and how often; half a batch is a failure."""
    engine = open_engine(store)
    data = engine.call(GetRun(run_id)).run.data
    points = {key: [one.step for one in engine.call(GetMetricHistory(run_id, key)).metrics] for key in ("m", "n")}
    for key, steps in points.items():
        assert data.summaries()[key].count == len(steps) == len(set(steps))
    names: list[str] = []
    token = ""
    while token is not None:
        page = engine.call(SearchRuns(["0"], max_results=1000, page_token=token))
        names += [run.info.run_name for run in page.runs if run.info.run_name.startswith("run ")]
        token = page.next_page_token or None
    engine.close()
    batches = {int(key[1:]) for key in data.tags if key[0] == "b" and key[1:].isdigit()}
    assert set(points["n"]) == batches
    assert batches <= set(points["m"])
    found = Counter(("create", int(name[4:])) for name in names)
    found.update(("log-batch", number) for number in batches)
    found.update(("log-metric", number) for number in points["m"] if number not in batches)
    found.update(("log-parameter", int(key[1:])) for key in data.params)
    found.update(("set-tag", int(key[1:])) for key in data.tags if key[0] == "s" and key[1:].isdigit())
    return found
