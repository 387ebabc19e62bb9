"""`mlflow experiments`, `runs` and `artifacts`, on a store in a folder."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import Result

from millrace.calls import GetRun, LogMetric, LogParam
from millrace.store import open_store
from tests.unit.millrace.cli.conftest import Run


def made(result: Result) -> str:
    """The id of the run that was created."""
    return str(json.loads(result.stdout)["run_id"])


def test_an_experiment_from_making_it_to_bringing_it_back(run: Run) -> None:
    assert run("experiments", "create", "-n", "one").stdout == "Created experiment 'one' with id 1\n"
    assert "already exists" in run("experiments", "create", "-n", "one", fails=1).stderr
    run("experiments", "rename", "-x", "1", "--new-name", "two")
    assert json.loads(run("experiments", "get", "-x", "1", "--output", "json").stdout)["name"] == "two"
    assert "Lifecycle Stage    : active" in run("experiments", "get", "-x", "1").stdout
    run("experiments", "delete", "-x", "1")
    assert "No Experiment with id=1 exists" in run("experiments", "delete", "-x", "1", fails=1).stderr
    assert "two" not in run("experiments", "search").stdout
    assert "two" in run("experiments", "search", "-v", "deleted_only").stdout
    run("experiments", "restore", "-x", "1")
    assert "two" in run("experiments", "search").stdout


def test_a_list_has_headers_dashes_and_a_row_each(run: Run) -> None:
    run("experiments", "create", "-n", "a much longer name", "-l", "s3://b/p")
    lines = run("experiments", "search").stdout.splitlines()
    assert lines[0].split() == ["Experiment", "Id", "Name", "Artifact", "Location"]
    column = lines[0].index("Name")
    assert {line[column:].split("  ")[0] for line in lines[2:]} == {"a much longer name", "Default"}
    assert len(run("experiments", "search", "--max-results", "1").stdout.splitlines()) == 3
    assert "Valid view types are" in run("experiments", "search", "-v", "none", fails=1).stderr


def test_a_run_from_making_it_to_bringing_it_back(run: Run) -> None:
    words = ("runs", "create", "--experiment-id", "0", "--run-name", "r", "-t", "k=v=w", "--status", "failed")
    told = json.loads(run(*words, "--description", "why").stdout)
    assert (told["experiment_id"], told["status"], told["run_name"]) == ("0", "FAILED", "r")
    described = json.loads(run("runs", "describe", "--run-id", told["run_id"]).stdout)
    assert described["info"]["status"] == "FAILED"
    assert described["info"]["end_time"] >= described["info"]["start_time"]
    assert described["data"]["tags"]["k"] == "v=w"
    assert described["data"]["tags"]["mlflow.note.content"] == "why"
    assert described["outputs"] == {"model_outputs": []}
    child = made(run("runs", "create", "--experiment-name", "Default", "--parent-run-id", told["run_id"]))
    assert open_store("mlruns").call(GetRun(child)).run.data.tags["mlflow.parentRunId"] == told["run_id"]
    run("runs", "delete", "--run-id", child)
    assert child not in run("runs", "list", "--experiment-id", "0").stdout
    assert child in run("runs", "list", "--experiment-id", "0", "-v", "all").stdout
    run("runs", "restore", "--run-id", child)
    assert child in run("runs", "list", "--experiment-id", "0").stdout


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--experiment-id", "0", "--experiment-name", "Default"),
        ("--experiment-id", "0", "-t", "no-equals"),
        ("--experiment-id", "0", "--status", "RUNNING"),
    ],
)
def test_a_run_that_cannot_be_made_is_not_made(run: Run, words: tuple[str, ...]) -> None:
    run("runs", "create", *words, fails=2)
    assert len(run("runs", "list", "--experiment-id", "0").stdout.splitlines()) == 2


def test_runs_as_csv(run: Run) -> None:
    first, second = (made(run("runs", "create", "--experiment-id", "0")) for _ in range(2))
    store = open_store("mlruns")
    store.call(LogMetric(first, "loss", 0.5, 1, 1))
    store.call(LogMetric(second, "loss", float("nan"), 1, 1))
    store.call(LogParam(first, "text", 'a, "b"\nc'))
    store.close()
    text = run("experiments", "csv", "-x", "0").stdout
    rows = {row["run_id"]: row for row in csv.DictReader(io.StringIO(text.rstrip("\n")))}
    assert (rows[first]["metrics.loss"], rows[second]["metrics.loss"]) == ("0.5", "")
    assert (rows[first]["params.text"], rows[second]["params.text"]) == ('a, "b"\nc', "")
    assert rows[first]["start_time"].endswith("+00:00")
    run("experiments", "csv", "-x", "0", "-o", "out.csv")
    assert Path("out.csv").read_text() + "\n" == text
    assert "No Experiment with id=7 exists" in run("experiments", "csv", "-x", "7", fails=1).stderr
    assert "cannot be written" in run("experiments", "csv", "-x", "0", "-o", "no/such/folder.csv", fails=1).stderr


def test_artifacts_go_up_and_come_down(run: Run) -> None:
    id_ = made(run("runs", "create", "--experiment-id", "0"))
    Path("plain.txt").write_text("plain")
    Path("deep/er").mkdir(parents=True)
    Path("deep/er/x.bin").write_bytes(b"\0\1")
    run("artifacts", "log-artifact", "-l", "plain.txt", "-r", id_)
    run("artifacts", "log-artifacts", "-l", "deep", "-r", id_, "-a", "sub")
    assert json.loads(run("artifacts", "list", "-r", id_).stdout) == [
        {"path": "plain.txt", "is_dir": False, "file_size": 5},
        {"path": "sub", "is_dir": True},
    ]
    assert [one["path"] for one in json.loads(run("artifacts", "list", "-r", id_, "-a", "sub").stdout)] == ["sub/er"]
    there = run("artifacts", "download", "-r", id_, "-a", "sub", "-d", "copy").stdout.strip()
    assert Path(there, "er/x.bin").read_bytes() == b"\0\1"
    there = run("artifacts", "download", "-u", f"runs:/{id_}/plain.txt", "-d", "copy").stdout.strip()
    assert Path(there).read_text() == "plain"


@pytest.mark.parametrize(
    "words",
    [
        ("list", "-r", "0" * 32),
        ("list", "-r", "{id}", "-a", "../.."),
        ("log-artifact", "-r", "{id}", "-l", "absent.txt"),
        ("log-artifact", "-r", "{id}", "-l", "here.txt", "-a", "../../up"),
        ("log-artifacts", "-r", "{id}", "-l", "absent"),
        ("download", "-r", "{id}", "-a", "absent", "-d", "copy"),
        ("download",),
    ],
)
def test_artifacts_that_cannot_be_had_are_told_of(run: Run, words: tuple[str, ...]) -> None:
    id_ = made(run("runs", "create", "--experiment-id", "0"))
    Path("here.txt").write_text("here")
    told = run("artifacts", *(word.format(id=id_) for word in words), fails=1).stderr
    assert told.startswith("Error: ")
    assert len(told.splitlines()) == 1
