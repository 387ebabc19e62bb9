"""One training, as a run: what every flavor does around the call that trains."""

from __future__ import annotations

import json
import logging
import os
import tempfile
from collections.abc import Callable, Mapping
from typing import Any

import mlflow
from mlflow.autologging.options import current
from mlflow.autologging.recording import log_dataset, log_numbers, log_params
from mlflow.autologging.safety import inside, is_inside, quietly, safely
from mlflow.context.providers import resolve_tags
from mlflow.data.code_dataset_source import CodeDatasetSource
from mlflow.fluent.active import client, end_until
from mlflow.models.interface import ModelSignature, infer_signature
from mlflow.utils.mlflow_tags import MLFLOW_AUTOLOGGING

_logger = logging.getLogger("mlflow.utils.autologging_utils")

EXAMPLE_ROWS = 5
MODEL_NAME = "model"
MAX_BYTES = 256 * 2**20
"""Data of a training is described, which takes a copy of it, when it is not larger than this."""

Arguments = tuple[tuple[Any, ...], dict[str, Any]]


class Training:
    """One call that trains. A flavor's own says in `before` and `after` what it logs.

    Args:
        flavor: e.g. `"xgboost"`.
        options: those of its `autolog`.
    """

    def __init__(self, flavor: str, options: dict[str, Any]) -> None:
        self.flavor = flavor
        self.options = options
        self.run_id: str = ""
        self.model_id: str | None = None
        self.started = False
        self.dataset: Any = None

    # -- what a flavor says ---------------------------------------------------------------------------------
    def before(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Arguments:
        """Log what is known before the training; answers the arguments that it gets."""
        return args, kwargs

    def after(self, result: Any) -> None:
        """Log what came of it."""

    # -- the run --------------------------------------------------------------------------------------------
    def begin(self) -> bool:
        """Take the active run, or start one; False, with a warning, when there is none."""
        with safely(self.flavor, "start a run"):
            active = mlflow.active_run()
            if active is None:
                tags = {MLFLOW_AUTOLOGGING: self.flavor, **(self.options.get("extra_tags") or {})}
                active = mlflow.start_run(tags=tags)
                self.started = True
                _logger.info(
                    "Created MLflow autologging run with ID '%s', which will track hyperparameters, performance "
                    "metrics, model artifacts, and lineage information for the current %s workflow",
                    active.info.run_id,
                    self.flavor,
                )
            self.run_id = active.info.run_id
            return True
        return False

    def end(self, status: str) -> None:
        """End the run, when the training started it; a model that was begun and did not come is marked as failed."""
        with quietly(self.options.get("silent", False)):
            if self.model_id is not None and status != "FINISHED":
                with safely(self.flavor, "mark the model as failed"):
                    client().finalize_logged_model(self.model_id, "FAILED")
            if self.started:
                with safely(self.flavor, "end the run"):
                    end_until(self.run_id, status)

    # -- for flavors ----------------------------------------------------------------------------------------
    def safely(self, what: str) -> Any:
        """A block whose errors are warnings, e.g. `with self.safely("log the model"):`."""
        return safely(self.flavor, what)

    def log_params(self, params: Mapping[str, Any], tags: Mapping[str, str] | None = None) -> None:
        """Log params, and tags beside them."""
        with self.safely("log the parameters"):
            log_params(self.run_id, params, fresh=self.started, tags=tags)

    def log_metrics(self, metrics: Mapping[str, float], step: int | None = None, dataset: Any = None) -> None:
        """Log points of metrics, which are about the training's model if it has one yet."""
        with self.safely("log metrics"):
            log_numbers(self.run_id, metrics, step=step, model_id=self.model_id, dataset=dataset)

    def log_dataset(self, make: Callable[[CodeDatasetSource], Any], context: str = "train") -> Any:
        """Log a dataset that is made of a source, if datasets are to be logged; answers it, or None.

        The one with the context `"train"` is kept as `self.dataset`.
        """
        found = None
        if self.options.get("log_datasets", True):
            with self.safely(f"log the {context} dataset"):
                found = make(CodeDatasetSource(resolve_tags()))
                if found is not None:
                    log_dataset(self.run_id, found, context)
        if context == "train":
            self.dataset = found
        return found

    def begin_model(self) -> None:
        """Make the logged model, if models are to be logged, so that metrics can say that they are about it."""
        if self.options.get("log_models", True):
            with self.safely("begin the model"):
                self.model_id = mlflow.initialize_logged_model(name=MODEL_NAME, source_run_id=self.run_id).model_id

    def log_model(
        self, model: Any, log: Callable[..., Any], example: Any, predict: Callable[[Any], Any], **given: Any
    ) -> None:
        """Log the model, if models are to be logged.

        Args:
            model: what was trained.
            log: the flavor's `log_model`.
            example: a few rows of the input, or None where it is not known.
            predict: predicts them.
            **given: further arguments of `log_model`.
        """
        if not self.options.get("log_models", True):
            return
        signature = self._signature(example, predict) if self.options.get("log_model_signatures", True) else None
        with self.safely("log the model"):
            info = log(
                model,
                name=MODEL_NAME,
                signature=signature,
                input_example=example if self.options.get("log_input_examples") else None,
                registered_model_name=self.options.get("registered_model_name"),
                model_id=self.model_id,
                **given,
            )
            self.model_id = info.model_id

    def _signature(self, example: Any, predict: Callable[[Any], Any]) -> ModelSignature | None:
        if example is not None:
            with self.safely("infer the model's signature"):
                return infer_signature(example, predict(example))
        return None

    def log_json(self, content: Any, file_name: str) -> None:
        """Log an artifact in JSON."""
        self.log_file(file_name, lambda path: _write_json(content, path))

    def log_file(self, file_name: str, write: Callable[[str], object]) -> None:
        """Log a file that is written to a path."""
        with self.safely(f"log {file_name}"), tempfile.TemporaryDirectory() as scratch:
            path = os.path.join(scratch, file_name)
            write(path)
            client().log_artifact(self.run_id, path)


def _write_json(content: Any, path: str) -> None:
    with open(path, "w", encoding="utf-8") as file:
        json.dump(content, file)


def is_logged(flavor: str) -> dict[str, Any] | None:
    """The options of a flavor when a training that begins now is to be logged; None otherwise."""
    options = current(flavor)
    if options is None or is_inside() or (options.get("exclusive") and mlflow.active_run() is not None):
        return None
    return options


def train(
    make: Callable[[dict[str, Any]], Training],
    flavor: str,
    call: Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> Any:
    """Call what trains, and log it if it is to be logged; what the user gets is what the call answers or raises.

    Args:
        make: makes the flavor's training of its options.
        flavor: its name.
        call: what trains.
        args: its arguments by position.
        kwargs: its arguments by name.
    """
    options = is_logged(flavor)
    if options is None:
        return call(*args, **kwargs)
    training: Training | None = None
    given = args, kwargs
    try:
        with quietly(options.get("silent", False)), safely(flavor, "log the training"), inside():
            begun = make(options)
            if begun.begin():
                training = begun
                given = training.before(args, dict(kwargs))
        with inside():
            result = call(*given[0], **given[1])
        if training is not None:
            with quietly(options.get("silent", False)), safely(flavor, "log the training"), inside():
                training.after(result)
    except BaseException:
        if training is not None:
            training.end("FAILED")
        raise
    if training is not None:
        training.end("FINISHED")
    return result


def head(data: Any) -> Any:
    """A copy of the first rows of a DataFrame, an array or a sparse matrix; None for anything else."""
    if hasattr(data, "iloc"):
        return data.iloc[:EXAMPLE_ROWS].copy()
    if hasattr(data, "shape") and hasattr(data, "dtype") and len(data.shape):
        return data[:EXAMPLE_ROWS].copy()
    return None
