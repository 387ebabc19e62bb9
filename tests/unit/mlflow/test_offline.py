"""Tracking without a network, and bringing it to a server later."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

import mlflow
from millrace.cli import cli
from millrace.errors import MlflowException


def test_what_was_tracked_offline_is_synced_to_a_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, served_store: str
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"offline:{tmp_path}/away")
    mlflow.set_experiment("trip")
    with mlflow.start_run(run_name="on a plane") as run:
        mlflow.log_param("p", 1)
        mlflow.log_metrics({"loss": 0.5, "acc": 0.9}, step=3)
        mlflow.log_dict({"a": 1}, "notes.json")
    assert mlflow.get_run(run.info.run_id).data.metrics == {"loss": 0.5, "acc": 0.9}
    assert (tmp_path / "away" / "millrace.db").exists()
    done = CliRunner().invoke(cli, ["sync", f"offline:{tmp_path}/away", "--to", served_store])
    assert done.exit_code == 0, done.output
    mlflow.set_tracking_uri(served_store)
    found = mlflow.get_run(run.info.run_id)
    assert (found.info.run_name, found.info.status) == ("on a plane", "FINISHED")
    assert (found.data.metrics, found.data.params) == ({"loss": 0.5, "acc": 0.9}, {"p": "1"})
    assert json.loads(mlflow.artifacts.load_text(f"runs:/{run.info.run_id}/notes.json")) == {"a": 1}


def test_offline_names_a_folder() -> None:
    with pytest.raises(MlflowException, match="offline: names a folder"):
        mlflow.MlflowClient("offline:http://127.0.0.1:1").search_experiments()
