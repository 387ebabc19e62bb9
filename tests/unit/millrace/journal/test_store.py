"""A store with a journal in front: what is logged is there, once, and what cannot be is told and kept."""

from __future__ import annotations

import json
import logging
import math
import os
from pathlib import Path
from typing import Any

import pytest

from millrace.calls import (
    Call,
    CreateLoggedModel,
    CreateRun,
    DeleteRun,
    GetRun,
    Ingest,
    LogBatch,
    LogMetric,
    LogParam,
    SeriesName,
    UpdateRun,
)
from millrace.errors import MlflowException, RestException, TemporarilyUnavailable
from millrace.journal import format as f
from millrace.journal.writer import Writer
from millrace.model import Metric, Param
from millrace.store import open_store
from tests.unit.millrace.journal.gates import Gate, journaled, log, steps


def _down(call: Call[Any]) -> None:
    raise TemporarilyUnavailable("The server is down.")


def _leave(folder: Path, run_id: str, *frames: bytes, whole: bool = True) -> Path:
    """A segment of a writer that died: two points of the series `loss`, then what is given."""
    writer = Writer(folder, lambda: None)
    assert writer.append(run_id, [Metric("loss", 1.0, 1, 0), Metric("loss", 2.0, 2, 1)])
    (segment,) = writer.own.values()
    for frame in frames:
        os.write(segment.fd, frame)
    writer.retire()
    writer.release()
    return segment.path


def test_what_is_logged_is_read_back_whole_and_in_any_order_of_calls(gate: Gate, folder: Path) -> None:
    store = journaled(gate, folder)
    run_id = store.call(CreateRun("0")).run.info.run_id
    log(store, run_id, 100)
    store.call(LogBatch(run_id, [Metric("a", math.nan, 1, 1), Metric("b", -math.inf, 1, 1)]))
    store.call(LogBatch(run_id, [Metric("c", 1.0, 1, 1)], [Param("p", "v")]))
    assert steps(store, run_id) == list(range(100))
    data = store.call(GetRun(run_id)).run.data
    assert math.isnan(data.metrics["a"])
    assert (data.metrics["b"], data.metrics["c"], data.params) == (-math.inf, 1.0, {"p": "v"})
    assert not [call for call in gate.seen if isinstance(call, LogMetric)]
    store.close()
    assert list(folder.glob("*.journal")) == []


def test_what_cannot_be_stored_is_refused_at_once_as_without_a_journal(gate: Gate, folder: Path) -> None:
    store = journaled(gate, folder)
    run_id = store.call(CreateRun("0")).run.info.run_id
    bad = [
        LogMetric(run_id, "bad!", 1.0, 1),
        LogMetric(run_id, "m", 1.0, -1),
        LogMetric(run_id, "m", 1.0, 1, 2**70),
        LogMetric(run_id, "m", 1.0, 1, 0, "m-none"),
        LogMetric(run_id, "m", 1.0, 1, 0, None, "only a name"),
        LogMetric("0" * 32, "m", 1.0, 1),
        LogBatch(run_id, [Metric("m", 1.0, 1, 1)] * 1001),
    ]
    for call in bad:
        with pytest.raises(MlflowException) as with_journal:
            store.call(call)
        with pytest.raises(MlflowException) as without:
            gate.inner.call(call)
        assert (with_journal.value.message, with_journal.value.error_code) == (
            without.value.message,
            without.value.error_code,
        )
    assert store.call(GetRun(run_id)).run.data.metrics == {}


def test_a_run_that_was_deleted_here_takes_no_more_metrics(gate: Gate, folder: Path) -> None:
    store = journaled(gate, folder)
    run_id = store.call(CreateRun("0")).run.info.run_id
    log(store, run_id, 2)
    store.call(DeleteRun(run_id))
    assert not store.append_known(run_id, "loss", 1.0, 1, 1)
    with pytest.raises(MlflowException, match="must be in the 'active' state"):
        log(store, run_id, 1)


def test_metrics_of_a_model_are_linked_to_it(gate: Gate, folder: Path) -> None:
    store = journaled(gate, folder)
    run_id = store.call(CreateRun("0")).run.info.run_id
    model = store.call(CreateLoggedModel("0", "net")).model.info.model_id
    for step in range(3):
        store.call(LogMetric(run_id, "acc", step / 10, step, step, model))
    assert steps(store, run_id, "acc") == [0, 1, 2]
    assert sum(isinstance(call, LogMetric) for call in gate.seen) == 1


def test_while_the_store_is_down_logging_goes_on_and_reading_says_where_the_values_are(
    gate: Gate, folder: Path
) -> None:
    store = journaled(gate, folder)
    run_id = store.call(CreateRun("0")).run.info.run_id
    gate.before = _down
    log(store, run_id, 50)
    with pytest.raises(TemporarilyUnavailable, match=f"waits in the journal {folder}"):
        store.call(GetRun(run_id))
    gate.before = lambda call: None
    assert steps(store, run_id) == list(range(50))


def test_a_run_that_ends_while_the_store_is_down_ends_when_it_is_back(
    gate: Gate, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MILLRACE_EXIT_TIMEOUT_S", "0")
    store = journaled(gate, folder)
    run_id = store.call(CreateRun("0")).run.info.run_id
    gate.before = _down
    log(store, run_id, 3)
    store.call(UpdateRun(run_id, "FINISHED", 4711))
    assert "mlflow sync" in (store.finish(0) or "")
    gate.before = lambda call: None
    run = store.call(GetRun(run_id)).run
    assert (run.info.status, run.info.end_time, run.data.metrics) == ("FINISHED", 4711, {"loss": 2 / 3})
    assert store.finish(1) is None
    assert list(folder.glob("*.journal")) == []


def test_an_answer_that_was_lost_stores_nothing_twice(gate: Gate, folder: Path) -> None:
    store = journaled(gate, folder)
    run_id = store.call(CreateRun("0")).run.info.run_id

    def lose(call: Call[Any]) -> None:
        if isinstance(call, Ingest):
            gate.after = lambda call: None
            raise TemporarilyUnavailable("The connection broke.")

    gate.after = lose
    log(store, run_id, 20)
    with pytest.raises(TemporarilyUnavailable):
        store.flush()
    log(store, run_id, 20, start=20)
    assert steps(store, run_id) == list(range(40))


def test_leftovers_of_dead_writers_are_stored_at_the_next_read_and_removed(gate: Gate, folder: Path) -> None:
    run_id = gate.call(CreateRun("0")).run.info.run_id
    path = _leave(folder, run_id)
    store = journaled(gate, folder)
    assert steps(store, run_id) == [0, 1]
    assert not path.exists()


def test_a_journal_of_another_machine_is_stored_and_kept_until_it_is_old(
    gate: Gate, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = gate.call(CreateRun("0")).run.info.run_id
    path = _leave(folder, run_id)
    here = os.uname()
    elsewhere = os.uname_result([here.sysname, "another machine", here.release, here.version, here.machine])
    monkeypatch.setattr(os, "uname", lambda: elsewhere)
    assert steps(journaled(gate, folder), run_id) == [0, 1]
    assert path.exists()
    os.utime(path, (1.0, 1.0))
    assert steps(journaled(gate, folder), run_id) == [0, 1]
    assert not path.exists()


def test_a_journal_of_a_living_process_is_read_too_and_left_to_it(gate: Gate, folder: Path) -> None:
    run_id = gate.call(CreateRun("0")).run.info.run_id
    writer = Writer(folder, lambda: None)
    assert writer.append(run_id, [Metric("loss", 1.0, 1, 0)])
    store = journaled(gate, folder)
    assert steps(store, run_id) == [0]
    assert writer.append_known(run_id, "loss", 2.0, 1, 2)
    assert steps(store, run_id) == [0, 1]
    assert len(list(folder.glob("*.journal"))) == 1


def test_who_may_only_read_reads_on_beside_journals_of_others(gate: Gate, folder: Path) -> None:
    run_id = gate.call(CreateRun("0")).run.info.run_id
    path = _leave(folder, run_id)
    store = journaled(gate, folder, str(folder.parent))

    def read_only(call: Call[Any]) -> None:
        if isinstance(call, Ingest):
            raise MlflowException("The database cannot be opened for writing.", "INVALID_STATE")

    gate.before = read_only
    assert store.call(GetRun(run_id)).run.data.metrics == {}
    assert path.exists()
    gate.before = lambda call: None
    assert steps(store, run_id) == [0, 1]


def test_two_readers_of_one_journal_store_it_once(gate: Gate, folder: Path) -> None:
    run_id = gate.call(CreateRun("0")).run.info.run_id
    writer = Writer(folder, lambda: None)
    assert writer.append(run_id, [Metric("loss", 1.0, 1, 0)])
    first, second = journaled(gate, folder), journaled(gate, folder)
    for step in range(1, 20):
        assert writer.append_known(run_id, "loss", 1.0, step, step)
        assert len(steps((first, second)[step % 2], run_id)) == step + 1
    stored = [call for call in gate.seen if isinstance(call, Ingest) and call.steps]
    assert sum(len(call.steps) for call in stored) >= 20
    assert steps(gate, run_id) == list(range(20))


def test_a_reader_that_finds_the_store_ahead_of_it_takes_no_series_for_another(gate: Gate, folder: Path) -> None:
    run_id = gate.call(CreateRun("0")).run.info.run_id
    writer = Writer(folder, lambda: None)
    first, second = journaled(gate, folder), journaled(gate, folder)
    for number in range(8):
        assert writer.append(run_id, [Metric(f"k{number}", float(number), 1, 1)])
        reader = (first, first, second)[number % 3]
        assert reader.call(GetRun(run_id)).run.data.metrics == {f"k{n}": float(n) for n in range(number + 1)}


def test_the_torn_last_record_of_a_dead_writer_is_dropped_and_told(
    gate: Gate, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    run_id = gate.call(CreateRun("0")).run.info.run_id
    path = _leave(folder, run_id, f.encode_point(0, 2, 3, 3.0)[:-5])
    store = journaled(gate, folder)
    assert steps(store, run_id) == [0, 1]
    assert not path.exists()
    assert "in the middle of a write" in caplog.text


def test_damage_in_the_middle_keeps_what_is_before_and_sets_the_rest_aside(
    gate: Gate, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    run_id = gate.call(CreateRun("0")).run.info.run_id
    wrong = bytearray(f.encode_point(0, 2, 3, 3.0))
    wrong[20] ^= 1
    path = _leave(folder, run_id, bytes(wrong), f.encode_point(0, 3, 4, 4.0))
    whole = path.read_bytes()
    store = journaled(gate, folder)
    assert steps(store, run_id) == [0, 1]
    assert path.with_suffix(".damaged").read_bytes() == whole
    assert caplog.text.count("is damaged at byte") == 1
    assert steps(store, run_id) == [0, 1]


def test_a_journal_of_a_newer_version_is_left_as_it_is(
    gate: Gate, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    run_id = gate.call(CreateRun("0")).run.info.run_id
    path = _leave(folder, run_id)
    data = bytearray(path.read_bytes())
    data[8] = 2
    path.write_bytes(data)
    later = _leave(folder, run_id, f._framed(b"\x63of a later type"))
    store = journaled(gate, folder)
    assert steps(store, run_id) == [0, 1]
    assert (path.read_bytes(), later.exists()) == (data, True)
    assert caplog.text.count("newer Millrace") == 2


def test_points_that_the_store_refuses_are_told_once_and_kept(
    gate: Gate, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    store = journaled(gate, folder)
    run_id, other = (store.call(CreateRun("0")).run.info.run_id for _ in range(2))
    gate.before = _down
    log(store, run_id, 3)
    store.call(LogBatch(other, [Metric("m", math.inf, 1, 1)]))
    gate.before = lambda call: None
    gate.inner.call(DeleteRun(run_id))  # from elsewhere, while the journal waits
    assert store.call(GetRun(other)).run.data.metrics == {"m": math.inf}
    (parked,) = (folder / "refused").glob("*.jsonl")
    lines = [json.loads(line) for line in parked.read_text().splitlines()]
    assert [(one["key"], one["step"], one["value"]) for one in lines] == [("loss", step, step / 3) for step in range(3)]
    assert lines[0]["run_id"] == run_id
    assert caplog.text.count("refused") == 2  # the sentence, and the name of the file in it


def test_one_value_that_a_server_cannot_take_does_not_stop_the_others(gate: Gate, folder: Path) -> None:
    store = journaled(gate, folder)
    run_id = store.call(CreateRun("0")).run.info.run_id

    def choke(call: Call[Any]) -> None:
        if isinstance(call, Ingest) and 33 in call.steps:
            raise RestException({"error_code": "BAD_REQUEST", "message": "33 is not welcome"})

    log(store, run_id, 1)
    gate.before = _down
    log(store, run_id, 99, start=1)
    gate.before = choke
    assert steps(store, run_id) == [step for step in range(100) if step != 33]
    (parked,) = (folder / "refused").glob("*.jsonl")
    assert [json.loads(line)["step"] for line in parked.read_text().splitlines()] == [33]


def test_a_server_that_knows_no_positions_gets_batches_and_everything_once(gate: Gate, folder: Path) -> None:
    store = journaled(gate, folder)
    run_id, gone = (store.call(CreateRun("0")).run.info.run_id for _ in range(2))

    def old(call: Call[Any]) -> None:
        if isinstance(call, Ingest):
            raise MlflowException("API request failed with error code 404 != 200.", "ENDPOINT_NOT_FOUND")

    gate.before = _down
    log(store, run_id, 2500)
    log(store, gone, 1)
    gate.before = old
    gate.inner.call(DeleteRun(gone))
    assert steps(store, run_id) == list(range(2500))
    batches = [call for call in gate.seen if isinstance(call, LogBatch)]
    assert max(len(call.metrics) for call in batches) == 1000
    assert len(list((folder / "refused").glob("*.jsonl"))) == 1
    count = len(batches)
    second = journaled(gate, folder)
    assert steps(second, run_id) == list(range(2500))
    assert len([call for call in gate.seen if isinstance(call, LogBatch)]) == count  # the mark was believed
    gate.before = lambda call: None  # the server was replaced by one of ours
    third = journaled(gate, folder)
    log(store, run_id, 1, start=2500)
    assert len(steps(third, run_id)) == 2501


def test_a_store_that_was_put_back_to_an_older_state_is_sent_again_what_it_lost(
    gate: Gate, folder: Path, tmp_path: Path
) -> None:
    store = journaled(gate, folder)
    run_id = store.call(CreateRun("0")).run.info.run_id
    log(store, run_id, 10)
    assert len(steps(store, run_id)) == 10
    other = open_store(str(tmp_path / "older"))
    other.call(CreateRun("0", run_id=run_id))
    log(store, run_id, 10, start=10)
    gate.inner = other  # before the drain comes round
    assert len(steps(store, run_id)) == 20


def test_params_are_logged_after_the_metrics_before_them(gate: Gate, folder: Path) -> None:
    store = journaled(gate, folder)
    run_id = store.call(CreateRun("0")).run.info.run_id
    log(store, run_id, 2)
    store.call(LogParam(run_id, "p", "1"))
    order = [type(call).__name__ for call in gate.seen if isinstance(call, Ingest | LogParam)]
    assert order == ["Ingest", "LogParam"]


def test_the_journal_goes_on_in_a_new_segment_when_one_is_full(
    gate: Gate, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("millrace.journal.writer.SEGMENT_BYTES", 5000)
    store = journaled(gate, folder)
    run_id = store.call(CreateRun("0")).run.info.run_id
    gate.before = _down
    log(store, run_id, 1000)
    assert len(list(folder.glob("*.journal"))) == 8
    gate.before = lambda call: None
    assert len(steps(store, run_id)) == 1000
    store.close()
    assert list(folder.glob("*.journal")) == []


def test_a_journal_as_long_as_allowed_hands_values_to_the_store(
    gate: Gate, folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("millrace.journal.writer.SEGMENT_BYTES", 1000)
    monkeypatch.setenv("MILLRACE_JOURNAL_MAX_BYTES", "2000")
    store = journaled(gate, folder)
    run_id = store.call(CreateRun("0")).run.info.run_id

    def slow(call: Call[Any]) -> None:
        if isinstance(call, Ingest):
            _down(call)

    gate.before = slow
    log(store, run_id, 100)
    gate.before = lambda call: None
    assert sum(isinstance(call, LogMetric) for call in gate.seen) > 30
    assert steps(store, run_id) == list(range(100))
    assert caplog.text.count("MILLRACE_JOURNAL_MAX_BYTES allows") >= 1


def test_series_are_named_once_in_a_segment(folder: Path) -> None:
    writer = Writer(folder, lambda: None)
    for _ in range(3):
        assert writer.append("r", [Metric("a", 1.0, 1, 1, "m-1"), Metric("a", 1.0, 1, 1), Metric("b", 1.0, 1, 1)])
    (segment,) = writer.own.values()
    data = segment.path.read_bytes()
    stretch = f.Stretch([], 0)
    stretch.read(data[f.decode_header(data).length :], 100)
    assert stretch.series == [SeriesName("r", "a", "m-1"), SeriesName("r", "a"), SeriesName("r", "b")]
    assert stretch.points.which == [0, 1, 2] * 3
    writer.retire()
    writer.release()
