"""Writes that arrive together are committed together, and nobody notices."""

from __future__ import annotations

import itertools
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from millrace.calls import Call, CreateRun, GetMetricHistory, GetRun, SetTag
from millrace.engine import Engine, open_engine
from millrace.engine.tx import ANSWERS
from millrace.server import Options, make_app
from millrace.server.http import App
from millrace.server.places import Places
from millrace.server.serving import open_all
from millrace.server.writes import GROUP_BYTES

Ask = Callable[..., Any]


class Watched(Engine):
    """An engine that remembers how its calls came."""

    groups: list[int]
    """How many calls came together in the thread."""
    quick_groups: list[int]
    """And in the event loop."""

    def call_many(self, calls: Sequence[Call[Any]]) -> list[Any]:
        """Count, then answer."""
        self.groups.append(len(calls))
        return super().call_many(calls)

    def try_call_many(self, calls: Sequence[Call[Any]]) -> list[Any] | None:
        """Answer, and count if it worked."""
        results = super().try_call_many(calls)
        if results is not None:
            self.quick_groups.append(len(calls))
        return results


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Watched]:
    opened = open_engine(str(tmp_path / "store"))
    store = Watched(opened.database, opened.locations)
    store.start_upkeep()
    store.groups, store.quick_groups = [], []
    yield store
    store.close()


@pytest.fixture
def server(engine: Watched, listening: Callable[[App], str]) -> str:
    return listening(make_app(engine, Places(None), Options())) + "/api/2.0/mlflow"


def _run(engine: Engine) -> str:
    return engine.call(CreateRun("0")).run.info.run_id


def _point(run: str, step: int) -> dict[str, Any]:
    return {"run_id": run, "key": "m", "value": 1.5, "timestamp": step, "step": step}


def _waiting(engine: Watched, server: str, ask: Ask, pool: ThreadPoolExecutor, bodies: list[Any]) -> list[Future[Any]]:
    """Writes that all wait for somebody who holds the store: the first one in the thread, the rest behind it."""
    before = len(engine.groups)
    found = [pool.submit(ask, "POST", f"{server}/runs/log-metric", bodies[0])]
    while len(engine.groups) == before:
        time.sleep(0.01)
    found += [pool.submit(ask, "POST", f"{server}/runs/log-metric", body) for body in bodies[1:]]
    return found


def test_each_of_many_gets_its_own_answer(engine: Watched, server: str, ask: Ask) -> None:
    runs = [_run(engine) for _ in range(4)]

    def log(worker: int) -> list[int]:
        run = runs[worker] if worker < 4 else "0" * 32
        return [ask("POST", f"{server}/runs/log-metric", _point(run, step)).status for step in range(25)]

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(log, range(8)))
    assert found == [[200] * 25] * 4 + [[404] * 25] * 4
    for run in runs:
        assert [one.step for one in engine.call(GetMetricHistory(run, "m")).metrics] == list(range(25))


def test_reads_are_answered_while_writes_wait_and_those_then_commit_together(
    engine: Watched, server: str, ask: Ask
) -> None:
    run = _run(engine)
    for round_ in itertools.count():
        with ThreadPoolExecutor(8) as pool:
            with engine.database.write():
                writes = _waiting(engine, server, ask, pool, [_point(run, round_ * 8 + step) for step in range(8)])
                for _ in range(3):
                    assert ask("GET", f"{server}/runs/get?run_id={run}").status == 200
                assert not any(write.done() for write in writes)
            assert [write.result().status for write in writes] == [200] * 8
        assert len(engine.call(GetMetricHistory(run, "m")).metrics) == (round_ + 1) * 8
        if max(engine.quick_groups) > 1:
            break  # on a busy machine some rounds may end before the requests have come
        assert round_ < 20


def test_writes_that_refuse_or_fail_do_not_stop_those_behind_them(
    engine: Watched, server: str, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(tx: object, call: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setitem(ANSWERS, SetTag, broken)
    run = _run(engine)
    tag = {"run_id": run, "key": "k", "value": "v"}
    for _ in range(3):
        assert ask("POST", f"{server}/runs/set-tag", tag).status == 500
        assert ask("POST", f"{server}/runs/log-metric", _point("nobody", 1)).status == 404
        assert ask("POST", f"{server}/runs/log-metric", _point(run, 1)).status == 200
    with ThreadPoolExecutor(9) as pool:
        with engine.database.write():
            writes = _waiting(engine, server, ask, pool, [_point(run, step) for step in range(4)])
            writes += [pool.submit(ask, "POST", f"{server}/runs/set-tag", tag) for _ in range(2)]
            writes += [pool.submit(ask, "POST", f"{server}/runs/log-metric", _point("nobody", 1)) for _ in range(2)]
        assert [write.result().status for write in writes] == [200] * 4 + [500] * 2 + [404] * 2
    assert ask("POST", f"{server}/runs/log-metric", _point(run, 9)).status == 200


def test_a_client_that_went_away_holds_nobody_up(engine: Watched, server: str, ask: Ask) -> None:
    run = _run(engine)
    with ThreadPoolExecutor(4) as pool:
        with engine.database.write():
            writes = _waiting(engine, server, ask, pool, [_point(run, 0)])
            parts = urlsplit(server)
            body = str(_point(run, 1)).replace("'", '"').encode()
            gone = socket.create_connection((parts.hostname or "", parts.port or 0))
            gone.sendall(
                b"POST %s/runs/log-metric HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                b"Content-Length: %d\r\n\r\n%s" % (parts.path.encode(), len(body), body)
            )
            assert ask("GET", f"{server}/runs/get?run_id={run}").status == 200
            gone.close()
            writes += [pool.submit(ask, "POST", f"{server}/runs/log-metric", _point(run, 2))]
        assert [write.result().status for write in writes] == [200] * 2
    assert ask("POST", f"{server}/runs/log-metric", _point(run, 3)).status == 200
    assert {one.step for one in engine.call(GetMetricHistory(run, "m")).metrics} >= {0, 2, 3}


def test_large_and_slow_writes_stay_off_the_event_loop(engine: Watched, server: str, ask: Ask) -> None:
    run = _run(engine)
    large = {"run_id": run, "key": "k", "value": "x" * (GROUP_BYTES + 1)}
    assert ask("POST", f"{server}/runs/set-tag", large).status == 200
    assert ask("POST", f"{server}/runs/delete", {"run_id": run}).status == 200
    assert ask("POST", f"{server}/runs/restore", {"run_id": run}).status == 200
    assert (engine.groups, engine.quick_groups) == ([1, 1, 1], [])
    small = {"run_id": run, "key": "k", "value": "v"}
    assert ask("POST", f"{server}/runs/set-tag", small).status == 200
    assert engine.groups == [1, 1, 1]
    assert engine.call(GetRun(run)).run.data.tags["k"] == "v"


def test_a_server_on_postgres_lets_each_write_commit_itself(
    postgres_uri: str, listening: Callable[[App], str], ask: Ask
) -> None:
    options = Options(backend_store_uri=postgres_uri, default_artifact_root="artifacts")
    store, places = open_all(options)
    server = listening(make_app(store, places, options)) + "/api/2.0/mlflow"
    run = ask("POST", f"{server}/runs/create", {"experiment_id": "0"}).json["run"]["info"]["run_id"]
    with ThreadPoolExecutor(8) as pool:
        bodies = [_point(run, step) for step in range(40)]
        found = list(pool.map(lambda body: ask("POST", f"{server}/runs/log-metric", body).status, bodies))
    assert found == [200] * 40
    assert len(store.call(GetMetricHistory(run, "m")).metrics) == 40
    store.close()
