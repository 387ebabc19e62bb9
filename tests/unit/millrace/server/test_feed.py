from __future__ import annotations

import json
import math
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from millrace.calls import (
    AppendSpans,
    CreateExperiment,
    CreateRun,
    GetChanges,
    GetRunWindow,
    LogMetric,
    SetTag,
    TracePart,
)
from millrace.engine import Engine, changes, open_engine
from millrace.model import Span
from millrace.server import Options, feed, make_app
from millrace.server.http import App
from millrace.server.places import Places

Ask = Callable[..., Any]


class Events:
    """A connection to the feed, read event by event."""

    def __init__(self, url: str, query: str = "", headers: str = "") -> None:
        parts = urlsplit(url)
        self._socket = socket.create_connection((parts.hostname, parts.port), timeout=20)
        path = f"/ajax-api/millrace/1/changes{'?' + query if query else ''}"
        self._socket.sendall(f"GET {path} HTTP/1.1\r\nHost: {parts.netloc}\r\n{headers}\r\n".encode())
        self._file = self._socket.makefile("rb")
        self.head = b"".join(iter(self._file.readline, b"\r\n")).decode()

    def block(self) -> dict[str, str]:
        """The fields of the next block; a comment's name is empty."""
        size = int(self._file.readline(), 16)
        if not size:
            return {}
        text = self._file.read(size).decode()
        self._file.readline()
        assert text.endswith("\n\n")
        return dict(line.split(": ", 1) for line in text.strip().splitlines())

    def next(self) -> Any:
        """The data of the next event."""
        while "data" not in (block := self.block()):
            assert block, "the feed has ended"
        found = json.loads(block["data"])
        assert str(found["cursor"]) == block["id"]
        return found

    def until(self, run_id: str) -> list[Any]:
        """Events up to the first that tells of a run."""
        found = [self.next()]
        while run_id not in [one["run_id"] for one in found[-1]["runs"]]:
            found.append(self.next())
        return found

    def close(self) -> None:
        self._file.close()
        self._socket.close()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Engine]:
    engine = open_engine(str(tmp_path / "store"))
    yield engine
    engine.close()


@pytest.fixture
def server(store: Engine, listening: Callable[[App], str], monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(feed, "PAUSE_S", 0.02)
    stopping: list[bool] = []
    yield listening(make_app(store, Places(None), Options(), stopping=lambda: bool(stopping)))
    stopping.append(True)


@pytest.fixture
def follow(server: str) -> Iterator[Callable[..., Events]]:
    """Connects to the feed."""
    opened: list[Events] = []

    def connect(query: str = "", headers: str = "") -> Events:
        opened.append(Events(server, query, headers))
        return opened[-1]

    yield connect
    for one in opened:
        one.close()


def test_changes_of_any_process_are_pushed(store: Engine, tmp_path: Path, follow: Callable[..., Events]) -> None:
    events = follow()
    assert "text/event-stream" in events.head
    assert "content-encoding" not in events.head
    assert events.next()["runs"] == []
    run = store.call(CreateRun("0")).run.info.run_id
    assert {"run_id": run, "experiment_id": "0"} in events.until(run)[-1]["runs"]
    other = open_engine(str(tmp_path / "store"))  # as a training writes into the folder
    theirs = other.call(CreateRun("0")).run.info.run_id
    assert events.until(theirs)
    other.close()


def test_a_change_is_told_again_when_its_second_is_over(
    store: Engine, follow: Callable[..., Events], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "_AGAIN_S", (0.1,))
    events = follow()
    events.next()
    run = store.call(CreateRun("0")).run.info.run_id
    events.until(run)
    store.call(LogMetric(run, "m", 1.0, 1, 1))  # within the second: not written down
    assert events.until(run)


def test_who_comes_back_hears_what_was_missed(store: Engine, follow: Callable[..., Events]) -> None:
    store.call(CreateRun("0"))
    cursor = store.call(GetRunWindow(experiment_ids=["0"])).cursor
    run = store.call(CreateRun("0")).run.info.run_id
    for events in (follow(f"cursor={cursor}"), follow("cursor=1", f"Last-Event-ID: {cursor}\r\n")):
        first = events.next()
        assert run in [one["run_id"] for one in first["runs"]]
        assert "all" not in first
        assert first["cursor"] > cursor
    assert follow("cursor=1").next()["all"]


def _told(event: Any) -> set[str]:
    return {one["run_id"] for one in event["runs"]}


def test_a_page_that_connects_after_it_loaded_is_not_told_what_it_got(
    store: Engine, follow: Callable[..., Events], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever stands for nothing any more was in the page's own answers; what came while it loaded was not."""
    monkeypatch.setattr(feed, "_STANDS_MS", 300)
    monkeypatch.setattr(feed, "_AGAIN_S", (0.2,))
    monkeypatch.setattr(feed, "STILL_THERE_S", 0.1)
    got = {store.call(CreateRun("0")).run.info.run_id for _ in range(3)}
    time.sleep(0.6)
    opened = time.monotonic()
    meanwhile = store.call(CreateRun("0")).run.info.run_id
    events = follow(f"ago={math.ceil((time.monotonic() - opened) * 1000)}")
    first = events.next()
    assert _told(first) == {meanwhile}
    assert "all" not in first
    later = store.call(CreateRun("0")).run.info.run_id
    heard = events.until(later)
    assert set().union(*map(_told, heard)) <= {meanwhile, later}, got


def test_who_has_read_the_present_state_is_told_nothing(
    server: str, ask: Ask, store: Engine, follow: Callable[..., Events], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was written just now is in the answers of a page that read it since; only a commit after that is news."""
    monkeypatch.setattr(feed, "_AGAIN_S", (0.1, 0.2))

    def state() -> str:
        """As a page's answers name it."""
        reply = ask(
            "GET", f"{server}/ajax-api/2.0/mlflow/experiments/get?experiment_id=0", headers={"millrace-state": "?"}
        )
        return str(reply.headers["millrace-state"])

    state()  # from the first time that somebody asks, states are told apart
    got = store.call(CreateRun("0")).run.info.run_id
    read = state()
    assert read == state() != ""
    same, unknown = follow(f"ago=60000&state={read}"), follow("ago=60000")
    assert _told(same.next()) == set()
    assert got in _told(unknown.next())
    time.sleep(0.5)  # the change would be told again in this time
    later = store.call(CreateRun("0")).run.info.run_id
    assert read != state()
    assert set().union(*map(_told, same.until(later)[:-1])) == set()
    assert {got, later} <= _told(follow(f"ago=60000&state={read}").next())


def test_answers_name_their_state_only_to_who_asks(server: str, ask: Ask) -> None:
    assert "millrace-state" not in ask("GET", f"{server}/api/2.0/mlflow/experiments/get?experiment_id=0").headers


def test_a_flood_before_a_page_was_opened_is_no_news(
    store: Engine, follow: Callable[..., Events], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "_STANDS_MS", 300)
    monkeypatch.setattr(feed, "_AGAIN_S", (0.2,))
    monkeypatch.setattr(changes, "MANY", 10)
    store.call_many([CreateRun("0") for _ in range(30)])
    time.sleep(0.6)
    events = follow("ago=0")
    first = events.next()
    run = store.call(CreateRun("0")).run.info.run_id
    assert not any("all" in one for one in [first, *events.until(run)])


def test_nothing_is_lost_between_reading_and_connecting(
    server: str, store: Engine, tmp_path: Path, follow: Callable[..., Events]
) -> None:
    """While others write at full speed, every run is in what a page reads or in what it is told."""
    wanted = 150
    code = (
        "import sys\n"
        "from millrace.calls import CreateRun\n"
        "from millrace.engine import open_engine\n"
        "engine = open_engine(sys.argv[1])\n"
        f"for n in range({wanted}): engine.call(CreateRun('0')); print(n, flush=True)\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "store")]
    pages = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        for line in writer.stdout:
            if int(line) % 30 == 10:
                opened = time.monotonic()
                read = set(store.call(GetRunWindow(experiment_ids=["0"], limit=1000)).run_ids)
                pages.append((read, follow(f"ago={math.ceil((time.monotonic() - opened) * 1000)}")))
    assert writer.returncode == 0
    everything = set(store.call(GetRunWindow(experiment_ids=["0"], limit=1000)).run_ids)
    assert len(everything) == wanted
    assert len(pages) == 5
    for read, events in pages:
        while read < everything:
            read |= _told(events.next())


def test_only_what_is_wanted_is_told(store: Engine, follow: Callable[..., Events]) -> None:
    wanted, other = (store.call(CreateExperiment(name)).experiment_id for name in ("a", "b"))
    events = follow(f"experiment_ids={wanted}")
    events.next()
    store.call(CreateRun(other))
    run = store.call(CreateRun(wanted)).run.info.run_id
    heard = events.until(run)
    assert {one["experiment_id"] for event in heard for one in event["runs"]} == {wanted}
    assert {one for event in heard for one in event["experiments"]} <= {wanted}


def test_a_flood_is_told_as_one(store: Engine, follow: Callable[..., Events], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "MANY", 10)
    cursor = store.call(GetChanges()).cursor
    store.call_many([CreateRun("0") for _ in range(20)])
    first = follow(f"cursor={cursor}").next()
    assert first["all"]
    assert first["runs"] == []


def test_signs_of_life_move_the_cursor_on(
    store: Engine, follow: Callable[..., Events], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "STILL_THERE_S", 0.05)
    monkeypatch.setattr(changes, "_SURE_MS", 0)
    events = follow()
    cursor = events.next()["cursor"]
    ids = [int(events.block()["id"]) for _ in range(4)]
    assert ids[-1] > cursor


def test_nobody_who_listens_costs_nothing_and_stopping_ends_all(
    store: Engine, listening: Callable[[App], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    call = store.call
    monkeypatch.setattr(feed, "PAUSE_S", 0.02)
    monkeypatch.setattr(store, "call", lambda one: (asked.append(one), call(one))[1])
    stopping: list[bool] = []
    server = listening(make_app(store, Places(None), Options(), stopping=lambda: bool(stopping)))
    assert asked == []
    events = Events(server)
    events.next()
    stopping.append(True)
    while events.block():
        pass
    events.close()


def test_a_bad_cursor_is_refused(server: str, ask: Ask) -> None:
    for name in ("cursor", "ago"):
        reply = ask("GET", f"{server}/api/millrace/1/changes?{name}=x")
        assert reply.status == 400
        assert name in reply.json["message"]
    assert ask("HEAD", f"{server}/api/millrace/1/changes").headers["content-type"] == "text/event-stream"


def test_tags_are_changes_too(store: Engine, follow: Callable[..., Events]) -> None:
    run = store.call(CreateRun("0")).run.info.run_id
    events = follow()
    events.next()
    store.call(SetTag(run, "a", "b"))
    assert events.until(run)


def test_traces_are_told_by_their_experiment(store: Engine, follow: Callable[..., Events]) -> None:
    events = follow()
    assert "traces" not in events.next()
    span = Span("tr-1", "0" * 15 + "1", "step", 1, 2)
    store.call(AppendSpans(traces=[TracePart("tr-1", "0")], spans=[span]))
    told = events.next()
    assert told["traces"] == ["0"]
    assert (told["runs"], told["experiments"]) == ([], [])
