"""Spans that were ended are there, once: processes that are killed while they trace, and while they send."""

from __future__ import annotations

import os
import random
import signal
import struct
from pathlib import Path

import pytest

from millrace.calls import BatchGetTraces, SearchTracesV3
from millrace.journal import open_journaled
from millrace.model import TraceLocation
from millrace.store import Store, open_store
from tests.faults.trainers import finished, server_on, start

KILLS = int(os.environ.get("JOURNAL_KILLS", "10")) // 3 + 1
"""How many processes are killed at moments of chance."""

_TRACE = """
import os, struct, sys
from millrace.calls import AppendSpans, TracePart
from millrace.model import Span, SpanStatus

def trace_until_killed(store):
    number = 0
    while True:
        trace_id = f"tr-{number // 4:032x}"
        parent = f"{1:016x}" if number % 4 else None
        span = Span(trace_id, f"{number % 4 + 1:016x}", "step", 10**18 + number, 10**18 + number + 1, parent,
                    SpanStatus("OK"), {"mlflow.spanInputs": '"' + "x" * (number % 700) + '"'})
        store.call(AppendSpans(traces=[TracePart(trace_id, "0")], spans=[span]))
        os.write(1, struct.pack("<I", number))  # acknowledged
        number += 1
"""
_KILLED_AT_ANY_TIME = (
    _TRACE
    + """
from millrace.journal import open_journaled
trace_until_killed(open_journaled(sys.argv[1]))
"""
)
_KILLED_AFTER_SENDING = (
    _TRACE
    + """
import signal
from pathlib import Path
from millrace.journal import Journaled
from millrace.store import open_store

class Deadly:
    def __init__(self, inner):
        self.inner, self.left = inner, int(sys.argv[2])

    def call(self, call):
        answer = self.inner.call(call)
        if isinstance(call, AppendSpans) and call.spans:
            self.left -= 1
            if not self.left:
                os.kill(os.getpid(), signal.SIGKILL)
        return answer

    def close(self):
        self.inner.close()

trace_until_killed(Journaled(Deadly(open_store(sys.argv[1])), Path(sys.argv[1], "journal"), sys.argv[1]))
"""
)


def _numbers(store: Store) -> list[int]:
    """The numbers of all spans that are stored, sorted, each as often as it is there."""
    found: list[int] = []
    token = ""
    while True:
        page = store.call(SearchTracesV3([TraceLocation.from_experiment_id("0")], "", 500, [], token))
        for start_ in range(0, len(page.traces), 100):
            ids = [one.trace_id for one in page.traces[start_ : start_ + 100]]
            for trace in store.call(BatchGetTraces(ids)).traces:
                found += [span.start_time_unix_nano - 10**18 for span in trace.spans]
        if not page.next_page_token:
            return sorted(found)
        token = page.next_page_token


def _run_and_kill(code: str, *arguments: str, after: int | None = None) -> int:
    """How many spans a process acknowledged before it was killed: by itself, or after so many bytes."""
    tracer = start(code, *arguments)
    assert tracer.stdout is not None
    pipe, data = tracer.stdout.fileno(), b""
    while (after is None or len(data) < after) and (more := os.read(pipe, 1 << 16)):
        data += more
    if after is not None:
        tracer.kill()
    while more := os.read(pipe, 1 << 16):
        data += more
    _, err = tracer.communicate(timeout=100)
    assert tracer.returncode == -signal.SIGKILL, err
    return int(struct.unpack_from("<I", data, len(data) // 4 * 4 - 4)[0]) + 1 if len(data) >= 4 else 0


@pytest.mark.parametrize("number", range(KILLS))
def test_spans_of_a_killed_process_are_there_once(tmp_path: Path, number: int) -> None:
    uri = str(tmp_path / "store")
    open_journaled(uri).close()
    count = _run_and_kill(_KILLED_AT_ANY_TIME, uri, after=random.Random(number).randrange(4, 30_000))
    store = open_journaled(uri)
    # The span that was on its way may be there, and nothing else.
    assert _numbers(store) in (list(range(count)), list(range(count + 1)))
    assert list((tmp_path / "store" / "journal").glob("*.journal")) == []
    store.close()


@pytest.mark.parametrize("kill_at", [1, 3])
def test_spans_are_stored_once_when_the_drain_is_killed_before_it_hears_the_answer(
    tmp_path: Path, kill_at: int
) -> None:
    uri = str(tmp_path / "store")
    count = _run_and_kill(_KILLED_AFTER_SENDING, uri, str(kill_at))
    store = open_journaled(uri)
    assert _numbers(store) in (list(range(count)), list(range(count + 1)))
    store.close()


def test_spans_wait_for_a_server_that_was_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MILLRACE_JOURNAL_DIR", str(tmp_path / "journals"))
    with server_on(tmp_path) as server:
        count = 0
        for after in (2000, 9000):
            server.send(signal.SIGKILL)
            # Both write the same spans: what is sent twice is there once.
            count = max(count, _run_and_kill(_KILLED_AT_ANY_TIME, server.url, after=after))
            server.start()
        store = open_journaled(server.url)
        assert _numbers(store) in (list(range(count)), list(range(count + 1)))
        store.close()


_MANY = """
import random, sys
from millrace.calls import AppendSpans, TracePart
from millrace.model import Span, SpanStatus
from millrace.store import open_store

store, mine = open_store(sys.argv[1]), int(sys.argv[2])
order = [(trace, number) for trace in range(10) for number in range(mine, 40, 8)]
random.Random(mine).shuffle(order)
for start in range(0, len(order), 5):
    parts, spans = [], []
    for trace, number in order[start : start + 5]:
        trace_id = f"tr-{trace:032x}"
        parent = f"{1:016x}" if number else None
        spans.append(Span(trace_id, f"{number + 1:016x}", "step", 10**18 + number, 10**18 + number + 10, parent,
                          SpanStatus("OK")))
        parts.append(TracePart(trace_id, "0", tags={f"by {mine}": "1"}))
    store.call(AppendSpans(traces=parts, spans=spans))
"""


@pytest.mark.parametrize("kind", ["folder", "postgres"])
def test_many_processes_make_up_the_same_traces(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    uri = str(tmp_path / "store") if kind == "folder" else request.getfixturevalue("postgres_uri")
    store = open_store(uri)
    processes = [start(_MANY, uri, str(mine)) for mine in range(8)]
    for process in processes:
        finished(process)
    assert _numbers(store) == sorted(list(range(40)) * 10)
    for one in store.call(SearchTracesV3([TraceLocation.from_experiment_id("0")])).traces:
        info = one.info()
        assert (info.state, info.request_time, info.execution_duration) == ("OK", 10**12, 0)
        assert {f"by {mine}" for mine in range(8)} <= info.tags.keys()
    store.close()
