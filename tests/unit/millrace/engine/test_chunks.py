"""Points on their way from batches to chunks, read back at every stage."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from millrace.calls import CreateRun, GetMetricHistory, GetRun, LogBatch, UpdateRun
from millrace.engine import Engine, chunks, open_engine, points
from millrace.model import Metric
from millrace.series import chunk


@pytest.fixture(params=[50, 400])
def engine(tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """An engine with small chunks that compacts often."""
    monkeypatch.setattr(points, "PENDING", request.param)
    monkeypatch.setattr(points, "_WORTH", 1)
    monkeypatch.setattr(chunks, "CHUNK", 64)
    monkeypatch.setattr(chunk, "CHUNK", 64)
    engine = open_engine(str(tmp_path / "store"))
    yield engine
    engine.close()


def _log(engine: Engine, run: str, metrics: list[Metric]) -> None:
    for start in range(0, len(metrics), 30):
        engine.call(LogBatch(run, metrics[start : start + 30]))


def _expected(metrics: list[Metric]) -> list[tuple[int, int, float]]:
    return sorted({(one.timestamp, one.step, one.value) for one in metrics})


def _seen(engine: Engine, run: str, key: str, page: int | None) -> list[tuple[int, int, float]]:
    found: list[Metric] = []
    token = ""
    while True:
        answer = engine.call(GetMetricHistory(run, key, token, page))
        found += answer.metrics
        token = answer.next_page_token or ""
        if not token:
            return [(one.timestamp, one.step, one.value) for one in found]


def _rows(engine: Engine, sql: str) -> int:
    with engine.database.read() as db:
        row = db.row(sql)
        return int(row[0]) if row else 0


@pytest.mark.parametrize("order", ["in order", "backwards", "shuffled", "same time", "repeated"])
def test_what_is_logged_is_read_back_in_any_order_and_page_size(engine: Engine, order: str) -> None:
    run = engine.call(CreateRun("0")).run.info.run_id
    rng = random.Random(0)
    metrics = [Metric(key, float(n % 7), 1000 + n, n) for n in range(700) for key in ("a", "b")]
    if order == "backwards":
        metrics.reverse()
    elif order == "shuffled":
        rng.shuffle(metrics)
    elif order == "same time":
        metrics = [Metric("a", float(n % 3), 5, n % 100) for n in range(700)]
    elif order == "repeated":
        metrics = [metric for metric in metrics for _ in range(2)] + rng.sample(metrics, 300)
    _log(engine, run, metrics)
    assert _rows(engine, "SELECT COUNT(*) FROM chunk") > 3
    for key in {metric.key for metric in metrics}:
        expected = _expected([metric for metric in metrics if metric.key == key])
        for page in (None, 1000, 64, 37):
            assert _seen(engine, run, key, page) == expected, (key, page)


def test_points_logged_twice_are_counted_once_when_they_settle(engine: Engine) -> None:
    run = engine.call(CreateRun("0")).run.info.run_id
    metrics = [Metric("a", float(n), n, n) for n in range(300)]
    _log(engine, run, metrics)
    _log(engine, run, metrics)
    engine.call(UpdateRun(run, status="FINISHED"))
    assert _rows(engine, "SELECT COUNT(*) FROM point_batch") == 0
    assert _rows(engine, "SELECT SUM(n) FROM chunk") == 300
    with engine.database.read() as db:
        assert db.row("SELECT n, numbers, total, minimum, maximum, first_step FROM metric_latest") == (
            300,
            300,
            sum(range(300)),
            0,
            299,
            0,
        )
    assert engine.call(GetRun(run)).run.data.metrics == {"a": 299.0}


def test_chunks_of_a_series_do_not_overlap(engine: Engine) -> None:
    run = engine.call(CreateRun("0")).run.info.run_id
    metrics = [Metric("a", float(n), n, n) for n in range(1000)]
    random.Random(1).shuffle(metrics)
    _log(engine, run, metrics)
    with engine.database.read() as db:
        found = db.rows("SELECT first_ms, last_ms, n FROM chunk ORDER BY first_ms")
    assert all(earlier[1] < later[0] for earlier, later in pairwise(found))
    assert max(row[2] for row in found) <= 64
