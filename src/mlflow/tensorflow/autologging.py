"""`mlflow.tensorflow.autolog`: trainings of Keras models that compute with TensorFlow log themselves."""

from __future__ import annotations

import inspect
import tempfile
from collections.abc import Generator
from typing import Any

import mlflow
from mlflow.autologging import AutologgedRun, Call, Integration, safe_callbacks, safely
from mlflow.autologging.models import logged_model
from mlflow.environment.libraries import library
from mlflow.keras.autologging import (
    callback_of,
    first_rows,
    fit_params,
    listed_callbacks,
    log_data,
    signature_of,
)
from mlflow.tensorflow.model_io import FLAVOR_NAME, log_model


def autolog(
    log_models: bool = True,
    log_datasets: bool = True,
    disable: bool = False,
    exclusive: bool = False,
    disable_for_unsupported_versions: bool = False,
    silent: bool = False,
    registered_model_name: str | None = None,
    log_input_examples: bool = False,
    log_model_signatures: bool = True,
    saved_model_kwargs: dict[str, Any] | None = None,
    keras_model_kwargs: dict[str, Any] | None = None,
    extra_tags: dict[str, str] | None = None,
    log_every_epoch: bool = True,
    log_every_n_steps: int | None = None,
    checkpoint: bool = True,
    checkpoint_monitor: str = "val_loss",
    checkpoint_mode: str = "min",
    checkpoint_save_best_only: bool = True,
    checkpoint_save_weights_only: bool = False,
    checkpoint_save_freq: str | int = "epoch",
) -> None:
    """Log every `fit` of a Keras model from now on, to the active run or to a run of its own.

    What is logged: the arguments of `fit`, the optimizer's parameters and those of early stopping; metrics by epoch or
    by step; checkpoints; a summary of the model; the data, where it is arrays, tables, tensors or a `tf.data.Dataset`
    (which is read once more for its digest); files for TensorBoard; the model. What cannot be logged is a warning; it
    never stops a training.

    Args:
        log_models: log the model when it is trained.
        log_datasets: log what it was trained on.
        disable: stop logging instead, and leave Keras as it was.
        exclusive: log nothing while a run is active that the user started.
        disable_for_unsupported_versions: log nothing with versions of TensorFlow that this was not made for.
        silent: show no messages of autologging.
        registered_model_name: also make a version of this registered model for each model.
        log_input_examples: log the first rows of the input with the model.
        log_model_signatures: log what the model takes and gives.
        saved_model_kwargs: for `tf.saved_model.save`.
        keras_model_kwargs: for `keras.Model.save`.
        extra_tags: tags of every run that autologging starts.
        log_every_epoch: log metrics at the end of every epoch.
        log_every_n_steps: log metrics after every n-th step instead.
        checkpoint: log checkpoints.
        checkpoint_monitor: the metric that says which one is the best.
        checkpoint_mode: `"min"` or `"max"`: which is better.
        checkpoint_save_best_only: keep the best one only.
        checkpoint_save_weights_only: keep the weights only.
        checkpoint_save_freq: `"epoch"`, or a number of steps.
    """
    INTEGRATION.enable(locals())


def _patch() -> None:
    INTEGRATION.watch(library("keras").Model, "fit", _fit)


def _fit(call: Call) -> Generator[None, None, None]:
    model, options = call.owner, call.options
    run = call.run()
    callbacks = listed_callbacks(call.argument("callbacks"))
    stopping = next((each for each in callbacks if type(each).__name__ == "EarlyStopping"), None)
    with call.safely("log the parameters"):
        run.log_params({**fit_params(call), **_stopping_params(stopping)})
    if options["log_datasets"]:
        with call.safely("log the datasets"):
            log_data(run, call)
    example = None
    with tempfile.TemporaryDirectory() as scratch:
        with logged_model(call, run) as model_id:
            with call.safely("watch the training"):
                callbacks += _own_callbacks(run, options, model_id, scratch)
                call.put("callbacks", callbacks)
            with call.safely("take an input example"):
                example = first_rows(call.argument("x"))
            yield
        with call.safely("log what stopped the training"):
            _log_stopping(run, stopping, model_id, call.result)
        with call.safely("log the files for TensorBoard"):
            run.log_artifacts(scratch, "tensorboard_logs")
    if model_id is not None:
        with call.safely("log the model"):
            _log_model(model, model_id, example, options)


def _own_callbacks(run: AutologgedRun, options: dict[str, Any], model_id: str | None, directory: str) -> list[Any]:
    callback = callback_of(FLAVOR_NAME, run, options, model_id)
    callback.prefix = "opt_"
    found: list[Any] = [callback, _safe(library("keras").callbacks.TensorBoard)(directory)]
    if options["checkpoint"]:
        with safely(FLAVOR_NAME, "prepare checkpoints"):
            found.append(_checkpoint_callback(run, options))
    return found


def _checkpoint_callback(run: AutologgedRun, options: dict[str, Any]) -> Any:
    names = ("monitor", "mode", "save_best_only", "save_weights_only", "save_freq")
    callback = _safe(mlflow.tensorflow.MlflowModelCheckpointCallback)(
        **{name: options[f"checkpoint_{name}"] for name in names}
    )
    callback.run_id = run.run_id
    return callback


def _safe(kind: type) -> Any:
    """The same callback, whose methods do not raise: the user did not put it there."""
    own = {name: value for name, value in vars(kind).items() if inspect.isfunction(value) and name[:2] != "__"}
    return safe_callbacks(FLAVOR_NAME)(type(kind.__name__, (kind,), own))


def _stopping_params(stopping: Any) -> dict[str, Any]:
    names = ("monitor", "min_delta", "patience", "baseline", "restore_best_weights")
    return {} if stopping is None else {name: getattr(stopping, name) for name in names}


def _log_stopping(run: AutologgedRun, stopping: Any, model_id: str | None, history: Any) -> None:
    """Log how a training was stopped early: when, and what is restored with its metrics, if anything is."""
    if stopping is None or not stopping.stopped_epoch:
        return
    restored = stopping.best_epoch if stopping.restore_best_weights else None
    metrics = {"stopped_epoch": stopping.stopped_epoch}
    if restored is not None:
        metrics["restored_epoch"] = restored
    run.log_metrics(metrics, model_id=model_id)
    if restored is not None:
        values = {key: float(each[restored]) for key, each in history.history.items()}
        run.log_metrics(values, len(history.epoch), model_id=model_id)


def _log_model(model: Any, model_id: str, example: Any, options: dict[str, Any]) -> None:
    log_model(
        model,
        name="model",
        model_id=model_id,
        signature=signature_of(FLAVOR_NAME, model, example, options),
        input_example=example if options["log_input_examples"] else None,
        registered_model_name=options["registered_model_name"],
        saved_model_kwargs=options["saved_model_kwargs"],
        keras_model_kwargs=options["keras_model_kwargs"],
    )


INTEGRATION = Integration(FLAVOR_NAME, _patch, module="tensorflow", supported=("2.16", "3"))

__all__ = ["autolog"]
