"""What evaluators say of a model's predictions after its training, under the names of the user's data."""

from __future__ import annotations

import json
import threading
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from mlflow.autologging import Call, caller_outside, log_dataset, log_numbers, name_of
from mlflow.context.providers import resolve_tags
from mlflow.data.code_dataset_source import CodeDatasetSource
from mlflow.data.spark_dataset import SparkDataset
from mlflow.fluent.active import client

UNKNOWN = "unknown_dataset"
METRIC_INFO = "metric_info.json"

RUN_ATTRIBUTE = "_mlflow_run_id"
"""What a model that was trained with autologging carries."""
MODEL_ATTRIBUTE = "_mlflow_model_id"
_NAMES = "_mlflow_names"
_PREDICTION = "_mlflow_prediction"
"""What DataFrames carry: their name in each run, and of what training they are a prediction."""


@dataclass(frozen=True)
class _Prediction:
    run_id: str
    model_id: str | None
    dataset: str


@dataclass
class _Run:
    """What this process logged to one run after trainings."""

    counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    datasets: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    evaluations: dict[str, Any] = field(default_factory=dict)


class Recorder:
    """Knows which DataFrames are predictions of which training, and logs what evaluators say of them."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._runs: dict[str, _Run] = defaultdict(_Run)

    def predicted(self, model: Any, dataset: Any, result: Any) -> None:
        """Remember a prediction, and what the user calls the data that it was made for."""
        run_id = getattr(model, RUN_ATTRIBUTE)
        name = name_of(dataset, caller_outside("mlflow", "pyspark")) or UNKNOWN
        with self._lock:
            names = dataset.__dict__.setdefault(_NAMES, {})
            if run_id not in names:
                count = self._runs[run_id].datasets[name] = self._runs[run_id].datasets[name] + 1
                names[run_id] = name if count == 1 else f"{name}-{count}"
        found = _Prediction(run_id, getattr(model, MODEL_ATTRIBUTE, None), names[run_id])
        result.__dict__[_PREDICTION] = found

    def evaluated(self, call: Call) -> None:
        """Log what an evaluator answered for a DataFrame that is a prediction."""
        dataset, params = call.argument("dataset"), call.argument("params")
        found: _Prediction | None = getattr(dataset, "__dict__", {}).get(_PREDICTION)
        if found is None or not isinstance(call.result, float):
            return
        evaluator = call.owner.copy(params) if params else call.owner
        metric = evaluator.getMetricName() if hasattr(evaluator, "getMetricName") else type(evaluator).__name__
        values = {each.name: evaluator.getOrDefault(each) for each in evaluator.params if evaluator.isDefined(each)}
        with self._lock:
            run = self._runs[found.run_id]
            run.counts[metric] += 1
            count = run.counts[metric]
            key = f"{metric}_{found.dataset}" if count == 1 else f"{metric}-{count}_{found.dataset}"
            run.evaluations[key] = {"evaluator_class": class_path(evaluator), "params": values}
            info = json.loads(json.dumps(run.evaluations, default=str))
        with call.safely("log the metric"):
            log_numbers(found.run_id, {key: call.result}, model_id=found.model_id)
        with call.safely("log what the metric is"):
            client().log_dict(found.run_id, info, METRIC_INFO)
        if call.options["log_datasets"]:
            with call.safely("log the dataset"):
                log_dataset(found.run_id, dataset_of(dataset), "eval")


def dataset_of(dataset: Any) -> SparkDataset:
    """A DataFrame of Spark as a dataset of a run."""
    return SparkDataset(dataset, CodeDatasetSource(resolve_tags()))


def class_path(instance: Any) -> str:
    """The full name of an object's class."""
    return f"{type(instance).__module__}.{type(instance).__name__}"
