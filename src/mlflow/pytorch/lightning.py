"""What is called during a training with Lightning: callbacks that log metrics, and checkpoints.

Lightning lives in two packages with classes of their own, `lightning.pytorch` and `pytorch_lightning`. Callbacks work
in either, whichever their base class is from.
"""

from __future__ import annotations

import functools
import importlib
import sys
from types import ModuleType
from typing import Any

from mlflow.autologging import AutologgedRun, safe_callbacks
from mlflow.environment.libraries import library
from mlflow.models.checkpoints import Checkpoints, numbers
from mlflow.pytorch.model_io import FLAVOR_NAME

NAMESPACES = ("lightning.pytorch", "pytorch_lightning")
_IDLE = (
    "on_before_zero_grad",
    "on_before_backward",
    "on_after_backward",
    "on_before_optimizer_step",
    *(f"on_{what}_batch_{when}" for what in ("validation", "test", "predict") for when in ("start", "end")),
)
"""Hooks of each batch that log nothing. They are None: Lightning calls what is callable, and to call its own empty ones
costs a training of small steps 2 to 3 %."""


def namespace() -> ModuleType:
    """Lightning as the user imported it, else as it is installed.

    Raises:
        ModuleNotFoundError: it is not installed.
    """
    loaded = next((name for name in NAMESPACES if name in sys.modules), None)
    if loaded is not None:
        return sys.modules[loaded]
    try:
        return importlib.import_module(NAMESPACES[1])
    except ModuleNotFoundError:
        return library(NAMESPACES[0], package="lightning")


def write_checkpoint(checkpoints: Checkpoints, trainer: Any, run_id: str) -> None:
    """Log a checkpoint of a trainer, if it is to be kept; of several processes the first one does."""
    if not trainer.is_global_zero:
        return

    def write(path: str) -> None:
        if trainer.world_size == 1:
            trainer.save_checkpoint(path, weights_only=checkpoints.save_weights_only)
            return
        # `save_checkpoint` waits for the other processes, which do not know whether this one is kept.
        content = trainer._checkpoint_connector.dump_checkpoint(checkpoints.save_weights_only)
        trainer.strategy.checkpoint_io.save_checkpoint(content, path)

    checkpoints.log(
        run_id,
        write,
        epoch=trainer.current_epoch,
        step=trainer.global_step,
        metrics=numbers(trainer.callback_metrics),
    )


@safe_callbacks(FLAVOR_NAME)
class TrainingHooks:
    """Logs parameters, metrics and checkpoints while a trainer trains, and metrics while it tests afterwards.

    `training_callback` makes it a callback of Lightning's.

    Args:
        run: the run.
        options: those of `autolog`.
        model_id: the logged model that is trained; None where none is logged.
    """

    def __init__(self, run: AutologgedRun, options: dict[str, Any], model_id: str | None) -> None:
        self.run = run
        self.every_epoch: int = options["log_every_n_epoch"]
        self.every_step: int | None = options["log_every_n_step"]
        self.model_id = model_id
        self.checkpoints: Checkpoints | None = None
        self.example: Any = None
        self._step_keys: set[str] = set()
        if model_id is None or not options["log_model_signatures"]:
            self._leave("on_train_batch_start")

    def on_train_start(self, trainer: Any, pl_module: Any) -> None:
        """Log what is known now that the optimizers are there."""
        if not self.every_step and (self.checkpoints is None or self.checkpoints.is_due_at_epoch()):
            self._leave("on_train_batch_end")
        if not trainer.is_global_zero:
            return
        params: dict[str, Any] = {"epochs": trainer.max_epochs}
        for optimizer in trainer.optimizers[:1]:  # the names of a second one's would be the same
            optimizer = getattr(optimizer, "optimizer", optimizer)
            params["optimizer_name"] = type(optimizer).__name__
            params |= getattr(optimizer, "defaults", {})
        stopping = early_stopping(trainer)
        if stopping is not None:
            names = ("monitor", "mode", "patience", "min_delta", "stopped_epoch")
            params |= {name: getattr(stopping, name) for name in names}
        self.run.log_params(params, tags={"Mode": "training"})

    def on_train_batch_start(self, trainer: Any, pl_module: Any, batch: Any, batch_idx: int) -> None:
        """Keep the first rows for the model's signature."""
        self._leave("on_train_batch_start")
        self.example = _example(batch)

    def on_train_batch_end(self, trainer: Any, pl_module: Any, outputs: Any, batch: Any, batch_idx: int) -> None:
        """Log the metrics of a step, where steps are logged, and a checkpoint, where one is due."""
        step = trainer.global_step
        if self.every_step:
            found = trainer._results.metrics(on_step=True)["log"]
            self._step_keys |= found.keys()
            if (step + 1) % self.every_step == 0:
                self._log(trainer, found, step)
        if self.checkpoints is not None and self.checkpoints.is_due_at_step(step):
            write_checkpoint(self.checkpoints, trainer, self.run.run_id)

    def on_train_epoch_end(self, trainer: Any, pl_module: Any) -> None:
        """Log the metrics of an epoch, and a checkpoint, where one is due."""
        if (trainer.current_epoch + 1) % self.every_epoch == 0:
            found = {key: value for key, value in trainer.callback_metrics.items() if key not in self._step_keys}
            self._log(trainer, found, trainer.current_epoch)
        if self.checkpoints is not None and self.checkpoints.is_due_at_epoch():
            write_checkpoint(self.checkpoints, trainer, self.run.run_id)

    def on_train_end(self, trainer: Any, pl_module: Any) -> None:
        """Log how the training was stopped early, if it was."""
        stopping = early_stopping(trainer)
        if stopping is not None and stopping.stopped_epoch:
            found = {
                "stopped_epoch": stopping.stopped_epoch,
                "restored_epoch": stopping.stopped_epoch - max(1, stopping.patience),
                "best_score": stopping.best_score,
                "wait_count": stopping.wait_count,
            }
            self._log(trainer, found, 0)

    def on_test_start(self, trainer: Any, pl_module: Any) -> None:
        """Say what the trainer does now."""
        if trainer.is_global_zero:
            self.run.set_tags({"Mode": "testing"})

    def on_test_end(self, trainer: Any, pl_module: Any) -> None:
        """Log the metrics of a test."""
        self._log(trainer, trainer.callback_metrics, 0)

    def _leave(self, hook: str) -> None:
        vars(self)[hook] = None  # as those of `_IDLE`

    def _log(self, trainer: Any, metrics: Any, step: int) -> None:
        if trainer.is_global_zero:
            self.run.log_metrics(numbers(metrics), step, model_id=self.model_id)


@functools.cache
def _training_callback_class() -> type[TrainingHooks]:
    # Made at its first use: its base is Lightning's, which is not there for everybody.
    return type(
        "TrainingCallback", (TrainingHooks, namespace().Callback), {"__reduce__": _reduce, **dict.fromkeys(_IDLE)}
    )


def training_callback(run: AutologgedRun, options: dict[str, Any], model_id: str | None) -> TrainingHooks:
    """A callback for a trainer; arguments as of `TrainingHooks`."""
    return _training_callback_class()(run, options, model_id)


def _reduce(self: TrainingHooks) -> tuple[Any, ...]:
    """How it travels to the processes that a trainer starts: they make the class anew."""
    return _again, (vars(self),)


def _again(state: dict[str, Any]) -> TrainingHooks:
    kind: Any = _training_callback_class()
    callback: TrainingHooks = kind.__new__(kind)
    vars(callback).update(state)
    return callback


def early_stopping(trainer: Any) -> Any:
    """The trainer's `EarlyStopping`, of either package; None where it has none."""
    for callback in trainer.callbacks:
        if any(base.__name__ == "EarlyStopping" for base in type(callback).__mro__):
            return callback
    return None


def _example(batch: Any) -> Any:
    """The first rows of what a batch gives the model, on the CPU; None for batches that are not tensors."""
    import torch

    x: Any = batch[0] if isinstance(batch, list | tuple) and batch else batch
    return x[:5].detach().cpu().clone() if isinstance(x, torch.Tensor) and x.dim() else None
