"""What is done after a call has returned: in order, and before anybody could miss it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import mlflow
from mlflow import MlflowClient
from mlflow.autologging.safety import Logging
from mlflow.client import afterwards
from mlflow.fluent import active


@pytest.fixture(autouse=True)
def own_store(tmp_path: Path) -> None:
    mlflow.set_tracking_uri(str(tmp_path / "store"))


def _run_id() -> str:
    return MlflowClient().create_run("0").info.run_id


def test_tasks_are_done_in_order_and_waited_for() -> None:
    go, done = threading.Event(), []
    afterwards.afterwards("a", lambda: go.wait(60) and done.append(1))
    afterwards.afterwards("b", lambda: done.append(2))
    assert afterwards.is_pending() and afterwards.is_pending("b") and not afterwards.is_pending("c")
    afterwards.settle("c")
    with Logging(False):
        afterwards.settle()  # the user waits for a result: this does not wait
    assert done == []
    go.set()
    afterwards.settle()
    assert done == [1, 2]
    assert not afterwards.is_pending()


def test_reads_see_what_is_still_to_be_done_and_writes_do_not_wait_for_it() -> None:
    run_id, go = _run_id(), threading.Event()
    client = MlflowClient()

    def work() -> None:
        go.wait(60)
        client.set_tag(run_id, "late", "1")
        client.log_text(run_id, "text", "late.txt")

    afterwards.afterwards(run_id, work)
    client.log_metric(run_id, "m", 1.0)
    client.log_param(run_id, "p", 1)
    other = client.create_run("0")
    assert afterwards.is_pending(run_id) and other.info.run_id
    go.set()
    assert client.get_run(run_id).data.tags["late"] == "1"
    assert not afterwards.is_pending()
    later = threading.Event()
    afterwards.afterwards(run_id, lambda: later.wait(60) and client.log_text(run_id, "more", "later.txt"))
    threading.Timer(0.1, later.set).start()
    assert [each.path for each in client.list_artifacts(run_id)] == ["late.txt", "later.txt"]


def test_a_run_that_the_user_ends_waits_and_one_that_ends_by_itself_follows() -> None:
    with mlflow.start_run() as run:
        done: list[int] = []
        go = threading.Event()
        afterwards.afterwards(run.info.run_id, lambda: go.wait(60) and done.append(1))
        threading.Timer(0.1, go.set).start()
    assert done == [1]
    go.clear()
    with Logging(False):
        own = mlflow.start_run()
        afterwards.afterwards(own.info.run_id, lambda: go.wait(60))
        active.end_until(own.info.run_id, "FINISHED")
    assert mlflow.active_run() is None
    assert afterwards.is_pending(own.info.run_id)
    go.set()
    assert mlflow.get_run(own.info.run_id).info.status == "FINISHED"


def test_an_error_is_told_and_the_next_task_is_done(caplog: pytest.LogCaptureFixture) -> None:
    done: list[int] = []

    def fail() -> None:
        raise SystemExit("no more")

    afterwards.afterwards("a", fail)
    afterwards.afterwards("a", lambda: done.append(1))
    afterwards.settle()
    assert done == [1]
    assert "no more" in caplog.text


def test_who_brings_too_much_waits() -> None:
    go = threading.Event()
    afterwards.afterwards("a", lambda: go.wait(60))
    for _ in range(15):
        afterwards.afterwards("a", lambda: None)
    brought = threading.Event()
    bringing = threading.Thread(target=lambda: (afterwards.afterwards("a", lambda: None), brought.set()))
    bringing.start()
    assert not brought.wait(0.2)
    go.set()
    bringing.join()
    afterwards.settle()


def test_another_store_is_chosen_when_all_is_done(tmp_path: Path) -> None:
    seen: list[str] = []
    go = threading.Event()
    afterwards.afterwards("a", lambda: go.wait(60) and seen.append(mlflow.get_tracking_uri()))
    threading.Timer(0.1, go.set).start()
    mlflow.set_tracking_uri(str(tmp_path / "other"))
    assert seen == [str(tmp_path / "store")]


SCRIPT = """
import os, sys, threading, time
import mlflow
from mlflow.autologging.safety import Logging
from mlflow.client import afterwards
mlflow.set_tracking_uri(sys.argv[1])
client = mlflow.MlflowClient()

def work(run_id, text):
    time.sleep(0.3)
    folder = sys.argv[1] + text
    os.makedirs(folder)
    for name in "ab":
        open(os.path.join(folder, name), "w").close()
    client.log_artifacts(run_id, folder, text)

with Logging(False):
    run = mlflow.start_run()
    for text in ("one", "two"):
        afterwards.afterwards(run.info.run_id, lambda text=text: work(run.info.run_id, text))
    mlflow.end_run()
if sys.argv[2] == "fork":
    if os.fork() == 0:
        afterwards.settle()  # what the parent has to do is not the child's
        os._exit(0)
    os.wait()
if sys.argv[2] == "raise":
    raise ValueError("mine")
"""


@pytest.mark.parametrize("ending", ["end", "fork", "raise"])
def test_the_process_ends_when_all_is_done(tmp_path: Path, ending: str) -> None:
    store = str(tmp_path / "script")
    environment = {**os.environ, "PYTHONPATH": str(Path(mlflow.__file__).parents[1])}
    command = [sys.executable, "-c", SCRIPT, store, ending]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == (1 if ending == "raise" else 0), done.stderr
    mlflow.set_tracking_uri(store)
    (run,) = mlflow.search_runs(output_format="list")
    assert run.info.status == "FINISHED"
    found = MlflowClient().list_artifacts(run.info.run_id)
    assert [each.path for each in found] == ["one", "two"]
