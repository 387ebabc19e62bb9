"""The columns that runs have, on all the ways to them: they say the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from millrace.calls import ColumnFacts, CreateExperiment, CreateRun, DeleteRun, GetRunColumns, LogBatch
from millrace.engine import Engine, open_engine, run_columns
from millrace.model import Metric, Param


@pytest.fixture(params=["folder", "postgres"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    uri = str(tmp_path / "store") if request.param == "folder" else request.getfixturevalue("postgres_uri")
    opened = open_engine(uri)
    yield opened
    opened.close()


@pytest.fixture
def experiment(engine: Engine) -> str:
    """Thirty active runs, and two deleted ones whose values lie beyond those of the others."""
    id_ = engine.call(CreateExperiment("e")).experiment_id
    for n in range(32):
        run_id = engine.call(CreateRun(id_, start_time=n, run_name=f"r{n}")).run.info.run_id
        gone = n % 16 == 3
        value = 1e9 * (1 if n > 16 else -1) if gone else float(n)
        metrics = [Metric("all", value, 1, 0), *([Metric("half", 1.0, 1, 0)] if n % 2 else [])]
        only = [Param("gone", "x")] if gone else []
        engine.call(LogBatch(run_id, metrics, [Param("p", "zzz" if gone else f"{n % 4}"), *only]))
        if gone:
            engine.call(DeleteRun(run_id))
    return id_


def _facts(engine: Engine, experiment: str, filter_: str = "") -> tuple[dict[str, ColumnFacts], bool]:
    engine.call(CreateRun("0"))  # so that nothing is kept
    answer = engine.call(GetRunColumns([experiment], filter_))
    return {one.name: one for one in answer.columns if not one.name.startswith("tags.")}, answer.complete


def test_both_ways_say_the_same(engine: Engine, experiment: str, monkeypatch: pytest.MonkeyPatch) -> None:
    by_run = _facts(engine, experiment)
    asked: list[object] = []
    along = run_columns._along_indexes
    monkeypatch.setattr(run_columns, "_along_indexes", lambda *given: asked.append(given[2]) or along(*given))
    monkeypatch.setattr(run_columns, "_SUMMED", 20)
    along_indexes = _facts(engine, experiment)
    assert asked == ["metrics", "params", "tags"]
    facts, complete = by_run
    assert complete
    assert along_indexes[1]
    assert set(along_indexes[0]) == set(facts) == {"metrics.all", "metrics.half", "params.p"}
    for found in (facts, along_indexes[0]):
        every, half = found["metrics.all"], found["metrics.half"]
        assert (every.runs, every.minimum, every.maximum, every.most_points) == (30, 0.0, 31.0, 1)
        assert (half.runs, half.distinct) == (14, 1)
        assert found["params.p"].runs == 30
    assert (facts["params.p"].distinct, facts["params.p"].maximum) == (4, 3.0)


def test_of_too_many_runs_some_are_looked_at(engine: Engine, experiment: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_columns, "_SUMMED", 20)
    facts, complete = _facts(engine, experiment, "metrics.all < 24")
    assert not complete
    assert facts["metrics.all"].runs == 22
    assert 4 <= facts["metrics.half"].runs <= 18


def test_of_too_many_values_runs_are_extrapolated(
    engine: Engine, experiment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    id_ = engine.call(CreateExperiment("other")).experiment_id
    for n in range(200):
        run_id = engine.call(CreateRun(id_)).run.info.run_id
        engine.call(LogBatch(run_id, [Metric("a", 1.0, 1, 0), *([Metric("b", 2.0, 1, 0)] if n % 2 else [])]))
    monkeypatch.setattr(run_columns, "_ROWS", 1)
    facts, _ = _facts(engine, id_)
    assert facts["metrics.a"].runs == 200
    assert 100 <= facts["metrics.b"].runs <= 130
