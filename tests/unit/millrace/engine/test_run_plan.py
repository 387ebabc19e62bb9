"""Whatever way the planner takes, it finds the same runs in the same order."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator

import pytest

from millrace.calls import CountRuns, CreateExperiment, CreateRun, DeleteRun, LogBatch, SearchRuns
from millrace.engine import Engine, open_engine, run_plan
from millrace.model import Metric, Param, RunTag

_RUNS = 60
_FILTERS = [
    "",
    "metrics.m > 0.5",
    "metrics.m > 0.5 AND params.p = 'v1'",
    "params.p = 'v1' AND tags.t != 'x'",
    "params.p = 'v1' OR metrics.m < 0.2",
    "NOT params.p = 'v1'",
    f"params.p = '{'long ' * 30}1'",
    "metrics.nobody > 1",
    "tags.t IS NULL",
    "metrics.m = 0.25 AND status = 'RUNNING'",
]
_ORDERS = [
    [],
    ["start_time ASC"],
    ["metrics.m DESC"],
    ["metrics.m ASC", "params.p DESC"],
    ["metrics.m DESC", "start_time ASC"],
    ["metrics.nobody"],
    ["params.p", "metrics.m DESC"],
    ["end_time", "run_id DESC"],
    ["tags.t DESC"],
]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    engine = open_engine(str(tmp_path_factory.mktemp("plan") / "store"))
    rng = random.Random(0)
    for name in ("one", "two"):
        experiment = engine.call(CreateExperiment(name)).experiment_id
        for number in range(_RUNS):
            run = engine.call(CreateRun(experiment, start_time=rng.randrange(20))).run.info.run_id
            value = rng.choice([0.25, 0.5, 0.75, rng.random(), math.nan, math.inf])
            params = [Param("p", rng.choice(["v1", "v2", "long " * 30 + "1", "long " * 30 + "2"]))]
            tags = [RunTag("t", rng.choice("xyz"))] if number % 3 else []
            engine.call(LogBatch(run, [Metric("m", value, 1, 1)] if number % 5 else [], params, tags))
            if number % 11 == 0:
                engine.call(DeleteRun(run))
    yield engine
    engine.close()


def _pages(engine: Engine, filter_: str, orders: list[str], size: int, view: str, experiments: list[str]) -> list[str]:
    found: list[str] = []
    token = ""
    while True:
        page = engine.call(
            SearchRuns(experiments, filter_, run_view_type=view, max_results=size, order_by=orders, page_token=token)
        )
        assert len(page.runs) <= size
        found += [run.info.run_id for run in page.runs]
        token = page.next_page_token or ""
        if not token:
            return found


@pytest.mark.parametrize("orders", _ORDERS, ids=str)
@pytest.mark.parametrize("filter_", _FILTERS)
def test_all_ways_agree(engine: Engine, filter_: str, orders: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    for view, experiments in (("ACTIVE_ONLY", ["1"]), ("ALL", ["1", "2"])):
        monkeypatch.setattr(run_plan, "_MOST_BRANCHES", 0)
        monkeypatch.setattr(run_plan, "FEW", -1)  # never a driver, never a walk
        expected = _pages(engine, filter_, orders, 1000, view, experiments)
        assert len(set(expected)) == len(expected)
        assert engine.call(CountRuns(experiments, filter_, view)).count == len(expected)
        monkeypatch.setattr(run_plan, "_MOST_BRANCHES", 50)
        walked = _pages(engine, filter_, orders, 7, view, experiments)
        assert walked == expected
        monkeypatch.setattr(run_plan, "FEW", 2000)
        assert _pages(engine, filter_, orders, 7, view, experiments) == expected
