"""Checkpoints of trainings with Keras as artifacts of a run: a callback that logs them, and how they are loaded."""

from __future__ import annotations

import importlib
import logging
import tempfile
from typing import Any

from millrace.errors import MlflowException
from mlflow.environment.libraries import library
from mlflow.fluent.logging import get_or_start_run
from mlflow.models.checkpoints import Checkpoints, download, numbers

_logger = logging.getLogger("mlflow.tensorflow")

_Callback: type = library("keras").callbacks.Callback


class MlflowModelCheckpointCallback(_Callback):
    """A callback for Keras' `fit` that logs checkpoints to the active run, or to one that it starts.

    Args:
        monitor: the metric that says which checkpoint is the best, where only the best is kept.
        mode: `min` or `max`: which is better.
        save_best_only: keep the best one only, `checkpoints/latest_checkpoint.h5`; else each of them.
        save_weights_only: keep the weights only.
        save_freq: `epoch`, or a number of steps.

    Raises:
        MlflowException: only the best is to be kept, and the mode is neither.
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        mode: str = "min",
        save_best_only: bool = True,
        save_weights_only: bool = False,
        save_freq: str | int = "epoch",
    ) -> None:
        super().__init__()
        self.checkpoints = Checkpoints(
            ".h5",
            monitor=monitor,
            mode=mode,
            save_best_only=save_best_only,
            save_weights_only=save_weights_only,
            save_freq=save_freq,
        )
        self.run_id: str | None = None
        self._epoch = 0
        self._steps = 0

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Find the run."""
        self._steps = 0
        self.run_id = self.run_id or get_or_start_run().info.run_id

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Note the epoch."""
        self._epoch = epoch

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Log a checkpoint, where one is due after so many steps."""
        self._steps += 1
        if self.checkpoints.is_due_at_step(self._steps):
            self._write(logs)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Log a checkpoint, where one is due after every epoch."""
        if self.checkpoints.is_due_at_epoch():
            self._write(logs)

    def _write(self, logs: dict[str, Any] | None) -> None:
        write = self.model.save_weights if self.checkpoints.save_weights_only else self.model.save
        self.checkpoints.log(str(self.run_id), write, epoch=self._epoch, step=self._steps, metrics=numbers(logs or {}))


def load_checkpoint(
    model: Any = None, run_id: str | None = None, epoch: int | None = None, global_step: int | None = None
) -> Any:
    """Load a Keras model from a checkpoint that was logged to a run.

    Args:
        model: a model that gets the weights, where the checkpoint holds nothing else.
        run_id: the run; the active one by default.
        epoch: the checkpoint of this epoch, counted from 0.
        global_step: or the one after so many steps. With neither, the latest one.

    Raises:
        MlflowException: there is no such checkpoint, or no run, or a model is missing.
    """
    with tempfile.TemporaryDirectory() as scratch:
        path = download(run_id, epoch, global_step, scratch)
        if not path.endswith(".weights.h5"):
            return _read(path)
        if model is None:
            raise MlflowException("The checkpoint holds weights only: pass the `model` that they belong to.")
        model.load_weights(path)
        return model


def _read(path: str) -> Any:
    load = importlib.import_module("keras").saving.load_model
    try:
        return load(path)
    except ValueError as error:
        # Keras writes names such as `loss="mse"` into this older format, and does not find them when it reads it.
        _logger.warning("The checkpoint is loaded without what the model was compiled with: %s", error)
        return load(path, compile=False)
