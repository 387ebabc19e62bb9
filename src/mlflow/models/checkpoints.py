"""Checkpoints of a training, as artifacts of its run: when one is due, where it lies, and which was the latest.

`checkpoints/latest_checkpoint.…` is the best so far where only the best is kept, else each has a folder of its own:
`checkpoints/epoch_<n>/checkpoint.…` or `checkpoints/global_step_<n>/checkpoint.…`. Beside each lie the metrics
that were measured then, in a JSON file.
"""

from __future__ import annotations

import json
import logging
import os
import tempfile
from collections.abc import Callable, Mapping
from typing import Any

import mlflow
from millrace.errors import MlflowException
from mlflow.fluent.active import client
from mlflow.utils.mlflow_tags import LATEST_CHECKPOINT_ARTIFACT_TAG_KEY

_DIRECTORY = "checkpoints"
_LATEST = "latest_checkpoint"
_EACH = "checkpoint"

_logger = logging.getLogger("mlflow.utils.checkpoint_utils")


class Checkpoints:
    """The checkpoints of one training.

    Args:
        suffix: what the files end with, e.g. `.pth`.
        monitor: the metric that says which is the best.
        mode: `min` or `max`: which is better.
        save_best_only: keep the best one only, else each of them.
        save_weights_only: keep the weights only.
        save_freq: `epoch`, or a number of steps.

    Raises:
        MlflowException: only the best is to be kept, and the mode is neither.
    """

    def __init__(
        self,
        suffix: str,
        *,
        monitor: str,
        mode: str,
        save_best_only: bool,
        save_weights_only: bool,
        save_freq: str | int,
    ) -> None:
        if save_best_only and mode not in ("min", "max"):
            raise MlflowException(
                "If checkpoint 'save_best_only' config is set to True, you need to set 'mode' config and available "
                f"modes includes 'min' and 'max', but you set 'mode' to '{mode}'."
            )
        self.suffix = f".weights{suffix}" if save_weights_only else suffix
        self.monitor = monitor
        self.mode = mode
        self.save_best_only = save_best_only
        self.save_weights_only = save_weights_only
        self.save_freq = save_freq
        self.best: float | None = None

    def is_due_at_epoch(self) -> bool:
        """Whether one is due at the end of every epoch."""
        return self.save_freq == "epoch"

    def is_due_at_step(self, step: int) -> bool:
        """Whether one is due after so many steps."""
        return isinstance(self.save_freq, int) and step % self.save_freq == 0

    def log(
        self,
        run_id: str,
        write: Callable[[str], object],
        *,
        epoch: int,
        step: int,
        metrics: Mapping[str, float],
    ) -> None:
        """Log a checkpoint, unless only the best is kept and this one is none.

        Args:
            run_id: the run.
            write: writes the file at a path.
            epoch: the epoch, counted from 0.
            step: the optimizer's steps so far.
            metrics: what was measured.
        """
        if self.save_best_only:
            if not self._is_best(metrics):
                return
            folder, name = _DIRECTORY, _LATEST
        elif self.is_due_at_epoch():
            folder, name = f"{_DIRECTORY}/epoch_{epoch}", _EACH
        else:
            folder, name = f"{_DIRECTORY}/global_step_{step}", _EACH
        with tempfile.TemporaryDirectory() as scratch:
            write(os.path.join(scratch, f"{name}{self.suffix}"))
            with open(os.path.join(scratch, f"{name}_metrics.json"), "w") as file:
                json.dump({**metrics, "epoch": epoch, "global_step": step}, file, indent=2)
            client().log_artifacts(run_id, scratch, folder)
        client().set_tag(run_id, LATEST_CHECKPOINT_ARTIFACT_TAG_KEY, f"{folder}/{name}{self.suffix}")

    def _is_best(self, metrics: Mapping[str, float]) -> bool:
        value = metrics.get(self.monitor)
        if value is None:
            _logger.warning(
                "Checkpoint logging is skipped, because checkpoint 'save_best_only' config is True, it requires to "
                "compare the monitored metric value, but the provided monitored metric value is not available."
            )
            return False
        better = self.best is None or (value < self.best if self.mode == "min" else value > self.best)
        if better:
            self.best = value
        return better


def download(run_id: str | None, epoch: int | None, global_step: int | None, directory: str) -> str:
    """Download a checkpoint; answers its local path.

    Args:
        run_id: the run; the active one by default.
        epoch: the checkpoint of this epoch.
        global_step: or the one after so many steps. With neither, the latest one.
        directory: where to.

    Raises:
        MlflowException: there is no such checkpoint, or no run is active.
    """
    if epoch is not None and global_step is not None:
        raise MlflowException("Only one of 'epoch' and 'global_step' can be set for 'load_checkpoint'.")
    if run_id is None:
        active = mlflow.active_run()
        if active is None:
            raise MlflowException(
                "There is no active run, please provide the 'run_id' argument for 'load_checkpoint' invocation."
            )
        run_id = active.info.run_id
    latest = client().get_run(run_id).data.tags.get(LATEST_CHECKPOINT_ARTIFACT_TAG_KEY)
    if latest is None:
        raise MlflowException("There is no logged checkpoint artifact in the current run.")
    path = latest
    if epoch is not None or global_step is not None:
        folder = f"epoch_{epoch}" if epoch is not None else f"global_step_{global_step}"
        path = f"{_DIRECTORY}/{folder}/{os.path.basename(latest)}"
        if os.path.basename(latest) not in {os.path.basename(each) for each in _files(run_id, os.path.dirname(path))}:
            raise MlflowException(f"The run has no checkpoint {path!r}; its latest one is {latest!r}.")
    return str(client().download_artifacts(run_id, path, directory))


def _files(run_id: str, folder: str) -> list[Any]:
    return [each.path for each in client().list_artifacts(run_id, folder)]


def numbers(metrics: Mapping[str, Any]) -> dict[str, float]:
    """Metrics as plain numbers; tensors of one element are read."""
    return {str(key): float(value) for key, value in metrics.items()}
