"""Checkpoints of trainings with Lightning as artifacts of a run: a callback that logs them, and how they are loaded."""

from __future__ import annotations

import tempfile
from typing import Any

from mlflow.fluent.logging import get_or_start_run
from mlflow.models.checkpoints import Checkpoints, download
from mlflow.pytorch.lightning import namespace, write_checkpoint

_Callback: type = namespace().Callback


class MlflowModelCheckpointCallback(_Callback):
    """A callback for Lightning's `Trainer` that logs checkpoints to the active run, or to one that it starts.

    Args:
        monitor: the metric that says which checkpoint is the best, where only the best is kept.
        mode: `min` or `max`: which is better.
        save_best_only: keep the best one only, `checkpoints/latest_checkpoint.pth`; else each of them.
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
        self.checkpoints = Checkpoints(
            ".pth",
            monitor=monitor,
            mode=mode,
            save_best_only=save_best_only,
            save_weights_only=save_weights_only,
            save_freq=save_freq,
        )
        self.run_id: str | None = None

    def on_fit_start(self, trainer: Any, pl_module: Any) -> None:
        """Find the run."""
        if trainer.is_global_zero:
            self.run_id = get_or_start_run().info.run_id

    def on_train_batch_end(self, trainer: Any, pl_module: Any, outputs: Any, batch: Any, batch_idx: int) -> None:
        """Log a checkpoint, where one is due after so many steps."""
        if self.checkpoints.is_due_at_step(trainer.global_step):
            self._write(trainer)

    def on_train_epoch_end(self, trainer: Any, pl_module: Any) -> None:
        """Log a checkpoint, where one is due after every epoch."""
        if self.checkpoints.is_due_at_epoch():
            self._write(trainer)

    def _write(self, trainer: Any) -> None:
        if self.run_id is not None:
            write_checkpoint(self.checkpoints, trainer, self.run_id)


def load_checkpoint(
    model_class: type,
    run_id: str | None = None,
    epoch: int | None = None,
    global_step: int | None = None,
    kwargs: dict[str, Any] | None = None,
) -> Any:
    """Load a module of Lightning from a checkpoint that was logged to a run.

    Args:
        model_class: the module's class.
        run_id: the run; the active one by default.
        epoch: the checkpoint of this epoch, counted from 0.
        global_step: or the one after so many steps. With neither, the latest one.
        kwargs: arguments of the class that the checkpoint does not hold.

    Raises:
        MlflowException: there is no such checkpoint, or no run.
    """
    with tempfile.TemporaryDirectory() as scratch:
        path = download(run_id, epoch, global_step, scratch)
        return model_class.load_from_checkpoint(path, **(kwargs or {}))  # type: ignore[attr-defined]
