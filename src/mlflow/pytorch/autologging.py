"""`mlflow.pytorch.autolog`: trainings with Lightning log themselves."""

from __future__ import annotations

import functools
import importlib
import os
import sys
from collections.abc import Generator
from typing import Any

from mlflow.autologging import AutologgedRun, Call, Integration, safely
from mlflow.autologging.imports import when_imported
from mlflow.autologging.models import logged_model
from mlflow.models.checkpoints import Checkpoints
from mlflow.models.interface import ModelSignature, infer_signature
from mlflow.pytorch import tensorboard
from mlflow.pytorch.lightning import NAMESPACES, TrainingHooks, early_stopping, training_callback
from mlflow.pytorch.model_io import FLAVOR_NAME, log_model


def autolog(
    log_every_n_epoch: int = 1,
    log_every_n_step: int | None = None,
    log_models: bool = True,
    log_datasets: bool = True,
    disable: bool = False,
    exclusive: bool = False,
    disable_for_unsupported_versions: bool = False,
    silent: bool = False,
    registered_model_name: str | None = None,
    extra_tags: dict[str, str] | None = None,
    checkpoint: bool = True,
    checkpoint_monitor: str = "val_loss",
    checkpoint_mode: str = "min",
    checkpoint_save_best_only: bool = True,
    checkpoint_save_weights_only: bool = False,
    checkpoint_save_freq: str | int = "epoch",
    log_model_signatures: bool = True,
) -> None:
    """Log every `Trainer.fit` of Lightning from now on, and what other loops tell TensorBoard.

    What is logged of Lightning, to the active run or to a run of its own: the optimizer's parameters, the number of
    epochs and those of early stopping; what the module logs with `self.log`, by epoch, and where asked for by step;
    checkpoints; a summary of the module; the module; later what `Trainer.test` says. Of several processes that train
    together, the first one logs.

    Loops that are written by hand log by hand, or by `torch.utils.tensorboard.SummaryWriter`: while a run is active,
    what its `add_hparams` is told are params and metrics of the run, and with `log_every_n_step` so are the values of
    `add_scalar` and `add_scalars`. What cannot be logged is a warning; it never stops a training.

    Args:
        log_every_n_epoch: log metrics at the end of each n-th epoch.
        log_every_n_step: also log the metrics of steps, of each n-th one, and the scalars that TensorBoard is told.
        log_models: log the module when it is trained.
        log_datasets: accepted for compatibility: loaders of data have no description.
        disable: stop logging instead, and leave Lightning as it was.
        exclusive: log nothing while a run is active that the user started.
        disable_for_unsupported_versions: log nothing with versions of PyTorch that this was not made for.
        silent: show no messages of autologging.
        registered_model_name: also make a version of this registered model for each module.
        extra_tags: tags of every run that autologging starts.
        checkpoint: log checkpoints.
        checkpoint_monitor: the metric that says which one is the best.
        checkpoint_mode: `"min"` or `"max"`: which is better.
        checkpoint_save_best_only: keep the best one only.
        checkpoint_save_weights_only: keep the weights only.
        checkpoint_save_freq: `"epoch"`, or a number of steps.
        log_model_signatures: log what the module takes and gives.
    """
    INTEGRATION.enable(locals())


def _patch() -> None:
    for name in NAMESPACES:
        when_imported(name, functools.partial(_patch_trainer, name), key=FLAVOR_NAME)
    when_imported(tensorboard.MODULE, _patch_writer, key=FLAVOR_NAME)


def _patch_trainer(name: str) -> None:
    if INTEGRATION.options is not None:  # not disabled before Lightning was imported
        with safely(FLAVOR_NAME, f"watch {name}"):
            INTEGRATION.watch(sys.modules[name].Trainer, "fit", _fit)


def _patch_writer() -> None:
    if INTEGRATION.options is not None:
        with safely(FLAVOR_NAME, f"watch {tensorboard.MODULE}"):
            for name, around in tensorboard.METHODS.items():
                INTEGRATION.patches.call(sys.modules[tensorboard.MODULE].SummaryWriter, name, around)


def _fit(call: Call) -> Generator[None, None, None]:
    trainer, module, options = call.owner, call.argument("model"), call.options
    callback: TrainingHooks | None = None
    if trainer.global_rank != 0 or module is None:
        return
    run = call.run()
    with logged_model(call, run) as model_id:
        with call.safely("watch the training"):
            callback = training_callback(run, options, model_id)
            with call.safely("prepare checkpoints"):
                callback.checkpoints = _checkpoints(options)
            # It stays there afterwards, for `Trainer.test`; one of an earlier training must not log twice.
            trainer.callbacks[:] = [each for each in trainer.callbacks if not isinstance(each, TrainingHooks)]
            trainer.callbacks.append(callback)
        yield
    with call.safely("log the module's summary"):
        _log_summary(run, trainer, module)
    if model_id is not None and callback is not None:
        with call.safely("log the module"):
            _log_module(run, callback, module, options)
            _log_restored(run, trainer)


def _checkpoints(options: dict[str, Any]) -> Checkpoints | None:
    if not options["checkpoint"]:
        return None
    return Checkpoints(
        ".pth",
        monitor=options["checkpoint_monitor"],
        mode=options["checkpoint_mode"],
        save_best_only=options["checkpoint_save_best_only"],
        save_weights_only=options["checkpoint_save_weights_only"],
        save_freq=options["checkpoint_save_freq"],
    )


def _log_summary(run: AutologgedRun, trainer: Any, module: Any) -> None:
    package = type(trainer).__module__.partition(".trainer")[0]
    summaries = importlib.import_module(f"{package}.utilities.model_summary")
    run.log_text(str(summaries.ModelSummary(module, max_depth=-1)), "model_summary.txt")


def _log_module(run: AutologgedRun, callback: TrainingHooks, module: Any, options: dict[str, Any]) -> None:
    signature = None
    if callback.example is not None:
        with safely(FLAVOR_NAME, "infer the module's signature"):
            signature = _signature(module, callback.example)
    log_model(
        module,
        name="model",
        model_id=callback.model_id,
        signature=signature,
        registered_model_name=options["registered_model_name"],
    )


def _signature(module: Any, example: Any) -> ModelSignature:
    import torch

    modes = [(each, each.training) for each in module.modules()]
    module.eval()
    try:
        with torch.no_grad():
            output = module(example.to(module.device))
    finally:
        for each, training in modes:
            each.training = training
    return infer_signature(example.numpy(), output.cpu().numpy())


def _log_restored(run: AutologgedRun, trainer: Any) -> None:
    """Log Lightning's own best checkpoint, of a training that could stop early."""
    stopping = early_stopping(trainer)
    path = getattr(trainer.checkpoint_callback, "best_model_path", "")
    if stopping is not None and path and os.path.exists(path):
        run.log_artifact(path, "restored_model_checkpoint")


INTEGRATION = Integration(FLAVOR_NAME, _patch, module="torch", supported=("2.1", "3"))

__all__ = ["autolog"]
