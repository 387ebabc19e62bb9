"""Runs as files: what is in them, in which order, and how mistakes are told."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from millrace.calls import CreateExperiment, CreateRun, DeleteRun, GetRunWindow, LogBatch, UpdateRun
from millrace.engine import open_engine, run_columns
from millrace.model import Metric, Param, RunTag
from millrace.server import export
from millrace.store import Store, open_store
from tests.parquet import read

Ask = Callable[..., Any]


@pytest.fixture
def store(served_store: str) -> Iterator[Store]:
    opened = open_store(served_store)
    yield opened
    opened.close()


@pytest.fixture
def experiment(store: Store) -> str:
    """Three runs, one of them deleted."""
    id_ = store.call(CreateExperiment("größe / ä")).experiment_id
    for n, name in enumerate(("plain", 'a "b", c\nd', "gone")):
        run_id = store.call(CreateRun(id_, "me", name, 1000 * n, [RunTag("t", name)])).run.info.run_id
        if n != 1:
            store.call(LogBatch(run_id, [Metric("loss", float("nan") if n else 0.5, 1)], [Param("lr", "0.1")]))
        store.call(UpdateRun(run_id, "FINISHED", 1000 * n + 500))
    store.call(DeleteRun(run_id))
    return id_


def _url(server: str, **query: object) -> str:
    return f"{server}/api/millrace/1/runs/export?{urlencode(query, doseq=True)}"


def test_csv(served_store: str, experiment: str, ask: Ask) -> None:
    reply = ask("GET", _url(served_store, experiment_ids=experiment, order_by="attributes.start_time"))
    assert reply.headers["content-type"].startswith("text/csv")
    assert "attachment; filename=" in reply.headers["content-disposition"]
    assert "gr%C3%B6%C3%9Fe-%C3%A4-20" in reply.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(reply.body.decode(), newline="")))
    assert [row["run_name"] for row in rows] == ["plain", 'a "b", c\nd']
    assert [row["metrics.loss"] for row in rows] == ["0.5", ""]
    assert [row["params.lr"] for row in rows] == ["0.1", ""]
    assert rows[1]["start_time"] == "1970-01-01T00:00:01.000Z"
    assert rows[1]["duration"] == "500"
    assert reply.body.endswith(b"\r\n")
    assert b'"a ""b"", c\nd"' in reply.body


def test_chosen_columns_in_their_order(served_store: str, experiment: str, ask: Ask) -> None:
    query = {"experiment_ids": experiment, "columns": ["tags.t", "attributes.status"], "filter": "params.lr = '0.1'"}
    assert ask("GET", _url(served_store, **query)).body == b"tags.t,status\r\nplain,FINISHED\r\n"


def test_chosen_runs_come_by_a_form(served_store: str, store: Store, experiment: str, ask: Ask) -> None:
    """However many: an address would be too long for them."""
    ids = store.call(GetRunWindow([experiment], run_view_type="ALL", order_by=["attributes.start_time"])).run_ids
    fields = {"experiment_ids": experiment, "columns": "attributes.run_id", "order_by": "attributes.start_time"}
    kind = {"Content-Type": "application/x-www-form-urlencoded"}

    def posted(**more: object) -> list[str]:
        body = urlencode({**fields, **more}, doseq=True).encode()
        reply = ask("POST", f"{served_store}/api/millrace/1/runs/export", body, kind)
        assert reply.status == 200
        return str(reply.body.decode()).split()[1:]

    many = [f"{n:032x}" for n in range(20_000)]
    assert posted(run_ids=[*many, ids[1], ids[0]]) == ids[:2]
    assert posted(not_run_ids=[*many, ids[0]]) == ids[1:2]


def test_json_lines(served_store: str, experiment: str, ask: Ask) -> None:
    reply = ask("GET", _url(served_store, format="jsonl", experiment_ids=experiment, run_view_type="ALL"))
    gone, second, first = (json.loads(line) for line in reply.body.splitlines())
    assert (gone["info"]["lifecycle_stage"], gone["data"]["metrics"]) == ("deleted", {"loss": "NaN"})
    assert (second["data"]["metrics"], second["data"]["params"]) == ({}, {})
    assert first["info"]["start_time"] == 0
    assert first["data"] == {
        "metrics": {"loss": 0.5},
        "params": {"lr": "0.1"},
        "tags": {"t": "plain", "mlflow.runName": "plain"},
    }


def test_many_windows_are_one_file(store: Store, experiment: str, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = b"".join(export._pieces(store, export.Export(experiment_ids=[experiment])))
    monkeypatch.setattr(export, "WINDOW", 1)
    assert b"".join(export._pieces(store, export.Export(experiment_ids=[experiment]))) == whole


def test_no_column_is_lost_among_many_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = open_engine(str(tmp_path / "store"))
    for n in range(40):
        run_id = engine.call(CreateRun("0", start_time=n)).run.info.run_id
        engine.call(LogBatch(run_id, [Metric("m", n, 1)], [Param("rare", "x")] if n == 17 else []))
    monkeypatch.setattr(run_columns, "_SUMMED", 1)
    pieces = b"".join(export._pieces(engine, export.Export(experiment_ids=["0"], filter="metrics.m < 39")))
    rows = list(csv.DictReader(io.StringIO(pieces.decode(), newline="")))
    assert sorted(row["params.rare"] for row in rows) == [*[""] * 38, "x"]
    engine.close()


def test_an_export_of_nothing_has_its_heading(served_store: str, ask: Ask) -> None:
    reply = ask("GET", _url(served_store, experiment_ids="0", columns="attributes.run_id"))
    assert reply.body == b"run_id\r\n"


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"filter": "metrics.x >"}, "A value is missing"),
        ({"columns": "nonsense"}, "There is no column 'nonsense'"),
        ({"format": "xls"}, "Invalid value"),
        ({"order_by": "metrics.x sideways"}, "Invalid ordering key"),
    ],
)
def test_mistakes_are_told(served_store: str, ask: Ask, query: dict[str, str], sentence: str) -> None:
    reply = ask("GET", _url(served_store, experiment_ids="0", **query))
    assert (reply.status, reply.json["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
    assert sentence in reply.json["message"]


def test_parquet(served_store: str, experiment: str, ask: Ask) -> None:
    reply = ask("GET", _url(served_store, format="parquet", experiment_ids=experiment, run_view_type="ALL"))
    assert reply.headers["content-disposition"].endswith(".parquet")
    table = read(reply.body)
    assert table["run_name"] == ["gone", 'a "b", c\nd', "plain"]
    assert str(table["metrics.loss"]) == "[nan, None, 0.5]"
    assert table["start_time"] == [2000, 1000, 0]
    assert table["duration"] == [500, 500, 500]
