"""`search_runs` as a DataFrame: the same table from columns as from runs, on a folder and over HTTP."""

from __future__ import annotations

import math
import random
from pathlib import Path

import pandas.testing
import pytest

import mlflow
from millrace.errors import ResourceMissing
from millrace.model import Metric, Param, RunTag
from mlflow.client import columns
from mlflow.fluent import frames
from tests.serving import running_server

_SEARCHES: list[dict[str, object]] = [
    {},
    {"order_by": ["metrics.a DESC", "params.p"]},
    {"filter_string": "metrics.a > 0.3 OR params.p = 'x'", "order_by": ["start_time ASC"]},
    {"filter_string": "tags.t LIKE '%1%'", "max_results": 7},
    {"run_view_type": 3, "max_results": 23},
    {"filter_string": "metrics.nothing > 1"},
    {"max_results": 0},
]


def _log_runs() -> str:
    client, rng = mlflow.MlflowClient(), random.Random(5)
    experiment = client.create_experiment("e")
    for number in range(40):
        run_id = client.create_run(experiment, start_time=1000 + number % 7, run_name=f"r{number}").info.run_id
        values = [(key, rng.choice([rng.random(), math.nan, math.inf, 7.0])) for key in "abc" if rng.random() < 0.6]
        params = [Param(key, rng.choice("xyz")) for key in "pq" if rng.random() < 0.5]
        tags = [RunTag("t", str(number))] if rng.random() < 0.5 else []
        client.log_batch(run_id, [Metric(key, value, 1, 1) for key, value in values], params, tags)
        if number % 9 == 0:
            client.set_terminated(run_id)
        if number % 11 == 0:
            client.delete_run(run_id)
    return experiment


def _check(experiment: str, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    columns_frame = frames.columns_frame
    monkeypatch.setattr(frames, "columns_frame", lambda table: seen.append(table) or columns_frame(table))
    for search in _SEARCHES:
        runs = mlflow.search_runs([experiment], output_format="list", **search)  # type: ignore[arg-type]
        table = mlflow.search_runs([experiment], **search)  # type: ignore[arg-type]
        pandas.testing.assert_frame_equal(table, frames.runs_frame(runs))
    assert len(seen) == len(_SEARCHES)


@pytest.mark.parametrize("rows", [columns._ROWS, 9])
def test_columns_give_the_same_table_as_runs(monkeypatch: pytest.MonkeyPatch, rows: int) -> None:
    monkeypatch.setattr(columns, "_ROWS", rows)  # of one window
    _check(_log_runs(), monkeypatch)


def test_the_same_over_http(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with running_server(tmp_path) as url:
        mlflow.set_tracking_uri(url)
        _check(_log_runs(), monkeypatch)


def test_a_store_that_has_never_heard_of_columns_is_asked_for_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    experiment = _log_runs()
    expected = mlflow.search_runs([experiment])

    class Foreign:
        def call(self, call: object) -> object:
            raise ResourceMissing("There is no such endpoint.", error_code="ENDPOINT_NOT_FOUND")

    monkeypatch.setattr(columns, "_foreign", set())
    monkeypatch.setattr(columns, "store_at", lambda uri: Foreign())
    for _ in range(2):
        pandas.testing.assert_frame_equal(mlflow.search_runs([experiment]), expected)
    assert columns._foreign == {mlflow.get_tracking_uri()}
