"""The client, by id: experiments, runs, pages."""

from __future__ import annotations

import os
import threading
import traceback
from pathlib import Path

import pytest

import mlflow
from mlflow import MlflowClient
from mlflow.client.paging import PagedList, all_pages
from mlflow.client.stores import store_at
from mlflow.entities import ViewType
from mlflow.exceptions import MlflowException


@pytest.fixture
def client() -> MlflowClient:
    return MlflowClient()


def test_a_client_keeps_its_stores(tmp_path: Path) -> None:
    here = MlflowClient(str(tmp_path / "a"))
    mlflow.set_tracking_uri(str(tmp_path / "b"))
    there = MlflowClient(registry_uri=str(tmp_path / "c"))
    assert (here.tracking_uri, there.tracking_uri) == (str(tmp_path / "a"), str(tmp_path / "b"))
    here.create_experiment("only here")
    assert there.get_experiment_by_name("only here") is None
    assert store_at(here.tracking_uri) is store_at(here.tracking_uri)


def test_stores_are_opened_once_by_many_threads(tmp_path: Path) -> None:
    start = threading.Barrier(8)
    found = []

    def work() -> None:
        start.wait()
        found.append(store_at(str(tmp_path / "store")))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(one) for one in found}) == 1


def test_a_uri_that_is_no_store() -> None:
    with pytest.raises(MlflowException, match="foo://x"):
        MlflowClient("foo://x").get_run("x")
    with pytest.raises(MlflowException, match="A tracking URI is a text or a Path, got int"):
        mlflow.set_tracking_uri(3)  # type: ignore[arg-type]


def test_experiments_live_and_die(client: MlflowClient) -> None:
    made = client.create_experiment("one", tags={"a": 1})
    with pytest.raises(MlflowException, match=r"Experiment\(name=one\) already exists"):
        client.create_experiment("one")
    client.rename_experiment(made, "two")
    client.set_experiment_tag(made, "b", 2)
    client.delete_experiment_tag(made, "a")
    found = client.get_experiment(made)
    assert (found.name, found.tags) == ("two", {"b": "2"})
    client.delete_experiment(made)
    assert client.get_experiment(made).lifecycle_stage == "deleted"
    client.restore_experiment(made)
    assert client.get_experiment(made).lifecycle_stage == "active"


def test_runs_live_and_die(client: MlflowClient) -> None:
    run = client.create_run("0", start_time=17, tags={"mlflow.user": "me", "n": 1}, run_name="named")
    assert (run.info.start_time, run.info.user_id, run.info.run_name) == (17, "me", "named")
    assert run.data.tags["n"] == "1"
    assert client.create_run(0).info.user_id == "unknown"  # type: ignore[arg-type]
    client.update_run(run.info.run_id, status="SCHEDULED", name="new")
    found = client.get_run(run.info.run_id)
    assert (found.info.status, found.info.run_name) == ("SCHEDULED", "new")
    client.set_terminated(run.info.run_id, "FAILED", end_time=18)
    found = client.get_run(run.info.run_id)
    assert (found.info.status, found.info.end_time) == ("FAILED", 18)
    with pytest.raises(MlflowException, match="Could not get run status corresponding to string NO"):
        client.set_terminated(run.info.run_id, "NO")
    client.delete_run(run.info.run_id)
    assert client.get_run(run.info.run_id).info.lifecycle_stage == "deleted"
    client.restore_run(run.info.run_id)
    assert client.get_run(run.info.run_id).info.lifecycle_stage == "active"


def test_runs_are_searched_page_by_page(client: MlflowClient) -> None:
    made = {client.create_run("0", start_time=number).info.run_id for number in range(7)}
    first = client.search_runs("0", max_results=3)  # type: ignore[arg-type]
    second = client.search_runs(["0"], max_results=3, page_token=first.token)
    third = client.search_runs(["0"], max_results=3, page_token=second.token)
    assert [len(first), len(second), len(third)] == [3, 3, 1]
    assert third.token is None
    assert {run.info.run_id for run in [*first, *second, *third]} == made
    assert len(mlflow.search_runs(["0"], max_results=5, output_format="list")) == 5
    ordered = mlflow.search_runs(["0"], order_by=["attributes.start_time ASC"], output_format="list")
    assert [run.info.start_time for run in ordered] == list(range(7))


def test_runs_as_a_table(client: MlflowClient) -> None:
    mlflow.set_experiment("table")
    with mlflow.start_run(run_name="a"):
        mlflow.log_metric("m", 1)
        mlflow.log_param("p", "x")
    with mlflow.start_run(run_name="b"):
        mlflow.log_metric("n", float("nan"))
        mlflow.set_tag("t", "y")
    table = mlflow.search_runs(order_by=["attributes.run_name ASC"])
    assert list(table.columns)[:6] == ["run_id", "experiment_id", "status", "artifact_uri", "start_time", "end_time"]
    assert {"metrics.m", "metrics.n", "params.p", "tags.t", "tags.mlflow.runName"} <= set(table.columns)
    assert table["metrics.m"].tolist()[0] == 1.0
    assert table["metrics.m"].isna().tolist() == [False, True]
    assert table["params.p"].tolist() == ["x", None]
    assert str(table["start_time"].dt.tz) == "UTC"
    assert mlflow.search_runs(experiment_names=["table"], filter_string="metrics.m > 0.5").shape[0] == 1
    assert mlflow.search_runs(search_all_experiments=True).shape[0] == 2


def test_searches_that_find_nothing_or_are_wrong() -> None:
    assert list(mlflow.search_runs(experiment_names=["nobody"]).columns) == [
        "run_id",
        "experiment_id",
        "status",
        "artifact_uri",
        "start_time",
        "end_time",
    ]
    with pytest.raises(MlflowException, match="Only experiment_ids or experiment_names can be used, but not both"):
        mlflow.search_runs(["0"], experiment_names=["x"])
    with pytest.raises(ValueError, match="Unsupported output format: x"):
        mlflow.search_runs(output_format="x")
    with pytest.raises(ValueError, match="Could not get valid view type"):
        ViewType.from_string("x")


def test_histories_come_in_pages(client: MlflowClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mlflow.client.logging.HISTORY_PAGE_SIZE", 10)
    run_id = client.create_run("0").info.run_id
    for number in range(35):
        client.log_metric(run_id, "m", number, timestamp=number, step=number)
    history = client.get_metric_history(run_id, "m")
    assert isinstance(history, PagedList)
    assert [one.step for one in history] == list(range(35))
    assert client.get_metric_history(run_id, "none") == []


def test_all_pages_stops_where_it_should() -> None:
    asked: list[tuple[int, str | None]] = []

    def search(size: int, token: str | None) -> PagedList[int]:
        asked.append((size, token))
        start = int(token or 0)
        return PagedList(range(start, min(start + size, 10)), str(start + size) if start + size < 10 else None)

    assert all_pages(search, 4, None) == list(range(10))
    assert all_pages(search, 4, 6) == list(range(6))
    assert all_pages(search, 4, 0) == []
    assert asked == [(4, None), (4, "4"), (4, "8"), (4, None), (2, "4")]


def test_a_forked_child_has_its_own_runs(tmp_path: Path) -> None:
    mlflow.set_experiment("forked")
    parent = mlflow.start_run()
    mlflow.log_metric("m", 1, synchronous=False)
    child = os.fork()
    if not child:
        try:
            assert mlflow.active_run() is None
            with mlflow.start_run() as run:
                mlflow.log_metric("m", 2, synchronous=False)
            (tmp_path / "child").write_text(run.info.run_id)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    mlflow.end_run()
    found = [mlflow.get_run(run_id).data.metrics for run_id in (parent.info.run_id, (tmp_path / "child").read_text())]
    assert found == [{"m": 1.0}, {"m": 2.0}]
