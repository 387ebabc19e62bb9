"""`mlflow.keras.autolog`: trainings with Keras 3 log themselves."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from types import GeneratorType
from typing import Any

from mlflow.autologging import AutologgedRun, Call, Integration, safely
from mlflow.autologging.datasets import dataset_of
from mlflow.autologging.models import logged_model
from mlflow.environment.libraries import library
from mlflow.keras.callback import MlflowCallback, check_frequency
from mlflow.keras.model_io import FLAVOR_NAME, log_model
from mlflow.models.interface import ModelSignature, infer_signature

_NO_PARAMS = frozenset({"self", "x", "y", "callbacks", "validation_data", "verbose"})
"""Arguments of `fit` that are data, not parameters."""


def autolog(
    log_every_epoch: bool = True,
    log_every_n_steps: int | None = None,
    log_models: bool = True,
    log_model_signatures: bool = True,
    save_exported_model: bool = False,
    log_datasets: bool = True,
    log_input_examples: bool = False,
    disable: bool = False,
    exclusive: bool = False,
    disable_for_unsupported_versions: bool = False,
    silent: bool = False,
    registered_model_name: str | None = None,
    save_model_kwargs: dict[str, Any] | None = None,
    extra_tags: dict[str, str] | None = None,
) -> None:
    """Log every `fit` of a Keras model from now on, to the active run or to a run of its own.

    What is logged: the arguments of `fit` and the optimizer's parameters; metrics by epoch or by step; a summary of
    the model; the data, where it is arrays, tables, tensors or a `tf.data.Dataset` (which is read once more for its
    digest); the model. What cannot be logged is a warning; it never stops a training.

    Args:
        log_every_epoch: log metrics at the end of every epoch.
        log_every_n_steps: log metrics after every n-th step instead.
        log_models: log the model when it is trained.
        log_model_signatures: log what it takes and gives.
        save_exported_model: log what serves predictions only, see `mlflow.keras.save_model`.
        log_datasets: log what it was trained on.
        log_input_examples: log the first rows of the input with the model.
        disable: stop logging instead, and leave Keras as it was.
        exclusive: log nothing while a run is active that the user started.
        disable_for_unsupported_versions: log nothing with versions of Keras that this was not made for.
        silent: show no messages of autologging.
        registered_model_name: also make a version of this registered model for each model.
        save_model_kwargs: for `keras.Model.save`.
        extra_tags: tags of every run that autologging starts.
    """
    INTEGRATION.enable(locals())


def _patch() -> None:
    INTEGRATION.watch(library("keras").Model, "fit", _fit)


def _fit(call: Call) -> Generator[None, None, None]:
    model, options = call.owner, call.options
    run = call.run()
    with call.safely("log the parameters"):
        run.log_params(fit_params(call))
    if options["log_datasets"]:
        with call.safely("log the datasets"):
            log_data(run, call)
    example = None
    with logged_model(call, run) as model_id:
        with call.safely("watch the training"):
            own = callback_of(FLAVOR_NAME, run, options, model_id)
            call.put("callbacks", [*listed_callbacks(call.argument("callbacks")), own])
        with call.safely("take an input example"):
            example = first_rows(call.argument("x"))
        yield
    if model_id is not None:
        with call.safely("log the model"):
            _log_model(model, model_id, example, options)


def listed_callbacks(callbacks: Any) -> list[Any]:
    """Callbacks as a list; a `CallbackList` is one callback among others."""
    if callbacks is None:
        return []
    return list(callbacks) if isinstance(callbacks, list | tuple) else [callbacks]


def callback_of(flavor: str, run: AutologgedRun, options: dict[str, Any], model_id: str | None) -> MlflowCallback:
    """The callback that logs a training to a run, as often as the options say."""
    every_epoch, steps = options["log_every_epoch"], options["log_every_n_steps"]
    with safely(flavor, "choose how often metrics are logged"):
        check_frequency(every_epoch, steps)
    callback = MlflowCallback(model_id=model_id)
    callback.run = run
    callback.log_every_epoch, callback.log_every_n_steps = every_epoch, steps
    return callback


def fit_params(call: Call) -> dict[str, Any]:
    """The arguments of `fit`, defaults included, and the size of batches where the data says it."""
    params = {key: value for key, value in call.arguments().items() if key not in _NO_PARAMS}
    if params.get("batch_size") is None:
        params["batch_size"] = _batch_size(call)
    return params


def _batch_size(call: Call) -> int | None:
    """How many rows the batches of a loader or a generator have; None of arrays."""
    x = call.argument("x")
    if isinstance(x, GeneratorType):
        first = next(x)
        call.put("x", _again(first, x))
        return _rows(first)
    if hasattr(x, "element_spec"):  # a `tf.data.Dataset`, which can be read again
        return _rows(next(iter(x)))
    size = getattr(x, "batch_size", None)
    return size if isinstance(size, int) else None


def _again(first: Any, rest: Iterator[Any]) -> Generator[Any, None, None]:
    yield first
    yield from rest


def _rows(batch: Any) -> int | None:
    x: Any = batch[0] if isinstance(batch, list | tuple) else batch
    x = next(iter(x.values()), None) if isinstance(x, dict) else x
    return len(x) if hasattr(x, "__len__") else None


def log_data(run: AutologgedRun, call: Call) -> None:
    """Record what a run is trained on, and what it is validated with: arrays, tables, tensors, `tf.data` datasets."""
    validation = call.argument("validation_data")
    if not isinstance(validation, list | tuple):
        validation = (validation,)
    for context, x, y in (
        ("train", call.argument("x"), call.argument("y")),
        ("eval", validation[0], validation[1] if len(validation) > 1 else None),
    ):
        if x is not None and not _is_endless(x, call):
            with call.safely(f"log the dataset for {context}"):
                dataset = dataset_of(x, y)
                if dataset is not None:
                    run.log_dataset(dataset, context)


def _is_endless(x: Any, call: Call) -> bool:
    """Whether a dataset may have no end: reading it for its digest would not end either."""
    if not hasattr(x, "element_spec") or not hasattr(x, "cardinality"):
        return False
    # -1: it has no end; -2: nobody knows, and someone who says how many steps to take has a reason.
    size = int(x.cardinality())
    return size == -1 or (size == -2 and call.argument("steps_per_epoch") is not None)


def first_rows(x: Any) -> Any:
    """The first rows of the input, as an array or a dict of arrays; None of data that is not looked into."""
    import numpy as np

    if hasattr(x, "element_spec"):  # a `tf.data.Dataset`
        x = next(iter(x), None)
    elif hasattr(x, "__getitem__") and hasattr(x, "on_epoch_end"):  # batches by number, of Keras
        x = x[0]
    x = x[0] if isinstance(x, tuple | list) and (isinstance(x, tuple) or len(x) == 1) and x else x
    if isinstance(x, dict):
        rows = {key: first_rows(each) for key, each in x.items()}
        return None if any(each is None for each in rows.values()) else rows
    if hasattr(x, "to_numpy"):
        x = x.to_numpy()
    elif type(x).__module__.partition(".")[0] == "tensorflow" and hasattr(x, "numpy"):
        x = x.numpy()
    return x[:5].copy() if isinstance(x, np.ndarray) and x.ndim else None


def signature_of(flavor: str, model: Any, example: Any, options: dict[str, Any]) -> ModelSignature | None:
    """The signature that a model is logged with: what it predicts of the first rows, where that is asked for."""
    if example is not None and options["log_model_signatures"]:
        with safely(flavor, "infer the model's signature"):
            return infer_signature(example, model.predict(example, verbose=0))
    return None


def _log_model(model: Any, model_id: str, example: Any, options: dict[str, Any]) -> None:
    log_model(
        model,
        name="model",
        model_id=model_id,
        signature=signature_of(FLAVOR_NAME, model, example, options),
        input_example=example if options["log_input_examples"] else None,
        save_exported_model=options["save_exported_model"],
        registered_model_name=options["registered_model_name"],
        save_model_kwargs=options["save_model_kwargs"],
    )


INTEGRATION = Integration(FLAVOR_NAME, _patch, module="keras", supported=("3.0.2", "4"))

__all__ = ["autolog"]
