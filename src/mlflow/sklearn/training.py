"""One training of an estimator, as a run: what is logged before it, and what after."""

from __future__ import annotations

import copy
import logging
import os
import tempfile
from collections.abc import Callable
from typing import Any

import mlflow
from millrace.errors import MlflowException
from millrace.model import DatasetInput, InputTag, Param, RunTag
from millrace.model.limits import check_key
from mlflow.autologging import argument, positional, safely
from mlflow.client.values import metric_of
from mlflow.fluent.active import client, end_until
from mlflow.models.signature import ModelSignature, infer_signature
from mlflow.sklearn import tuning
from mlflow.sklearn.datasets import dataset_of
from mlflow.sklearn.estimators import class_path, is_search
from mlflow.sklearn.model_io import FLAVOR_NAME, log_model
from mlflow.sklearn.scores import Labelled, evaluate
from mlflow.utils.mlflow_tags import MLFLOW_AUTOLOGGING, MLFLOW_DATASET_CONTEXT

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
        self._dataset: Any = None
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
        self._dataset = dataset_of(self._x, self._y)
        if self._dataset is not None:
            log_dataset(str(self.run_id), self._dataset, "train")

    # -- after ----------------------------------------------------------------------------------------------
    def fail(self) -> None:
        """End the run as failed, when the training started it: an exception leaves the user's call."""
        if self.started and self.run_id is not None:
            with safely(FLAVOR_NAME, "end the run"):
                end_until(self.run_id, "FAILED")

    def finish(self) -> None:
        """Log the model and what it scores, and end the run when the training started it."""
        if self.run_id is None:
            return
        with tempfile.TemporaryDirectory() as directory:
            self._log_models()
            self._log_scores(directory)
            with safely(FLAVOR_NAME, "log the estimator's page"):
                _write_page(self.estimator, directory)
            with safely(FLAVOR_NAME, "log artifacts"):
                client().log_artifacts(self.run_id, directory)
        if is_search(self.estimator):
            tuning.log_children(self.estimator, self.run_id, self.options, self._dataset)
        with safely(FLAVOR_NAME, "remember the run"):
            # After the model was saved: one that is loaded elsewhere should not log to this run.
            setattr(self.estimator, RUN_ATTRIBUTE, self.run_id)
        if self.started:
            with safely(FLAVOR_NAME, "end the run"):
                end_until(self.run_id, "FINISHED")

    def _log_models(self) -> None:
        if not self.options["log_models"]:
            return
        with safely(FLAVOR_NAME, "log the model"):
            self.model_id = self._log_model(self.estimator, "model", self.options["registered_model_name"])
        best = getattr(self.estimator, "best_estimator_", None) if is_search(self.estimator) else None
        if best is not None:
            with safely(FLAVOR_NAME, "log the best estimator"):
                self._log_model(best, "best_estimator", None)

    def _log_model(self, estimator: Any, name: str, registered_model_name: str | None) -> str | None:
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
            params=params_of(estimator),
        ).model_id

    def _log_scores(self, directory: str) -> None:
        metrics: dict[str, float] = {}
        params: list[Param] = []
        with safely(FLAVOR_NAME, "compute training metrics"):
            if self._y is None:
                _logger.warning("Training metrics are not recorded: no labels were passed.")
            else:
                data = Labelled(self.estimator, self._x, self._y, self._weight, self.options["pos_label"])
                metrics = evaluate(data, "training_", directory)
        if is_search(self.estimator):
            with safely(FLAVOR_NAME, "log the search's results"):
                params, best = tuning.write_results(self.estimator, directory)
                metrics |= best
        if metrics or params:
            with safely(FLAVOR_NAME, "log training metrics"):
                log_numbers(str(self.run_id), metrics, params=params, model_id=self.model_id, dataset=self._dataset)


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


# -- what children of a search log too ------------------------------------------------------------------------
def params_of(estimator: Any) -> dict[str, Any]:
    """The parameters of an estimator, defaults and those of inner estimators included.

    Those of a search are its own only: inner ones differ from one trial to the next.
    """
    return dict(estimator.get_params(deep=not is_search(estimator)))


def log_estimator(run_id: str, estimator: Any, *, fresh: bool) -> None:
    """Log parameters and class of an estimator in one request.

    Args:
        run_id: the run.
        estimator: the estimator.
        fresh: whether the run has no params yet: those of others are not overwritten, and would refuse all.
    """
    texts = {key: str(value) for key, value in params_of(estimator).items() if _is_key(key)}
    if not fresh:
        known = client().get_run(run_id).data.params
        changed = sorted(key for key, value in texts.items() if known.get(key, value) != value)
        if changed:
            _logger.warning(
                "The run has other values of these parameters already, which stay: %s. Train in another run to log "
                "them.",
                ", ".join(changed),
            )
        texts = {key: value for key, value in texts.items() if key not in changed}
    tags = [
        RunTag("estimator_name", type(estimator).__name__),
        RunTag("estimator_class", class_path(estimator)),
    ]
    client().log_batch(run_id, params=[Param(key, value) for key, value in texts.items()], tags=tags)


def _is_key(key: str) -> bool:
    try:
        check_key(key, "key")
    except MlflowException as error:
        _logger.warning("A parameter is not recorded: %s", error)
        return False
    return True


def log_dataset(run_id: str, dataset: Any, context: str) -> None:
    """Record that a run uses a dataset, e.g. in the context `"train"`."""
    used = DatasetInput(dataset._to_mlflow_entity(), [InputTag(MLFLOW_DATASET_CONTEXT, context)])
    client().log_inputs(run_id, [used])


def log_numbers(
    run_id: str,
    metrics: dict[str, float],
    *,
    params: list[Param] | None = None,
    model_id: str | None = None,
    dataset: Any = None,
) -> None:
    """Log metrics, and params beside them, in one request.

    Args:
        run_id: the run.
        metrics: values by name.
        params: params of the run.
        model_id: the logged model that was measured.
        dataset: the dataset that it was measured on.
    """
    points = [
        metric_of(
            key,
            value,
            None,
            None,
            model_id=model_id,
            dataset_name=dataset.name if dataset is not None else None,
            dataset_digest=dataset.digest if dataset is not None else None,
            run_id=run_id if model_id else None,
        )
        for key, value in metrics.items()
    ]
    client().log_batch(run_id, metrics=points, params=params or ())
