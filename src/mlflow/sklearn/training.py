"""One training of an estimator, as a run: what is logged before it, and what after."""

from __future__ import annotations

import logging
import tempfile
from pathlib import Path
from typing import Any

from millrace.model import Param
from mlflow.autologging import Call, positional
from mlflow.autologging.datasets import dataset_of
from mlflow.autologging.inputs import described, example_of, signature_of
from mlflow.autologging.runs import AutologgedRun
from mlflow.models.interface import ModelSignature
from mlflow.sklearn import tuning
from mlflow.sklearn.estimators import is_search
from mlflow.sklearn.model_io import log_model
from mlflow.sklearn.predictions import trained
from mlflow.sklearn.recording import params_of, tags_of
from mlflow.sklearn.scores import Labelled, Predicted, evaluate, predict

_logger = logging.getLogger("mlflow.sklearn")


class Training:
    """One call of `fit`, `fit_transform` or `fit_predict`. What of it cannot be logged is a warning.

    Args:
        call: the call.
    """

    def __init__(self, call: Call) -> None:
        self.call = call
        self.estimator = call.owner
        self.options = call.options
        self.run: AutologgedRun = call.run()
        self.run_id = self.run.run_id
        self.model_id: str | None = None
        self.dataset: Any = None
        self._example: Any = None
        names = positional(call.function)
        self._x = call.argument(names[0]) if names else None
        self._y = next((call.argument(name) for name in ("y", "Y") if name in names), None)
        self._weight = call.argument("sample_weight")

    # -- before ---------------------------------------------------------------------------------------------
    def begin(self) -> None:
        """Log what is known before the training."""
        with self.call.safely("log the parameters"):
            self.run.log_params(params_of(self.estimator), tags_of(self.estimator))
        if self._x is not None:
            self.dataset = self.call.log_training_data(lambda: dataset_of(self._x, self._y))
        if self.options["log_models"] and self._x is not None:
            with self.call.safely("take an input example"):
                # Now: `fit` may change its input in place.
                self._example = example_of(self._x)

    # -- after ----------------------------------------------------------------------------------------------
    def log_results(self) -> None:
        """Log the model and what it scores."""
        files: dict[str, str] = {}
        metrics, params = self._search_results(files)
        best_model_id = self._log_models(params)
        predicted = self._predict()
        if params:
            with self.call.safely("log the best parameters"):
                self.run.log_metrics({}, params=params)
        with self.call.safely("log the estimator's page"):
            files["estimator.html"] = _page(self.estimator)
        with self.call.safely("log training metrics"):
            # The user may do with the estimator and its data what he likes meanwhile: neither is looked at.
            self.run.later(lambda: self._log_files(files, metrics, predicted))
        if is_search(self.estimator):
            tuning.log_children(self.estimator, self.run_id, self.options, self.dataset, best_model_id)
        with self.call.safely("remember the run"):
            trained(self.estimator, self.run_id, self.model_id, self.dataset)

    def _search_results(self, files: dict[str, str]) -> tuple[dict[str, float], list[Param]]:
        """The metrics and params of a search, and its results as a file; of other estimators none."""
        if is_search(self.estimator):
            with self.call.safely("log the search's results"):
                files["cv_results.csv"], metrics, params = tuning.results_of(self.estimator)
                return metrics, params
        return {}, []

    def _log_models(self, found: list[Param]) -> str | None:
        """Log the estimator with the params that a search found, and the best of a search; answers the best's id."""
        if not self.options["log_models"]:
            return None
        with self.call.safely("log the model"):
            params = {**params_of(self.estimator), **{param.key: param.value for param in found}}
            self.model_id = self._log_model(self.estimator, "model", params, self.options["registered_model_name"])
        best = getattr(self.estimator, "best_estimator_", None) if is_search(self.estimator) else None
        if best is not None:
            with self.call.safely("log the best estimator"):
                return self._log_model(best, "best_estimator", params_of(best), None)
        return None

    def _log_model(
        self, estimator: Any, name: str, params: dict[str, Any], registered_model_name: str | None
    ) -> str | None:
        def infer() -> ModelSignature:
            methods = (getattr(estimator, each) for each in ("predict", "transform") if hasattr(estimator, each))
            return signature_of(self._example, next(methods, None))

        return log_model(
            estimator,
            name=name,
            **described(self.call, self._example, infer),
            serialization_format=self.options["serialization_format"],
            registered_model_name=registered_model_name,
            params=params,
        ).model_id

    def _predict(self) -> Predicted | None:
        if self._y is None:
            _logger.warning("Training metrics are not recorded: no labels were passed.")
            return None
        with self.call.safely("compute training metrics"):
            return predict(Labelled(self.estimator, self._x, self._y, self._weight, self.options["pos_label"]))
        return None

    def _log_files(self, files: dict[str, str], metrics: dict[str, float], predicted: Predicted | None) -> None:
        with tempfile.TemporaryDirectory() as directory:
            if predicted is not None:
                with self.call.safely("compute training metrics"):
                    metrics = metrics | evaluate(predicted, "training_", directory)
            if metrics:
                with self.call.safely("log training metrics"):
                    self.run.log_metrics(metrics, model_id=self.model_id, dataset=self.dataset)
            with self.call.safely("log artifacts"):
                for name, text in files.items():
                    Path(directory, name).write_text(text, encoding="utf-8")
                self.run.log_artifacts(directory)


def _page(estimator: Any) -> str:
    from sklearn.utils import estimator_html_repr

    page: str = estimator_html_repr(estimator)
    return page
