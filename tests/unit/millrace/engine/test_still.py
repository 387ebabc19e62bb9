"""Lists of runs that are kept over writes: right after any write, and not computed again after most."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from millrace.calls import (
    Call,
    ChangeRuns,
    CreateExperiment,
    CreateLoggedModel,
    CreateRun,
    DeleteExperiment,
    DeleteRun,
    DeleteTag,
    GetRunWindow,
    LogBatch,
    LogMetric,
    RestoreExperiment,
    RestoreRun,
    SetTag,
    UpdateRun,
)
from millrace.engine import Engine, open_engine, run_order, still
from millrace.model import Metric, Param

PARENT = "mlflow.parentRunId"


@pytest.fixture(params=["folder", "postgres"])
def engines(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Engine, Engine]]:
    """Two engines on one store, as two processes have them."""
    uri = str(tmp_path / "store") if request.param == "folder" else request.getfixturevalue("postgres_uri")
    both = open_engine(uri), open_engine(uri)
    yield both
    for engine in both:
        engine.close()


@pytest.fixture
def searches(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Grows with every list that is computed."""
    found: list[object] = []
    search = run_order._found
    monkeypatch.setattr(run_order, "_found", lambda tx, search_: found.append(search_) or search(tx, search_))
    return found


def _runs(engine: Engine, count: int) -> tuple[str, list[str]]:
    id_ = engine.call(CreateExperiment("e")).experiment_id
    ids = [engine.call(CreateRun(id_, start_time=n // 2)).run.info.run_id for n in range(count)]
    for n, run_id in enumerate(ids):
        engine.call(LogBatch(run_id, [Metric("acc", n / count, 1, 0)], [Param("kind", str(n % 3))]))
    return id_, ids


def test_points_of_other_metrics_leave_lists_as_they_are(
    engines: tuple[Engine, Engine], searches: list[object]
) -> None:
    here, there = engines
    id_, ids = _runs(there, 20)
    with there.database.write() as db:  # as if it had been made long ago
        db.execute("UPDATE experiment SET updated_ms = 0")
    windows = [
        GetRunWindow([id_], columns=["metrics.loss"]),
        GetRunWindow([id_], "metrics.acc > 0.2 AND params.kind = '1'"),
        GetRunWindow([id_], order_by=["metrics.acc DESC"]),
        GetRunWindow([id_], tree="open"),
    ]
    first = [here.call(one) for one in [*windows, *windows]][4:]  # the first call of all keeps nothing
    count = len(searches)
    for step in range(3):
        there.call(LogMetric(ids[7], "loss", 1.0, 1, step))
        there.call(SetTag(ids[3], "note", str(step)))
        there.call(CreateLoggedModel(id_, f"model {step}"))
        assert [here.call(one).run_ids for one in windows] == [one.run_ids for one in first]
    shown = here.call(windows[0])
    assert shown.columns[0].values[shown.run_ids.index(ids[7])] == 1.0  # the cells are as they are now
    assert len(searches) == count
    there.call(LogMetric(ids[7], "acc", 5.0, 1, 1))
    assert here.call(windows[2]).run_ids[0] == ids[7]


def test_lists_are_right_after_any_write(engines: tuple[Engine, Engine], searches: list[object]) -> None:
    """A window of an engine that keeps lists is that of one that keeps none, whatever was written."""
    here, there = engines
    rng = random.Random(4)
    id_, ids = _runs(there, 30)
    other = there.call(CreateExperiment("other")).experiment_id
    parent = ids[0]
    windows = [
        GetRunWindow([id_]),
        GetRunWindow([id_, other], run_view_type="ALL"),
        GetRunWindow([id_], "metrics.acc > 0.5"),
        GetRunWindow([id_], "params.kind = '1' OR tags.t = 'x'", order_by=["metrics.acc"]),
        GetRunWindow([id_], order_by=["metrics.acc DESC", "tags.t"]),
        GetRunWindow([id_], order_by=["attributes.status", "metrics.loss.max"]),
        GetRunWindow([id_], tree="open"),
        GetRunWindow([id_], "metrics.acc > 0.3", tree="closed", order_by=["metrics.acc"]),
    ]
    writes: list[Callable[[str], Call[object]]] = [
        lambda run: LogMetric(run, "acc", rng.choice((0.1, 0.5, 0.9, float("nan"))), 1, rng.randrange(100)),
        lambda run: LogMetric(run, "loss", rng.random(), 1, 1),
        lambda run: SetTag(run, "t", rng.choice("xyz")),
        lambda run: SetTag(run, PARENT, rng.choice([*ids[:5], parent])),
        lambda run: DeleteTag(run, "t"),
        lambda run: UpdateRun(run, status=rng.choice(("FINISHED", "RUNNING", "FAILED"))),
        DeleteRun,
        RestoreRun,
        lambda run: CreateRun(rng.choice((id_, other)), start_time=rng.randrange(20)),
    ]
    for _ in range(120):
        write = rng.choice(writes)(rng.choice(ids))
        try:
            there.call(write)
        except Exception:
            continue  # such as a tag that is not there
        there._known.kept._entries.clear()
        for window in rng.sample(windows, 3):
            mine, theirs = here.call(window), there.call(window)
            assert (mine.run_ids, mine.depths, mine.matched) == (theirs.run_ids, theirs.depths, theirs.matched), write
    assert len(searches) > 20


def test_a_purged_run_is_gone_from_lists(engines: tuple[Engine, Engine]) -> None:
    here, there = engines
    id_, ids = _runs(there, 4)
    window = GetRunWindow([id_], run_view_type="ALL")
    for _ in range(2):
        assert set(here.call(window).run_ids) == set(ids)
    there.call(DeleteRun(ids[1]))
    assert set(here.call(window).run_ids) == set(ids)
    there.call(ChangeRuns("purge", [ids[1]]))
    assert set(here.call(window).run_ids) == {ids[0], *ids[2:]}


def test_runs_go_and_come_with_their_experiment(engines: tuple[Engine, Engine]) -> None:
    here, there = engines
    id_, ids = _runs(there, 4)
    window = GetRunWindow([id_])
    for _ in range(2):
        assert len(here.call(window).run_ids) == 4
    there.call(DeleteExperiment(id_))
    assert here.call(window).run_ids == []
    there.call(RestoreExperiment(id_))
    assert set(here.call(window).run_ids) == set(ids)


def test_too_many_writes_are_not_looked_at_one_by_one(
    engines: tuple[Engine, Engine], searches: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = engines
    id_, ids = _runs(there, 6)
    monkeypatch.setattr(still, "MOST", 3)
    window = GetRunWindow([id_], "metrics.acc < 9")
    for _ in range(2):
        here.call(window)
    count = len(searches)
    for run_id in ids[:5]:
        there.call(LogMetric(run_id, "acc", 10.0, 1, 1))
    assert here.call(window).run_ids == [ids[5]]
    assert len(searches) == count + 1
