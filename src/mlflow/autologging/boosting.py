"""A training of boosted trees, as a run: metrics of each iteration, early stopping, importance of features, model."""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Callable, Generator, Mapping, Sequence
from typing import Any

import mlflow
from mlflow.autologging.calls import Call
from mlflow.autologging.inputs import described, example_of, signature_of
from mlflow.context.providers import resolve_tags
from mlflow.data.code_dataset_source import CodeDatasetSource
from mlflow.sklearn.predictions import trained

MODEL_NAME = "model"
MAX_DATA_BYTES = 256 * 2**20
"""Data of a training is described, which takes copies of it, when it is not larger than this."""


class Boosting:
    """One training, of a booster or of an estimator, which trains one: what is logged of it, to the run of the call.

    A library's own class says what is logged `before` and `after` the booster is trained, and logs the model.
    """

    def __init__(self, call: Call) -> None:
        self.call = call
        self.run = call.run()
        self.options = call.options
        self.model_id: str | None = None
        self.dataset: Any = None
        self.measured: dict[str, list[float]] = {}
        """The values of each metric, by iteration."""
        self.first = 0
        """The number of the first iteration: of a training that goes on with a booster, not 0."""
        self.example: Any = None
        """A few rows of the input."""

    # -- what a library says ------------------------------------------------------------------------------------
    def before(self, train: Call) -> None:
        """Log what the call that trains the booster gets, and have it call back after each iteration."""
        raise NotImplementedError

    def after(self, booster: Any) -> None:
        """Log what came of it."""
        raise NotImplementedError

    def log_booster(self, booster: Any) -> None:
        """Log the booster as the model."""
        raise NotImplementedError

    def log_estimator(self, estimator: Any) -> None:
        """Log an estimator as the model."""
        raise NotImplementedError

    # -- what it says it with -----------------------------------------------------------------------------------
    def log_params(self, params: Mapping[str, Any]) -> None:
        """Log the parameters."""
        with self.call.safely("log the parameters"):
            self.run.log_params(params)

    def log_dataset(self, make: Callable[[CodeDatasetSource], Any], context: str) -> None:
        """Log a dataset that is made of a source, if datasets are to be logged; that of the training is kept."""
        if self.options["log_datasets"]:
            with self.call.safely(f"log the dataset ({context})"):
                dataset = make(CodeDatasetSource(resolve_tags()))
                if dataset is not None:
                    self.run.log_dataset(dataset, context)
                if context == "train":
                    self.dataset = dataset

    def begin_model(self) -> None:
        """Make the logged model, if models are to be logged, so that metrics can say that they are about it."""
        if self.options["log_models"]:
            with self.call.safely("begin the model"):
                self.model_id = mlflow.initialize_logged_model(MODEL_NAME, self.run.run_id).model_id

    def fail_model(self) -> None:
        """Say that the model that was begun will not come."""
        if self.model_id is not None:
            with self.call.safely("mark the model as failed"):
                mlflow.finalize_logged_model(self.model_id, "FAILED")

    def log_iteration(self, metrics: Mapping[str, float]) -> None:
        """Log what the last iteration measured."""
        named = {key.replace("@", "_at_"): float(value) for key, value in metrics.items()}
        for key, value in named.items():
            self.measured.setdefault(key, []).append(value)
        self.run.log_metrics(named, self.iterations - 1, model_id=self.model_id)

    @property
    def iterations(self) -> int:
        """How many iterations there were."""
        return max((len(values) for values in self.measured.values()), default=0)

    def log_best(self, best: int, stopped: int, dataset: Any = None) -> None:
        """Log which iteration was the best and which the last, counted as the library does."""
        found = {"stopped_iteration": float(stopped), "best_iteration": float(best)}
        self.run.log_metrics(found, model_id=self.model_id, dataset=dataset)

    def log_metrics_of(self, iteration: int, dataset: Any = None) -> None:
        """Log the metrics of an iteration, counted from 0, once more: as those after the last one."""
        metrics = {key: values[iteration] for key, values in self.measured.items()}
        self.run.log_metrics(metrics, self.iterations, model_id=self.model_id, dataset=dataset)

    def log_importance(
        self, kind: str, importance: Mapping[str, Any], content: Mapping[str, Any] | None = None
    ) -> None:
        """Log the importance of features, as JSON (`content`, by default the same) and as a picture."""
        name = f"feature_importance_{kind}"
        with self.call.safely(f"log the importance of features ({kind})"):
            self.run.log_dict(dict(importance if content is None else content), f"{name}.json")

        def draw() -> None:
            with tempfile.TemporaryDirectory() as scratch:
                path = os.path.join(scratch, f"{name}.png")
                draw_importance(list(importance), list(importance.values()), kind, path)
                self.run.log_artifact(path)

        with self.call.safely(f"draw the importance of features ({kind})"):
            self.run.later(draw)

    def log_model(
        self, model: Any, log: Callable[..., Any], example: Any, predict: Callable[[Any], Any], **given: Any
    ) -> None:
        """Log the model, if models are to be logged.

        Args:
            model: what was trained.
            log: the flavor's `log_model`.
            example: a few rows of the input, or None where they are not known.
            predict: predicts them.
            **given: further arguments of `log`.
        """
        if not self.options["log_models"]:
            return
        interface = described(self.call, example, lambda: signature_of(example, predict))
        with self.call.safely("log the model"):
            self.model_id = log(
                model,
                name=MODEL_NAME,
                registered_model_name=self.options["registered_model_name"],
                model_id=self.model_id,
                **interface,
                **given,
            ).model_id


class _Own(threading.local):
    """What belongs to one thread."""

    fit: Boosting | None = None
    """The training of an estimator that has not trained its booster yet."""


class BoostingHooks:
    """Hooks around what trains a booster, and around the `fit` of estimators.

    Args:
        make: the library's class.
    """

    def __init__(self, make: Callable[[Call], Boosting]) -> None:
        self._make = make
        self._own = _Own()

    def train(self, call: Call) -> Generator[None, None, None]:
        """Log a call of the library's `train`."""
        training = self._make(call)
        with call.safely("log what is trained"):
            training.before(call)
        training.begin_model()
        try:
            yield
        except BaseException:
            training.fail_model()
            raise
        with call.safely("log what came of it"):
            training.after(call.result)
        training.log_booster(call.result)

    def fit(self, call: Call) -> Generator[None, None, None]:
        """Log an estimator's `fit`."""
        training = self._own.fit = self._make(call)
        x = call.argument("X")
        if hasattr(x, "shape"):
            with call.safely("take an input example"):
                training.example = example_of(x)
        try:
            yield
        finally:
            self._own.fit = None
        training.log_estimator(call.owner)
        with call.safely("remember the run"):
            trained(call.owner, training.run.run_id, training.model_id, training.dataset)

    def train_in_fit(self, call: Call) -> Generator[None, None, None]:
        """Log a call of `train` that an estimator's `fit` makes: as a part of that one."""
        training, self._own.fit = self._own.fit, None
        if training is None:
            return  # within another library's training
        with call.safely("log what is trained"):
            training.before(call)
        yield
        with call.safely("log what came of it"):
            training.after(call.result)


def with_subclasses(kind: type) -> list[type]:
    """A class and those that are made of it in the same module."""
    own = [each for each in kind.__subclasses__() if each.__module__ == kind.__module__]
    return [kind, *(each for child in own for each in with_subclasses(child))]


def draw_importance(features: Sequence[str], importance: Sequence[Any], kind: str, path: str) -> None:
    """Draw bars, the longest on top, and write them to a file.

    Args:
        features: their names.
        importance: a number for each; or a list of numbers, one for each class, which are drawn beside each other.
        kind: what the numbers are, e.g. `"gain"`.
        path: the file; its ending says the format.
    """
    import numpy as np
    from matplotlib.figure import Figure

    values = np.asarray(importance, dtype=float)
    values = values.reshape(len(features), values.size // max(len(features), 1))  # features × classes
    order = np.argsort(np.abs(values).sum(axis=1))
    count, classes = values.shape
    tall = max(2.4, min(0.3 * count, 60.0) + 1)
    figure = Figure(figsize=(6.4, tall))
    # Room for the names by their length: a layout that measures them draws everything twice.
    left = min(0.5, 0.06 + 0.014 * max(map(len, map(str, features)), default=0))
    figure.subplots_adjust(left=left, right=0.97, bottom=0.5 / tall, top=1 - 0.3 / tall)
    axes = figure.add_subplot()
    height = 0.8 / max(classes, 1)
    for index in range(classes):
        places = np.arange(count) + (index - (classes - 1) / 2) * height
        axes.barh(places, values[order, index], height, label=f"class {index}")
    axes.set_yticks(np.arange(count), [str(features[index]) for index in order])
    axes.set_xlabel("importance")
    axes.set_title(f"Feature importance ({kind})")
    if classes > 1:
        axes.legend()
    figure.savefig(path)
