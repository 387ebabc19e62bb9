"""Series that are read by the outlines of their chunks, compared with all their points."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from millrace.calls import CreateRun, DeleteRun, GetSeries, LogBatch, UpdateRun
from millrace.engine import Engine, chunks, gc, open_engine, outlines, points
from millrace.model import Metric
from millrace.series import chunk, columns, outline


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """An engine with small chunks of small sections."""
    monkeypatch.setattr(points, "PENDING", 200)
    monkeypatch.setattr(points, "_WORTH", 1)
    for module in (chunks, chunk):
        monkeypatch.setattr(module, "CHUNK", 64)
    for module in (outlines, outline):
        monkeypatch.setattr(module, "SECTION", 16)
    monkeypatch.setattr(outline, "WORTH", 8)
    engine = open_engine(str(tmp_path / "store"))
    yield engine
    engine.close()


def _logged(engine: Engine, metrics: list[Metric]) -> str:
    run: str = engine.call(CreateRun("0")).run.info.run_id
    for start in range(0, len(metrics), 50):
        engine.call(LogBatch(run, metrics[start : start + 50]))
    return run


def _values(rng: random.Random, count: int) -> list[float]:
    values = [rng.gauss(0, 1) for _ in range(count)]
    for odd in (math.nan, math.inf, -math.inf):
        for place in rng.sample(range(count), 3):
            values[place] = odd
    return values


def _kinds(values: list[float]) -> set[str]:
    finite = [value for value in values if math.isfinite(value)]
    return {repr(value) for value in values if not math.isfinite(value)} | {repr(min(finite)), repr(max(finite))}


@pytest.mark.parametrize("order", ["rising", "falling", "shuffled"])
def test_ranges_keep_their_count_ends_extremes_and_odd_values(
    engine: Engine, order: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = random.Random(order)
    steps = list(range(3000))
    if order == "falling":
        steps.reverse()
    elif order == "shuffled":
        rng.shuffle(steps)
    values = _values(rng, len(steps))
    run = _logged(engine, [Metric("m", values[n], 10_000 + n, step) for n, step in enumerate(steps)])
    read = 0
    decoded = chunks.decode_chunks

    def counted(blobs: list[bytes]) -> object:
        nonlocal read
        read += len(blobs)
        return decoded(blobs)

    monkeypatch.setattr(chunks, "decode_chunks", counted)
    for _ in range(60):
        first, last = sorted(rng.sample(range(-50, 3050), 2))
        by_step = rng.random() < 0.5
        bounds = {"first_step": first, "last_step": last} if by_step else {"first_time": 10_000 + first}
        (whole,) = engine.call(GetSeries([run], ["m"], max_points=0, **bounds)).series or (None,)  # type: ignore[arg-type]
        (thin,) = engine.call(GetSeries([run], ["m"], max_points=56, **bounds)).series or (None,)  # type: ignore[arg-type]
        if whole is None or thin is None:
            assert whole == thin
            continue
        assert thin.count == whole.count == len(whole.steps)
        assert len(thin.steps) <= max(56, min(whole.count, 56))
        assert thin.steps == sorted(thin.steps)
        assert (thin.steps[0], thin.steps[-1]) == (whole.steps[0], whole.steps[-1])
        assert _kinds(thin.values) == _kinds(whole.values)
        everything = {step: repr(value) for step, value in zip(whole.steps, whole.values, strict=True)}
        assert all(everything[step] == repr(value) for step, value in zip(thin.steps, thin.values, strict=True))
    assert read > 0
    read = 0
    engine.call(GetSeries([run], ["m"], max_points=56))
    assert read <= 1, "a long series is read by its outlines"
    read = 0
    engine.call(GetSeries([run], ["m"], max_points=56, first_step=100, last_step=2900))
    if order != "shuffled":
        assert 1 <= read <= 3, "of a range, only the chunks at its ends are read"


def test_chunks_that_overlap_are_read(engine: Engine) -> None:
    metrics = [Metric("m", float(n), n, n) for n in range(1000)]
    run = _logged(engine, metrics)
    engine.call(UpdateRun(run, status="FINISHED"))
    with engine.database.write() as db:  # as two writers would leave it that compacted the same points
        db.execute("INSERT INTO chunk_data (data) SELECT data FROM chunk_data")
        db.execute(
            "INSERT INTO chunk SELECT run_id, key_id, first_ms, first_step,"
            " data_id + (SELECT COUNT(*) FROM chunk), last_ms, last_step, n, outline FROM chunk"
        )
    (found,) = engine.call(GetSeries([run], ["m"], max_points=56)).series
    assert found.count == 1000


def test_what_was_read_and_outlines_need_no_sorting(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    run = _logged(engine, [Metric("m", float(n % 7), 10_000 + n, n) for n in range(3000)])
    engine.call(UpdateRun(run, status="FINISHED"))

    def sorting(*_: object) -> None:
        raise AssertionError("points were in their order already")

    monkeypatch.setattr(columns.np, "lexsort", sorting)
    (found,) = engine.call(GetSeries([run], ["m"], max_points=56, first_step=100, last_step=2900)).series
    assert (found.count, found.steps[0], found.steps[-1]) == (2801, 100, 2900)


def test_points_of_batches_count_besides(engine: Engine) -> None:
    metrics = [Metric(key, float(n), n, n) for n in range(1010) for key in ("a", "b")]
    run = _logged(engine, metrics)
    found = engine.call(GetSeries([run], ["b", "none", "a"], max_points=56)).series
    assert [(one.key, one.count, one.values[-1]) for one in found] == [("b", 1010, 1009.0), ("a", 1010, 1009.0)]


def test_removing_a_run_leaves_no_chunk_behind(engine: Engine) -> None:
    run = _logged(engine, [Metric("m", float(n), n, n) for n in range(500)])
    engine.call(DeleteRun(run))
    gc.remove(engine, gc.choose(engine, gc.Selection(run_ids=[run])))
    with engine.database.read() as db:
        assert db.row("SELECT (SELECT COUNT(*) FROM chunk), (SELECT COUNT(*) FROM chunk_data)") == (0, 0)
