"""Spans in a journal: between points and calls, refused, too long, against servers that know no positions."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

import pytest

from millrace.calls import Appended, AppendSpans, Call, CreateRun, GetTrace, Ingest, TracePart
from millrace.errors import MlflowException, RestException, TemporarilyUnavailable
from millrace.journal import Journaled
from millrace.journal import format as f
from millrace.model import Span, SpanEvent, SpanStatus
from millrace.store import Store
from tests.unit.millrace.journal.gates import Gate, journaled, log, steps

TRACE = "tr-" + "ab" * 16


def append(store: Store, number: int, trace_id: str = TRACE, text: str = '"x"', experiment_id: str = "0") -> Appended:
    parent = f"{1:016x}" if number > 1 else None
    span = Span(trace_id, f"{number:016x}", "step", number, number + 1, parent, SpanStatus("OK"), {"a": text})  # type: ignore[arg-type]
    return store.call(AppendSpans(traces=[TracePart(trace_id, experiment_id)], spans=[span]))


def numbers(store: Store, trace_id: str = TRACE) -> list[int]:
    return [one.start_time_unix_nano for one in store.call(GetTrace(trace_id)).trace.spans]


def _down(call: Call[object]) -> None:
    raise TemporarilyUnavailable("The server is down.")


def _without_positions(call: Call[object]) -> None:
    if isinstance(call, Ingest) or (isinstance(call, AppendSpans) and call.writer_id):
        raise MlflowException("API request failed with error code 404 != 200.", "ENDPOINT_NOT_FOUND")


def test_spans_are_read_in_the_order_of_frames_and_apart_from_points() -> None:
    point = f.encode_point(0, 1, 2, 3.0)
    data = f.encode_spans(b"{1}") + f.encode_spans(b"{2}") + point + f.encode_spans(b"{3}") + f.encode_call("c", b"{}")
    assert f.encode_spans(b"{}")[8:] == b"\x05{}"
    end, seen = 0, []
    while end < len(data):
        stretch = f.Stretch([f.SeriesName("r", "k")], end)
        stretch.read(data[end:], 1000)
        assert stretch.end > end
        seen.append((list(stretch.spans), len(stretch.points.which), len(stretch.calls)))
        end = stretch.end
    assert seen == [([b"{1}", b"{2}"], 0, 0), ([], 1, 0), ([b"{3}"], 0, 0), ([], 0, 1)]


def test_a_stretch_of_spans_has_bounds() -> None:
    frame = f.encode_spans(b"x" * 100_000)
    stretch = f.Stretch([], 0)
    stretch.read(frame * 20, 1000)
    assert len(stretch.spans) == f.SPAN_BYTES // 100_000 + 1
    few = f.Stretch([], 0)
    few.read(frame * 20, 3)
    assert len(few.spans) == 3


def test_spans_ride_the_journal_and_are_read_back(gate: Gate, folder: Path) -> None:
    store = journaled(gate, folder)
    gate.before = _down
    for number in range(1, 30):
        assert append(store, number) == Appended()
    gate.before = lambda call: None
    assert numbers(store) == list(range(1, 30))
    sent = [call for call in gate.seen if isinstance(call, AppendSpans)]
    assert all(call.writer_id for call in sent)
    # the trace is named once in a call, not once for each span
    assert max(len(call.traces) for call in sent) == 1


@pytest.mark.parametrize("knows_positions", [True, False])
def test_a_span_that_cannot_be_read_back_holds_nothing_up(gate: Gate, folder: Path, knows_positions: bool) -> None:
    store = journaled(gate, folder)
    gate.before = _down
    append(store, 1)
    event = SpanEvent("odd")
    event.timestamp = "yesterday"  # type: ignore[assignment]
    odd = Span(TRACE, f"{2:016x}", "step", 2, 3, None, SpanStatus("OK"), {}, [event])
    store.call(AppendSpans(traces=[TracePart(TRACE, "0")], spans=[odd]))
    append(store, 3)
    gate.before = (lambda call: None) if knows_positions else _without_positions
    assert numbers(store) == [1, 3]
    (kept,) = (json.loads(line) for path in folder.rglob("refused/*.jsonl") for line in path.read_text().splitlines())
    assert "yesterday" in kept["fields"]
    assert "timestamp" in kept["reason"]


def test_spans_points_and_calls_are_stored_side_by_side(gate: Gate, folder: Path) -> None:
    store = journaled(gate, folder)
    run_id = store.call(CreateRun("0")).run.info.run_id
    gate.before = _down
    for number in range(1, 20):
        append(store, number)
        log(store, run_id, 1, start=number)
    gate.before = lambda call: None
    assert numbers(store) == list(range(1, 20))
    assert steps(store, run_id) == list(range(1, 20))


def test_an_answer_that_was_lost_stores_nothing_twice(gate: Gate, folder: Path) -> None:
    store = journaled(gate, folder)
    append(store, 1)

    def lose(call: Call[object]) -> None:
        if isinstance(call, AppendSpans):
            gate.after = lambda call: None
            raise TemporarilyUnavailable("The connection broke.")

    gate.after = lose
    append(store, 2)
    with contextlib.suppress(TemporarilyUnavailable):
        store.flush()
    assert numbers(store) == [1, 2]


def test_traces_that_the_store_refuses_are_kept_in_a_file(gate: Gate, folder: Path) -> None:
    store = journaled(gate, folder)
    append(store, 1)
    append(store, 1, "tr-lost", experiment_id="99")
    assert numbers(store) == [1]
    (parked,) = (folder / "refused").glob("*.jsonl")
    kept = [json.loads(line) for line in parked.read_text().splitlines()]
    assert [(one["call"], one["error_code"]) for one in kept] == [
        ("TracePart", "RESOURCE_DOES_NOT_EXIST"),
        ("Span", "RESOURCE_DOES_NOT_EXIST"),
    ]
    assert json.loads(kept[1]["fields"])["trace_id"] == "tr-lost"


def test_one_span_that_a_server_cannot_take_does_not_stop_the_others(gate: Gate, folder: Path) -> None:
    store = journaled(gate, folder)

    def choke(call: Call[object]) -> None:
        if isinstance(call, AppendSpans) and any(span.start_time_ns == 7 for span in call.spans):
            raise RestException({"error_code": "BAD_REQUEST", "message": "7 is not welcome"})

    gate.before = _down
    for number in range(1, 20):
        append(store, number)
    gate.before = choke
    assert numbers(store) == [number for number in range(1, 20) if number != 7]
    (parked,) = (folder / "refused").glob("*.jsonl")
    kept = [json.loads(line) for line in parked.read_text().splitlines() if '"Span"' in line]
    assert [json.loads(one["fields"])["start_time_ns"] for one in kept] == [7]


def test_a_span_too_long_for_the_journal_goes_to_the_store_at_once(gate: Gate, folder: Path) -> None:
    store = journaled(gate, folder)
    append(store, 1, text='"' + "x" * f.MAX_FRAME + '"')
    assert [call.writer_id for call in gate.seen if isinstance(call, AppendSpans)] == [""]
    assert numbers(store) == [1]


def test_a_server_that_knows_no_positions_gets_spans_all_the_same(gate: Gate, folder: Path) -> None:
    store = journaled(gate, folder)

    gate.before = _without_positions
    append(store, 1)
    append(store, 2)
    assert numbers(store) == [1, 2]
    append(store, 3)
    second = Journaled(gate, folder, "http://server")
    assert numbers(second) == [1, 2, 3]
