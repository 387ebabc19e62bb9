"""Checkpoints of a training: when they are kept, where they lie, and which is loaded."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import mlflow
from mlflow import MlflowException
from mlflow.models.checkpoints import Checkpoints, download

BEST = {"monitor": "val_loss", "mode": "min", "save_best_only": True, "save_weights_only": False, "save_freq": "epoch"}


def _log(checkpoints: Checkpoints, run_id: str, epoch: int, **metrics: float) -> None:
    def write(path: str) -> None:
        Path(path).write_text(f"epoch {epoch}")

    checkpoints.log(run_id, write, epoch=epoch, step=10 * (epoch + 1), metrics=metrics)


def _files(run_id: str, path: str | None = None) -> list[str]:
    client = mlflow.MlflowClient()
    found = []
    for each in client.list_artifacts(run_id, path):
        found += _files(run_id, each.path) if each.is_dir else [each.path]
    return found


@pytest.fixture
def run_id() -> str:
    with mlflow.start_run() as run:
        return str(run.info.run_id)


def test_the_best_takes_the_place_of_the_one_before(run_id: str, tmp_path: Path) -> None:
    checkpoints = Checkpoints(".pth", **BEST)
    for epoch, value in enumerate([3.0, 1.0, 2.0, 1.0]):
        _log(checkpoints, run_id, epoch, val_loss=value)
    assert _files(run_id) == ["checkpoints/latest_checkpoint.pth", "checkpoints/latest_checkpoint_metrics.json"]
    path = Path(download(run_id, None, None, str(tmp_path)))
    assert path.read_text() == "epoch 1"
    metrics = mlflow.MlflowClient().download_artifacts(run_id, "checkpoints/latest_checkpoint_metrics.json")
    assert json.loads(Path(metrics).read_text()) == {"val_loss": 1.0, "epoch": 1, "global_step": 20}


def test_greater_is_better_where_that_is_asked_for(run_id: str, tmp_path: Path) -> None:
    checkpoints = Checkpoints(".pth", **{**BEST, "mode": "max"})
    for epoch, value in enumerate([1.0, 3.0, 2.0]):
        _log(checkpoints, run_id, epoch, val_loss=value)
    assert Path(download(run_id, None, None, str(tmp_path))).read_text() == "epoch 1"


def test_each_has_a_folder_of_its_own(run_id: str, tmp_path: Path) -> None:
    checkpoints = Checkpoints(".pth", **{**BEST, "save_best_only": False, "save_weights_only": True})
    for epoch in range(2):
        _log(checkpoints, run_id, epoch)
    assert "checkpoints/epoch_0/checkpoint.weights.pth" in _files(run_id)
    tags = mlflow.get_run(run_id).data.tags
    assert tags["mlflow.latest_checkpoint_artifact"] == "checkpoints/epoch_1/checkpoint.weights.pth"
    assert Path(download(run_id, 0, None, str(tmp_path))).read_text() == "epoch 0"
    with pytest.raises(MlflowException, match="The run has no checkpoint 'checkpoints/epoch_7/"):
        download(run_id, 7, None, str(tmp_path))


def test_steps_name_the_folders_of_checkpoints_by_step(run_id: str, tmp_path: Path) -> None:
    checkpoints = Checkpoints(".h5", **{**BEST, "save_best_only": False, "save_freq": 10})
    assert [step for step in range(1, 31) if checkpoints.is_due_at_step(step)] == [10, 20, 30]
    assert not checkpoints.is_due_at_epoch()
    _log(checkpoints, run_id, 1)
    assert Path(download(run_id, None, 20, str(tmp_path))).read_text() == "epoch 1"


def test_without_the_monitored_metric_nothing_is_kept(run_id: str) -> None:
    _log(Checkpoints(".pth", **BEST), run_id, 0, train_loss=1.0)
    assert _files(run_id) == []


def test_what_cannot_be_is_refused(run_id: str, tmp_path: Path) -> None:
    with pytest.raises(MlflowException, match="available modes includes 'min' and 'max', but you set 'mode' to 'up'"):
        Checkpoints(".pth", **{**BEST, "mode": "up"})
    with pytest.raises(MlflowException, match="There is no logged checkpoint artifact in the current run"):
        download(run_id, None, None, str(tmp_path))
    with pytest.raises(MlflowException, match="please provide the 'run_id' argument"):
        download(None, None, None, str(tmp_path))
