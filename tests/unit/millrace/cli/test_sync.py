from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from millrace.calls import CreateExperiment, CreateRun, GetMetricHistory, SearchRuns
from millrace.cli import cli
from millrace.store import open_store


def test_a_folder_is_copied_to_the_store_of_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, target = str(tmp_path / "source"), str(tmp_path / "target")
    run_id = open_store(source).call(CreateRun("0")).run.info.run_id
    monkeypatch.setenv("MLFLOW_TRACKING_URI", target)
    for _ in range(2):
        done = CliRunner().invoke(cli, ["sync", source])
        assert done.exit_code == 0, done.output
        assert f"{target} has 1 runs of 1 experiments" in done.output
    assert [run.info.run_id for run in open_store(target).call(SearchRuns(["0"])).runs] == [run_id]


def test_what_cannot_be_copied_is_told(tmp_path: Path) -> None:
    source, target = str(tmp_path / "source"), str(tmp_path / "target")
    run_id = open_store(source).call(CreateRun("0")).run.info.run_id
    there = open_store(target)
    there.call(CreateRun(there.call(CreateExperiment("elsewhere")).experiment_id, run_id=run_id))
    done = CliRunner().invoke(cli, ["sync", source, "--to", target])
    assert done.exit_code == 1
    assert f"Not copied: run {run_id}" in done.output


def test_what_waits_in_a_journal_is_sent(tmp_path: Path) -> None:
    target = str(tmp_path / "target")
    run_id = open_store(target).call(CreateRun("0")).run.info.run_id
    script = f"""
import os
from millrace.calls import LogMetric
from millrace.journal import open_journaled
store = open_journaled({target!r})
store._sender.wake = lambda: None  # nobody sends
store._sender.writer._wake = lambda: None
for step in range(100):
    store.call(LogMetric({run_id!r}, "m", float(step), 1, step))
os.kill(os.getpid(), 9)
"""
    subprocess.run([sys.executable, "-c", script], check=False, timeout=60)
    assert len(list((tmp_path / "target" / "journal").glob("*.journal"))) == 1
    for sent in (99, 0):  # the first point of a run goes to the store at once
        done = CliRunner().invoke(cli, ["sync", f"{target}/journal"])
        assert done.exit_code == 0, done.output
        assert f"{sent} points were sent" in done.output
    history = open_store(target).call(GetMetricHistory(run_id, "m")).metrics
    assert [point.step for point in history] == list(range(100))
