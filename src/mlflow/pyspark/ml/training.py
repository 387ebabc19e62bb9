"""One training of an estimator, as a run: what is logged before it, and what after."""

from __future__ import annotations

import json
import logging
from typing import Any

from mlflow.autologging import AutologgedRun, Call
from mlflow.pyspark.ml import tuning
from mlflow.pyspark.ml.allowlist import FILE_SETTING, is_allowed
from mlflow.pyspark.ml.hierarchy import Hierarchy, is_made_up, is_search
from mlflow.pyspark.ml.inputs import example_of, input_columns, signature_of
from mlflow.pyspark.ml.post_training import MODEL_ATTRIBUTE, RUN_ATTRIBUTE, class_path, dataset_of
from mlflow.spark.model_io import log_model

AUTOLOGGING_INTEGRATION_NAME = "pyspark.ml"

_logger = logging.getLogger("mlflow.pyspark.ml")


class Training:
    """One call of `fit`. What of it cannot be logged is a warning.

    Args:
        call: the call.
        estimator: what is trained, with the params of the call.
    """

    def __init__(self, call: Call, estimator: Any) -> None:
        self.call = call
        self.options = call.options
        self.estimator = estimator
        self.dataset = call.argument("dataset")
        self.run: AutologgedRun = call.run()
        self.hierarchy = Hierarchy(estimator)

    def begin(self) -> None:
        """Log what is known before the training."""
        with self.call.safely("log the parameters"):
            self.run.log_params(self.hierarchy.params(), tags_of(self.estimator))
        if is_made_up(self.estimator):
            with self.call.safely("log what the estimator is made up of"):
                searches = {self.hierarchy.name(each): self.hierarchy.tuned(each) for each in self.hierarchy.searches}
                info = {"hierarchy": self.hierarchy.tree(), **searches}
                self.run.log_dict(json.loads(json.dumps(info, default=str)), "estimator_info.json")
        if self.options["log_datasets"]:
            with self.call.safely("log the dataset"):
                self.run.log_dataset(dataset_of(self.dataset), "train")

    def log_results(self) -> None:
        """Log the model and, of a search, what it found."""
        model = self.call.result
        if is_search(self.estimator):
            with self.call.safely("log the search's results"):
                tuning.log_results(self.run, self.hierarchy, model)
        model_id = self._log_models(model) if self.options["log_models"] else None
        with self.call.safely("remember the run"):
            setattr(model, RUN_ATTRIBUTE, self.run.run_id)
            setattr(model, MODEL_ATTRIBUTE, model_id)
        if is_search(self.estimator):
            with self.call.safely("log the trials of the search"):
                tuning.log_children(self.run.run_id, self.estimator, model, self.options)

    def _log_models(self, model: Any) -> str | None:
        """Log a model and, of a search, the best one; answers the id of the former."""
        if not is_allowed(model, self.options["log_model_allowlist"]):
            _logger.warning(
                "Model %s will not be autologged because it is not allowlisted or or because one or more of its nested "
                "models are not allowlisted. Call mlflow.spark.log_model() to explicitly log the model, or specify a "
                "custom allowlist via the %s Spark conf (see mlflow.pyspark.ml.autolog docs for more info).",
                *(class_path(model), FILE_SETTING),
            )
            return None
        described: dict[str, Any] = {}
        if self.options["log_model_signatures"] or self.options["log_input_examples"]:
            with self.call.safely("infer the model's signature"):
                columns = input_columns(model, self.dataset)
                if self.options["log_model_signatures"]:
                    described["signature"] = signature_of(model, self.dataset, columns)
                if self.options["log_input_examples"]:
                    described["input_example"] = example_of(self.dataset, columns)
        model_id = None
        with self.call.safely("log the model"):
            registered = self.options["registered_model_name"]
            model_id = log_model(model, "model", registered_model_name=registered, **described).model_id
        if is_search(self.estimator):
            with self.call.safely("log the best model"):
                log_model(model.bestModel, "best_model", **described)
        return model_id


def tags_of(estimator: Any) -> dict[str, str]:
    """The tags that say what an estimator is."""
    return {"estimator_name": type(estimator).__name__, "estimator_class": class_path(estimator)}
