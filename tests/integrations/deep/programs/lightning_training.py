"""Trains with Lightning and autologging in several ways; answers what each stored."""

from __future__ import annotations

import logging
import os
import sys
import warnings
from pathlib import Path
from typing import Any

import lightning
import pytorch_lightning
import report
import torch
from lightning.pytorch.callbacks import EarlyStopping
from pytorch_lightning.callbacks import EarlyStopping as OldEarlyStopping
from pytorch_lightning.callbacks import ModelCheckpoint as OldModelCheckpoint

import mlflow

warnings.simplefilter("ignore")
for name in ("lightning", "pytorch_lightning", "lightning.pytorch"):
    logging.getLogger(name).setLevel(logging.ERROR)


def module(package: Any, **changes: Any) -> Any:
    class Net(package.LightningModule):
        def __init__(self, fail_at: int = -1) -> None:
            super().__init__()
            self.layer = torch.nn.Linear(3, 1)
            self.fail_at = fail_at

        def forward(self, x: Any) -> Any:
            return self.layer(x)

        def training_step(self, batch: Any, index: int) -> Any:
            if self.current_epoch == self.fail_at:
                raise ValueError("on purpose")
            x, y = batch
            loss = torch.nn.functional.mse_loss(self(x), y)
            self.log("train_loss", loss)
            self.log("both", loss, on_step=True, on_epoch=True)
            return loss

        def validation_step(self, batch: Any, index: int) -> None:
            x, y = batch
            self.log("val_loss", torch.nn.functional.mse_loss(self(x), y))

        def test_step(self, batch: Any, index: int) -> None:
            x, y = batch
            self.log("test_loss", torch.nn.functional.mse_loss(self(x), y))

        def configure_optimizers(self) -> Any:
            return torch.optim.Adam(self.parameters(), lr=0.1)

    torch.manual_seed(1)
    return Net(**changes)


def loader() -> Any:
    torch.manual_seed(0)
    x = torch.randn(64, 3)
    return torch.utils.data.DataLoader(torch.utils.data.TensorDataset(x, x.sum(1, keepdim=True)), batch_size=16)


def train(package: Any = lightning, callbacks: Any = (), test: bool = False, **changes: Any) -> None:
    quiet = {"enable_progress_bar": False, "enable_model_summary": False, "logger": False}
    checkpoints = any(isinstance(each, OldModelCheckpoint) for each in callbacks)
    trainer = package.Trainer(
        max_epochs=3, callbacks=list(callbacks), enable_checkpointing=checkpoints, default_root_dir=os.getcwd(), **quiet
    )
    net = module(package, **changes)
    try:
        trainer.fit(net, loader(), loader())
    except ValueError as error:
        assert str(error) == "on purpose"
    if test:
        trainer.test(net, loader(), verbose=False)


def exclusively() -> None:
    with mlflow.start_run():
        train()


def within_a_run() -> None:
    with mlflow.start_run():
        train()


def by_hand() -> None:
    from torch.utils.tensorboard import SummaryWriter

    with mlflow.start_run():
        writer = SummaryWriter(os.path.join(os.getcwd(), "board"))
        for step in range(5):
            writer.add_scalar("loss", step * 1.5, step)
            writer.add_scalar("accuracy", torch.tensor(step * 0.1), global_step=step)
        writer.add_scalar("final", 1)
        writer.add_hparams({"lr": 0.1, "name": "x"}, {"hparam/accuracy": 0.5})
        writer.close()


def several_by_hand() -> None:
    from torch.utils.tensorboard import SummaryWriter

    writer = SummaryWriter(os.path.join(os.getcwd(), "several"))
    writer.add_scalar("nowhere", 1, 0)
    with mlflow.start_run():
        writer.add_scalars("many", {"a": 1, "b": 2}, 0)
    writer.close()


STOPPING = {"monitor": "val_loss", "patience": 1, "min_delta": 10.0}
CASES: dict[str, tuple[dict[str, Any], Any]] = {
    "all": ({}, lambda: train(test=True)),
    "steps": (
        {"log_every_n_step": 2, "log_models": False, "checkpoint_save_best_only": False},
        train,
    ),
    "weights": (
        {
            "log_models": False,
            "checkpoint_save_best_only": False,
            "checkpoint_save_weights_only": True,
            "checkpoint_save_freq": 5,
        },
        train,
    ),
    "stopped": (
        {"checkpoint": False, "log_models": False, "extra_tags": {"extra": "1"}},
        lambda: train(pytorch_lightning, [OldEarlyStopping(**STOPPING)]),
    ),
    "restored": (
        {"checkpoint": False, "log_every_n_epoch": 2, "log_model_signatures": False, "registered_model_name": "net"},
        lambda: train(
            pytorch_lightning,
            [OldEarlyStopping("val_loss", patience=3), OldModelCheckpoint(os.getcwd(), monitor="val_loss")],
        ),
    ),
    "failed": ({"log_models": False, "checkpoint": False}, lambda: train(fail_at=1)),
    "own run": ({"log_models": False, "checkpoint": False, "log_every_n_step": None}, within_a_run),
    "exclusive": ({"exclusive": True, "log_models": False}, exclusively),
    "by hand": ({"log_every_n_step": 2}, by_hand),
    "by hand, no steps": ({}, by_hand),
    "by hand, exclusive": ({"exclusive": True, "log_every_n_step": 1}, by_hand),
    "disabled": ({"disable": True}, train),
    "by hand, disabled": ({"disable": True}, by_hand),
}
OF_OURS_ONLY: dict[str, tuple[dict[str, Any], Any]] = {
    "several by hand": ({"log_every_n_step": 1}, several_by_hand),
    "lightning stopped": (
        {"checkpoint": False, "log_models": False},
        lambda: train(lightning, [EarlyStopping(**STOPPING)]),
    ),
}


def main() -> None:
    folder = Path(sys.argv[1])
    report.start(folder)
    os.chdir(folder)
    cases = CASES if "upstream" in str(mlflow.__file__) else CASES | OF_OURS_ONLY
    found = {}
    for name, (options, work) in cases.items():
        mlflow.set_experiment(name)
        mlflow.pytorch.autolog(**options)
        work()
        found[name] = report.of_experiment(name)
    report.answer(found)


main()
