"""Nothing that goes wrong while logging reaches a training; of several processes the first one logs."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pytest

os.environ["KERAS_BACKEND"] = "torch"

import keras
import lightning
import torch
from torch.utils.tensorboard import SummaryWriter

import mlflow
from mlflow.autologging import AutologgedRun, options
from tests.sabotage import SabotageError, sabotage

pytestmark = pytest.mark.timeout(600)

torch.set_num_threads(1)
for name in ("lightning.pytorch", "pytorch_lightning"):
    logging.getLogger(name).setLevel(logging.ERROR)


class Net(lightning.LightningModule):
    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.layer = torch.nn.Linear(3, 1)

    def forward(self, x: Any) -> Any:
        return self.layer(x)

    def training_step(self, batch: Any, index: int) -> Any:
        x, y = batch
        loss = torch.nn.functional.mse_loss(self(x), y)
        self.log("val_loss", loss)
        return loss

    def configure_optimizers(self) -> Any:
        return torch.optim.SGD(self.parameters(), lr=0.1)


def fit_lightning(**chosen: Any) -> list[float]:
    quiet = {"enable_progress_bar": False, "enable_model_summary": False, "logger": False}
    trainer = lightning.Trainer(max_epochs=2, enable_checkpointing=False, accelerator="cpu", **quiet, **chosen)
    net, x = Net(), torch.ones(8, 3)
    trainer.fit(net, torch.utils.data.DataLoader(torch.utils.data.TensorDataset(x, x[:, :1]), batch_size=4))
    return [round(each, 4) for each in net.layer.weight.flatten().tolist()]


def fit_keras() -> list[float]:
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.layers.Input((3,)), keras.layers.Dense(1)])
    model.compile(optimizer="sgd", loss="mse")
    x = np.ones((8, 3), dtype="float32")
    history = model.fit(x, x[:, :1], epochs=2, verbose=0)
    return [round(each, 4) for each in history.history["loss"]]


@pytest.fixture(autouse=True)
def undone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("MLFLOW_REQUIREMENTS_INFERENCE_TIMEOUT", "1")
    yield
    mlflow.pytorch.autolog(disable=True)
    mlflow.keras.autolog(disable=True)
    for flavor in ("pytorch", "keras"):
        options.disable(flavor)  # as if nobody had called its autolog


def test_lightning_trains_whatever_breaks() -> None:
    expected = fit_lightning()
    mlflow.pytorch.autolog(silent=True)
    assert sabotage(fit_lightning, expected) > 10


def test_keras_trains_whatever_breaks() -> None:
    expected = fit_keras()
    mlflow.keras.autolog(silent=True)
    assert sabotage(fit_keras, expected) > 5


def test_tensorboard_is_told_whatever_breaks(tmp_path: Path) -> None:
    mlflow.pytorch.autolog(silent=True, log_every_n_step=1)
    with mlflow.start_run() as run, SummaryWriter(str(tmp_path)) as writer:
        with mock.patch.object(AutologgedRun, "log_metrics", side_effect=SabotageError("on purpose")):
            writer.add_scalar("loss", 1.0, 0)
        writer.add_scalar("loss", 2.0, 1)
    points = mlflow.MlflowClient().get_metric_history(run.info.run_id, "loss")
    assert [(each.step, each.value) for each in points] == [(1, 2.0)]


def test_of_two_processes_the_first_one_logs() -> None:
    mlflow.pytorch.autolog(log_models=False)
    fit_lightning(strategy="ddp_fork", devices=2)
    (run,) = mlflow.search_runs(output_format="list")
    assert run.info.status == "FINISHED"
    assert run.data.params["optimizer_name"] == "SGD"
    points = mlflow.MlflowClient().get_metric_history(run.info.run_id, "val_loss")
    assert [each.step for each in points] == [0, 1]
    assert "mlflow.latest_checkpoint_artifact" in run.data.tags


def test_autolog_of_all_reaches_what_is_imported_later() -> None:
    mlflow.autolog(log_models=False, silent=True)
    fit_lightning()
    fit_keras()
    tags = {run.data.tags["mlflow.autologging"] for run in mlflow.search_runs(output_format="list")}
    assert tags == {"pytorch", "keras"}


@pytest.mark.parametrize(("chosen", "called"), [({}, {"start"}), ({"log_every_n_step": 1}, {"start", "end"})])
def test_a_batch_calls_only_the_hooks_that_log(chosen: dict[str, Any], called: set[str]) -> None:
    mlflow.pytorch.autolog(**chosen)
    profiler = lightning.pytorch.profilers.SimpleProfiler()
    fit_lightning(profiler=profiler)
    counts = {name.partition("TrainingCallback.")[2]: len(took) for name, took in profiler.recorded_durations.items()}
    per_batch = {name: count for name, count in counts.items() if re.search("batch|before|after", name)}
    assert per_batch == {f"on_train_batch_{when}": 1 if when == "start" else 4 for when in called}
    assert counts["on_train_epoch_end"] == 2
