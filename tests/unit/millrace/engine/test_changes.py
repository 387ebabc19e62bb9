"""Changes as they are written down: by every call that makes one, seldom, and not for ever."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from millrace.calls import (
    Call,
    ChangeRuns,
    CreateExperiment,
    CreateLoggedModel,
    CreateRegisteredModel,
    CreateRun,
    DeleteExperiment,
    DeleteRun,
    DeleteTag,
    GetChanges,
    GetRun,
    Ingest,
    LogBatch,
    LogMetric,
    LogParam,
    RestoreExperiment,
    RestoreRun,
    SeriesName,
    SetExperimentTag,
    SetTag,
    UpdateExperiment,
    UpdateRun,
)
from millrace.engine import Engine, changes, gc, open_engine
from millrace.model import Metric


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_engine(str(tmp_path / "store"))
    yield engine
    engine.close()


def _since(engine: Engine, cursor: int) -> set[tuple[str, str]]:
    answer = engine.call(GetChanges(cursor))
    assert not answer.all
    return {(one.experiment_id, one.run_id) for one in answer.changes}


def test_every_call_that_changes_something_is_told(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "EVERY_S", 0.0)
    experiment = engine.call(CreateExperiment("e")).experiment_id
    run = engine.call(CreateRun(experiment)).run.info.run_id
    of_run, of_experiment = {(experiment, run)}, {(experiment, "")}
    series = [SeriesName(run, "m")]
    expected: list[tuple[Callable[[], Call[Any]], set[tuple[str, str]]]] = [
        (lambda: LogMetric(run, "m", 1.0, 1, 1), of_run),
        (lambda: LogBatch(run, [Metric("m", 1.0, 1, 1)]), of_run),
        (lambda: Ingest("w", 0, 9, series=series, which=[0], steps=[1], timestamps=[1], values=[1.0]), of_run),
        (lambda: LogParam(run, "p", "1"), of_run),
        (lambda: SetTag(run, "t", "1"), of_run),
        (lambda: DeleteTag(run, "t"), of_run),
        (lambda: UpdateRun(run, status="FINISHED"), of_run),
        (lambda: DeleteRun(run), of_run),
        (lambda: RestoreRun(run), of_run),
        (lambda: ChangeRuns("set_tag", [run], key="k", value="v"), of_run),
        (lambda: ChangeRuns("set_tag", [run], key="k", value="v"), set()),
        (lambda: SetExperimentTag(experiment, "k", "v"), of_experiment),
        (lambda: UpdateExperiment(experiment, "other"), of_experiment),
        (lambda: CreateLoggedModel(experiment, "m"), of_experiment),
        (lambda: DeleteExperiment(experiment), of_experiment),
        (lambda: RestoreExperiment(experiment), of_experiment),
        (lambda: CreateRegisteredModel("m"), {("", "")}),
        (lambda: GetRun(run), set()),
    ]
    for make, told in expected:
        cursor = engine.call(GetChanges()).cursor
        engine.call(make())
        assert _since(engine, cursor) == told, make()
    engine.call(DeleteRun(run))
    cursor = engine.call(GetChanges()).cursor
    gc.remove(engine, gc.choose(engine, gc.Selection(run_ids=[run])))
    assert _since(engine, cursor) == of_run


def test_what_is_written_to_all_the_time_is_told_once_a_second(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(changes, "monotonic", lambda: now)
    start = engine.call(GetChanges()).cursor
    run = engine.call(CreateRun("0")).run.info.run_id
    seqs = []
    for step in range(30):
        now = 1000.0 + step / 10
        engine.call_many([LogMetric(run, "m", 1.0, 1, step), LogMetric(run, "n", 1.0, 1, step)])
        seqs += [one.seq for one in engine.call(GetChanges(start)).changes if one.run_id == run]
    assert len(set(seqs)) == 3
    assert seqs == sorted(seqs)


def test_what_is_refused_or_rolled_back_is_not_told(engine: Engine) -> None:
    cursor = engine.call(GetChanges()).cursor
    results = engine.call_many([SetTag("0" * 32, "a", "b"), CreateRun("77")])
    assert all(isinstance(one, Exception) for one in results)
    assert _since(engine, cursor) == set()


def test_other_writers_are_seen_and_clocks_never_go_back(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = engine.call(CreateRun("0")).run.info.run_id
    cursor = engine.call(GetChanges()).cursor
    monkeypatch.setattr(changes, "now_ms", lambda: 5)
    other = open_engine(str(tmp_path / "store"))
    other.call(SetTag(run, "a", "b"))
    other.close()
    assert _since(engine, cursor) == {("0", run)}
    assert engine.call(GetChanges()).cursor > cursor


def test_many_changes_are_told_as_all_and_old_ones_are_forgotten(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "MANY", 5)
    cursor = engine.call(GetChanges()).cursor
    runs = [engine.call(CreateRun("0")).run.info.run_id for _ in range(5)]
    assert engine.call(GetChanges(cursor)).all, "with the experiment itself"
    monkeypatch.setattr(changes, "MANY", 6)
    assert not engine.call(GetChanges(cursor)).all
    cursor = engine.call(GetChanges()).cursor
    monkeypatch.setattr(changes, "EVERY_S", 0.0)
    monkeypatch.setattr(changes, "MANY", 4)
    engine.call(ChangeRuns("delete", runs))
    assert engine.call(GetChanges(cursor)).all
    later = changes.now_ms() + changes.KEPT_MS + 60_000
    monkeypatch.setattr(changes, "now_ms", lambda: later)
    monkeypatch.setattr(changes, "_TIDY_S", 0.0)
    engine.call(RestoreRun(runs[0]))
    with engine.database.read() as db:
        assert db.row("SELECT COUNT(*) FROM change") == (1,)
    assert engine.call(GetChanges(cursor)).all
