"""Starting, nesting, resuming and ending runs."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import mlflow
from mlflow.entities import LifecycleStage, ViewType
from mlflow.exceptions import MlflowException
from mlflow.utils.mlflow_tags import MLFLOW_PARENT_RUN_ID, MLFLOW_RUN_NAME, MLFLOW_RUN_NOTE


def _status(run_id: str) -> str:
    return mlflow.get_run(run_id).info.status


def test_the_default_store_is_a_folder_below_the_first_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not mlflow.is_tracking_uri_set()
    assert mlflow.get_tracking_uri() == (tmp_path / "mlruns").as_uri()
    monkeypatch.chdir("/")
    assert mlflow.get_tracking_uri() == (tmp_path / "mlruns").as_uri()
    with mlflow.start_run():
        mlflow.log_param("a", 1)
    assert (tmp_path / "mlruns" / "millrace.db").exists()


def test_the_tracking_uri_is_inherited_by_processes_that_are_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "replaced")  # so that the variable is put back after the test
    mlflow.set_tracking_uri(tmp_path / "store")
    asked = [sys.executable, "-c", "import mlflow; print(mlflow.get_tracking_uri())"]
    printed = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    assert printed.strip() == mlflow.get_tracking_uri() == (tmp_path / "store").as_uri()


def test_a_run_ends_with_its_block() -> None:
    with mlflow.start_run() as run:
        assert mlflow.active_run() is run
        assert _status(run.info.run_id) == "RUNNING"
    assert mlflow.active_run() is None
    assert _status(run.info.run_id) == "FINISHED"
    last = mlflow.last_active_run()
    assert last is not None
    assert last.info.run_id == run.info.run_id
    assert last.info.end_time >= last.info.start_time


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_an_exception_fails_the_run_and_passes_on(error: type[BaseException]) -> None:
    with pytest.raises(error), mlflow.start_run() as run:
        raise error
    assert _status(run.info.run_id) == "FAILED"


def test_a_block_ends_what_was_started_inside_and_left_open() -> None:
    with mlflow.start_run() as outer:
        inner = mlflow.start_run(nested=True)
    assert (_status(outer.info.run_id), _status(inner.info.run_id)) == ("FINISHED", "FINISHED")


def test_a_run_that_was_ended_inside_its_block_keeps_its_status() -> None:
    with mlflow.start_run() as run:
        mlflow.end_run("KILLED")
    assert _status(run.info.run_id) == "KILLED"


def test_a_wrong_status_leaves_the_run_active() -> None:
    run = mlflow.start_run()
    with pytest.raises(MlflowException, match="Could not get run status corresponding to string WRONG"):
        mlflow.end_run("WRONG")
    assert mlflow.active_run() is run


def test_a_second_run_needs_nested() -> None:
    run = mlflow.start_run()
    with pytest.raises(MlflowException, match=f"Run with UUID {run.info.run_id} is already active"):
        mlflow.start_run()
    with mlflow.start_run(nested=True, run_name="child", tags={"a": 1}, description="text") as child:
        assert child.data.tags[MLFLOW_PARENT_RUN_ID] == run.info.run_id
        assert child.data.tags[MLFLOW_RUN_NAME] == child.info.run_name == "child"
        assert (child.data.tags["a"], child.data.tags[MLFLOW_RUN_NOTE]) == ("1", "text")
    assert mlflow.active_run() is run
    parent = mlflow.get_parent_run(child.info.run_id)
    assert parent is not None
    assert parent.info.run_id == run.info.run_id
    assert mlflow.get_parent_run(run.info.run_id) is None


def test_a_parent_in_another_thread_is_named() -> None:
    with mlflow.start_run() as parent, ThreadPoolExecutor(4) as pool:

        def work(number: int) -> str:
            assert mlflow.active_run() is None
            with mlflow.start_run(nested=True, parent_run_id=parent.info.run_id) as child:
                mlflow.log_metric("number", number)
            return child.info.run_id

        children = [mlflow.get_run(run_id) for run_id in pool.map(work, range(12))]
    assert {child.data.tags[MLFLOW_PARENT_RUN_ID] for child in children} == {parent.info.run_id}
    assert sorted(child.data.metrics["number"] for child in children) == list(range(12))
    assert {child.info.status for child in children} == {"FINISHED"}


def test_a_wrong_parent_is_refused() -> None:
    with pytest.raises(MlflowException, match="Run with id=" + "b" * 32 + " not found"):
        mlflow.start_run(parent_run_id="b" * 32)
    other = mlflow.start_run()
    mlflow.end_run()
    with mlflow.start_run(), pytest.raises(MlflowException, match="does not match the specified parent_run_id"):
        mlflow.start_run(nested=True, parent_run_id=other.info.run_id)
    mlflow.delete_run(other.info.run_id)
    with pytest.raises(MlflowException, match="the parent is in the deleted state"):
        mlflow.start_run(parent_run_id=other.info.run_id)


def test_resuming_a_run_changes_what_is_given() -> None:
    with mlflow.start_run(tags={"kept": "1"}) as run:
        pass
    with mlflow.start_run(run.info.run_id, run_name="later", tags={"x": "y"}, description="text") as again:
        assert again.info.run_id == run.info.run_id
        assert _status(run.info.run_id) == "RUNNING"
    found = mlflow.get_run(run.info.run_id)
    assert found.info.run_name == "later"
    assert {"kept": "1", "x": "y", MLFLOW_RUN_NOTE: "text"}.items() <= found.data.tags.items()


def test_a_run_may_be_opened_within_itself() -> None:
    with mlflow.start_run() as run:
        with mlflow.start_run(run.info.run_id, nested=True):
            mlflow.log_metric("inner", 1)
        active = mlflow.active_run()
        assert active is not None
        assert active.info.run_id == run.info.run_id
        mlflow.log_metric("outer", 2)
    assert mlflow.active_run() is None
    found = mlflow.get_run(run.info.run_id)
    assert (found.info.status, found.data.metrics) == ("FINISHED", {"inner": 1.0, "outer": 2.0})


def test_what_cannot_be_resumed() -> None:
    run = mlflow.start_run()
    mlflow.end_run()
    mlflow.set_experiment("another")
    with pytest.raises(MlflowException, match="active experiment ID does not match environment run ID"):
        mlflow.start_run(run.info.run_id)
    mlflow.set_experiment(experiment_id="0")
    mlflow.delete_run(run.info.run_id)
    with pytest.raises(MlflowException, match="because it is in the deleted state"):
        mlflow.start_run(run.info.run_id)
    assert mlflow.active_run() is None


def test_variables_name_the_run_the_experiment_and_the_run_name(monkeypatch: pytest.MonkeyPatch) -> None:
    experiment = mlflow.create_experiment("by variable")
    monkeypatch.setenv("MLFLOW_EXPERIMENT_ID", experiment)
    monkeypatch.setenv("MLFLOW_RUN_NAME", "named")
    with mlflow.start_run() as run:
        assert (run.info.experiment_id, run.info.run_name) == (experiment, "named")
    monkeypatch.setenv("MLFLOW_RUN_ID", run.info.run_id)
    with mlflow.start_run() as again:
        assert again.info.run_id == run.info.run_id
    with mlflow.start_run() as new:
        assert new.info.run_id != run.info.run_id
    monkeypatch.setenv("MLFLOW_EXPERIMENT_NAME", "made by variable")
    with pytest.raises(MlflowException, match=f"environment variable value `{experiment}` does not match"):
        mlflow.start_run()
    monkeypatch.delenv("MLFLOW_EXPERIMENT_ID")
    with mlflow.start_run() as run:
        assert mlflow.get_experiment(run.info.experiment_id).name == "made by variable"


def test_a_description_is_given_once() -> None:
    with pytest.raises(MlflowException, match=r"Description is already set via the tag mlflow.note.content"):
        mlflow.start_run(tags={MLFLOW_RUN_NOTE: "a"}, description="b")


def test_open_runs_are_finished_at_exit(tmp_path: Path) -> None:
    script = (
        "import mlflow, threading\n"
        "one = mlflow.start_run()\n"
        "two = mlflow.start_run(nested=True)\n"
        "thread = threading.Thread(target=lambda: print(mlflow.start_run().info.run_id))\n"
        "thread.start(); thread.join()\n"
        "for i in range(500): mlflow.log_metric('m', i, step=i, synchronous=False)\n"
        "print(one.info.run_id, two.info.run_id)\n"
    )
    printed = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=tmp_path)
    third, first, second = printed.stdout.split()
    assert [_status(run_id) for run_id in (first, second, third)] == ["FINISHED"] * 3
    assert len(mlflow.MlflowClient().get_metric_history(second, "m")) == 500


def test_set_experiment_makes_or_finds_or_refuses(caplog: pytest.LogCaptureFixture) -> None:
    made = mlflow.set_experiment("one")
    assert mlflow.set_experiment("one") == mlflow.set_experiment(experiment_id=made.experiment_id)
    with mlflow.start_run() as run:
        assert run.info.experiment_id == made.experiment_id
    for arguments in ({}, {"experiment_name": "one", "experiment_id": "1"}):
        with pytest.raises(MlflowException, match="Must specify exactly one of"):
            mlflow.set_experiment(**arguments)
    with pytest.raises(MlflowException, match="No Experiment with id=99 exists"):
        mlflow.set_experiment(experiment_id="99")
    mlflow.delete_experiment(made.experiment_id)
    with pytest.raises(MlflowException, match="Cannot set a deleted experiment 'one' as the active experiment"):
        mlflow.set_experiment("one")


def test_experiments_are_found_and_tagged() -> None:
    mlflow.set_experiment("tagged")
    mlflow.set_experiment_tag("a", 1)
    mlflow.set_experiment_tags({"b": 2, "c": 3})
    mlflow.delete_experiment_tag("b")
    found = mlflow.get_experiment_by_name("tagged")
    assert found is not None
    assert found.tags == {"a": "1", "c": "3"}
    assert mlflow.get_experiment_by_name("nobody") is None
    gone = mlflow.create_experiment("gone", tags={"x": 1})
    mlflow.delete_experiment(gone)
    assert [one.name for one in mlflow.search_experiments()] == ["tagged", "Default"]
    assert [one.name for one in mlflow.search_experiments(view_type=ViewType.DELETED_ONLY)] == ["gone"]
    assert mlflow.get_experiment(gone).lifecycle_stage == LifecycleStage.DELETED


def test_integrations_may_set_active_runs_aside() -> None:
    from mlflow.tracking.fluent import _active_run_stack

    outer = mlflow.start_run()
    aside = _active_run_stack.copy()
    _active_run_stack.clear()
    assert mlflow.active_run() is None
    other = mlflow.start_run()
    assert list(_active_run_stack) == _active_run_stack.get() == [other]
    _active_run_stack.remove(other)
    _active_run_stack.extend(aside)
    assert mlflow.active_run() is outer
    _active_run_stack.append(other)
    mlflow.end_run()
    assert mlflow.active_run() is outer


def test_finalizers_at_the_end_of_python_find_no_active_run() -> None:
    script = (
        "import mlflow\n"
        "class Callback:\n"
        "    def __init__(self):\n"
        "        self.mlflow = mlflow\n"
        "        self.mlflow.start_run()\n"
        "    def __del__(self):\n"
        "        if callable(getattr(self.mlflow, 'active_run', None)) and self.mlflow.active_run() is not None:\n"
        "            self.mlflow.end_run()\n"
        "callback = Callback()\n"
        "raise SystemExit(3)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (3, "")
    assert [run.info.status for run in mlflow.MlflowClient().search_runs(["0"])] == ["FINISHED"]


def test_an_exception_that_ends_a_thread_fails_its_run(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[str] = []
    monkeypatch.setattr(threading, "excepthook", lambda args: heard.append(str(args.exc_value)))
    found: list[str] = []

    def work() -> None:
        found.append(mlflow.start_run().info.run_id)
        found.append(mlflow.start_run(nested=True).info.run_id)
        raise ValueError("in a thread")

    with mlflow.start_run() as outer:
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    for run_id in found:
        run = mlflow.get_run(run_id)
        assert run.info.status == "FAILED"
        assert run.data.tags["millrace.endReason"].startswith("ValueError: in a thread\n")
    assert mlflow.get_run(outer.info.run_id).info.status == "FINISHED"
    assert heard == ["in a thread"]


def test_an_open_run_is_noted_beside_its_store_wherever_the_process_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mlflow.set_tracking_uri("relative")
    mlflow.search_experiments()
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    with mlflow.start_run():
        assert len(list((tmp_path / "relative" / "journal").glob("*.runs"))) == 1
    assert not list(tmp_path.rglob("*.runs"))
    assert not (tmp_path / "elsewhere" / "relative").exists()


@pytest.mark.parametrize("journal", ["1", "0"])
def test_a_killed_run_is_found_with_and_without_a_journal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, journal: str
) -> None:
    code = "import mlflow, os; print(mlflow.start_run().info.run_id, flush=True); os.kill(os.getpid(), 9)"
    environment = {**os.environ, "MLFLOW_TRACKING_URI": str(tmp_path / "store"), "MILLRACE_JOURNAL": journal}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    mlflow.set_tracking_uri(tmp_path / "store")
    assert _status(done.stdout.strip()) == "KILLED"
