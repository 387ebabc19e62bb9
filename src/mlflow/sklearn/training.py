"""One training of an estimator, as a run: what is logged before it, and what after."""

from __future__ import annotations

import copy
import logging
import os
import tempfile
from collections.abc import Callable
from typing import Any

import mlflow
from millrace.model import Param
from mlflow.autologging import argument, positional, quietly, safely
from mlflow.fluent.active import client, end_until
from mlflow.models.interface import ModelSignature, infer_signature
from mlflow.sklearn import tuning
from mlflow.sklearn.datasets import dataset_of
from mlflow.sklearn.estimators import is_search
from mlflow.sklearn.model_io import FLAVOR_NAME, log_model
from mlflow.sklearn.recording import log_dataset, log_estimator, log_numbers, params_of
from mlflow.sklearn.scores import Labelled, evaluate
from mlflow.utils.mlflow_tags import MLFLOW_AUTOLOGGING

_logger = logging.getLogger("mlflow.sklearn")

EXAMPLE_ROWS = 5
RUN_ATTRIBUTE = "_mlflow_run_id"
"""What an estimator that was trained with autologging carries, copies and pickles included."""


class Training:
    """One call of `fit`, `fit_transform` or `fit_predict`.

    Every method is safe: what cannot be logged is a warning.

    Args:
        estimator: what is trained.
        call: its bound method.
        args: the call's arguments by position.
        kwargs: the call's arguments by name.
        options: those of `autolog`.
    """

    def __init__(
        self,
        estimator: Any,
        call: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        options: dict[str, Any],
    ) -> None:
        self.estimator = estimator
        self.options = options
        self.run_id: str | None = None
        self.model_id: str | None = None
        self.started = False
        self.dataset: Any = None
        self._example: Any = None
        names = positional(call)
        self._x = argument(call, names[0], args, kwargs) if names else None
        self._y = next((argument(call, name, args, kwargs) for name in ("y", "Y") if name in names), None)
        self._weight = argument(call, "sample_weight", args, kwargs)

    # -- before ---------------------------------------------------------------------------------------------
    def begin(self) -> None:
        """Take the active run, or start one, and log what is known before the training."""
        with safely(FLAVOR_NAME, "start a run"):
            active = mlflow.active_run()
            if active is None:
                tags = {MLFLOW_AUTOLOGGING: FLAVOR_NAME, **(self.options["extra_tags"] or {})}
                active = mlflow.start_run(tags=tags)
                self.started = True
                _logger.info("Created MLflow autologging run with ID '%s'.", active.info.run_id)
            self.run_id = active.info.run_id
        if self.run_id is None:
            return
        with safely(FLAVOR_NAME, "log the parameters"):
            log_estimator(self.run_id, self.estimator, fresh=self.started)
        if self.options["log_datasets"] and self._x is not None:
            with safely(FLAVOR_NAME, "log the dataset"):
                self._log_dataset()
        if self.options["log_models"] and self._x is not None:
            with safely(FLAVOR_NAME, "take an input example"):
                # Now: `fit` may change its input in place.
                self._example = copy.deepcopy(_head(self._x))

    def _log_dataset(self) -> None:
        self.dataset = dataset_of(self._x, self._y)
        if self.dataset is not None:
            log_dataset(str(self.run_id), self.dataset, "train")

    # -- after ----------------------------------------------------------------------------------------------
    def end(self, status: str) -> None:
        """End the run, when the training started it."""
        if self.started and self.run_id is not None:
            with quietly(self.options["silent"]), safely(FLAVOR_NAME, "end the run"):
                end_until(self.run_id, status)

    def log_results(self) -> None:
        """Log the model and what it scores."""
        if self.run_id is None:
            return
        with tempfile.TemporaryDirectory() as directory:
            metrics, params = self._search_results(directory)
            best_model_id = self._log_models(params)
            self._log_scores(directory, metrics, params)
            with safely(FLAVOR_NAME, "log the estimator's page"):
                _write_page(self.estimator, directory)
            with safely(FLAVOR_NAME, "log artifacts"):
                client().log_artifacts(self.run_id, directory)
        if is_search(self.estimator):
            tuning.log_children(self.estimator, self.run_id, self.options, self.dataset, best_model_id)
        with safely(FLAVOR_NAME, "remember the run"):
            # After the model was saved: one that is loaded elsewhere should not log to this run.
            setattr(self.estimator, RUN_ATTRIBUTE, self.run_id)

    def _search_results(self, directory: str) -> tuple[dict[str, float], list[Param]]:
        """The metrics and params of a search; of other estimators none."""
        if is_search(self.estimator):
            with safely(FLAVOR_NAME, "log the search's results"):
                return tuning.write_results(self.estimator, directory)
        return {}, []

    def _log_models(self, found: list[Param]) -> str | None:
        """Log the estimator with the params that a search found, and the best of a search; answers the best's id."""
        if not self.options["log_models"]:
            return None
        with safely(FLAVOR_NAME, "log the model"):
            params = {**params_of(self.estimator), **{param.key: param.value for param in found}}
            self.model_id = self._log_model(self.estimator, "model", params, self.options["registered_model_name"])
        best = getattr(self.estimator, "best_estimator_", None) if is_search(self.estimator) else None
        if best is not None:
            with safely(FLAVOR_NAME, "log the best estimator"):
                return self._log_model(best, "best_estimator", params_of(best), None)
        return None

    def _log_model(
        self, estimator: Any, name: str, params: dict[str, Any], registered_model_name: str | None
    ) -> str | None:
        signature = None
        if self.options["log_model_signatures"] and self._example is not None:
            with safely(FLAVOR_NAME, "infer the model's signature"):
                signature = _signature(estimator, copy.deepcopy(self._example))
        return log_model(
            estimator,
            name=name,
            signature=signature,
            input_example=self._example if self.options["log_input_examples"] else None,
            serialization_format=self.options["serialization_format"],
            registered_model_name=registered_model_name,
            params=params,
        ).model_id

    def _log_scores(self, directory: str, metrics: dict[str, float], params: list[Param]) -> None:
        with safely(FLAVOR_NAME, "compute training metrics"):
            if self._y is None:
                _logger.warning("Training metrics are not recorded: no labels were passed.")
            else:
                data = Labelled(self.estimator, self._x, self._y, self._weight, self.options["pos_label"])
                metrics = metrics | evaluate(data, "training_", directory)
        if metrics or params:
            with safely(FLAVOR_NAME, "log training metrics"):
                log_numbers(str(self.run_id), metrics, params=params, model_id=self.model_id, dataset=self.dataset)


def _head(x: Any) -> Any:
    return x.head(EXAMPLE_ROWS) if hasattr(x, "head") else x[:EXAMPLE_ROWS]


def _signature(estimator: Any, example: Any) -> ModelSignature:
    """The signature of a fitted estimator: its input, and what it predicts, else what it transforms it into."""
    for name in ("predict", "transform"):
        if hasattr(estimator, name):
            return infer_signature(example, getattr(estimator, name)(copy.deepcopy(example)))
    return infer_signature(example)


def _write_page(estimator: Any, directory: str) -> None:
    from sklearn.utils import estimator_html_repr

    with open(os.path.join(directory, "estimator.html"), "w", encoding="utf-8") as file:
        file.write(estimator_html_repr(estimator))
