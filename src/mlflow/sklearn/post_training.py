"""Metrics that are computed on an estimator's predictions after its training, under the names of the user's data."""

from __future__ import annotations

import inspect
import json
import logging
import numbers
import threading
import weakref
from collections import defaultdict
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

from mlflow.autologging import Call, caller_outside, log_dataset, log_numbers, name_of, safely
from mlflow.autologging.datasets import dataset_of, is_describable
from mlflow.fluent.active import client
from mlflow.sklearn.model_io import FLAVOR_NAME
from mlflow.sklearn.recording import RUN_ATTRIBUTE

_logger = logging.getLogger("mlflow.sklearn")

MAX_DATASETS = 100
"""A loop that predicts batch by batch must not become a loop of requests."""

UNKNOWN = "unknown_dataset"
METRIC_INFO = "metric_info.json"
_SHOWN = (str, bytes, int, float, bool, type(None))


@dataclass(frozen=True)
class _Prediction:
    """What is known of an array that an estimator predicted."""

    alive: weakref.ref[Any]
    run_id: str
    model_id: str | None
    dataset: str


@dataclass
class _Run:
    """What this process logged to one run after trainings."""

    counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    calls: dict[str, str] = field(default_factory=dict)
    datasets: dict[str, dict[int, int]] = field(default_factory=dict)
    seen: set[tuple[str, str]] = field(default_factory=set)
    seen_objects: dict[int, weakref.ref[Any]] = field(default_factory=dict)
    model_id: str | None = None


class Recorder:
    """Knows which arrays are predictions of which training, and logs what is computed from them. Safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._runs: dict[str, _Run] = defaultdict(_Run)
        self._predictions: dict[int, _Prediction] = {}
        self._models: weakref.WeakKeyDictionary[Any, str | None] = weakref.WeakKeyDictionary()

    def trained(self, estimator: Any, run_id: str, model_id: str | None, dataset: Any) -> None:
        """Remember which model a training logged, and the dataset that it logged."""
        with self._lock:
            run = self._runs[run_id]
            run.model_id = model_id
            if dataset is not None:
                run.seen.add((dataset.name, dataset.digest))
            with safely(FLAVOR_NAME, "remember the model"):
                self._models[estimator] = model_id

    def model_of(self, estimator: Any, run_id: str) -> str | None:
        """The logged model of an estimator; of a copy of one: the last that its run logged."""
        try:
            return self._models[estimator]
        except (KeyError, TypeError):
            return self._runs[run_id].model_id

    # -- predictions ----------------------------------------------------------------------------------------
    def predicted(self, estimator: Any, x: Any, result: Any, *, log_datasets: bool) -> None:
        """Remember a prediction, and record the data that it was made for as a dataset of the training's run."""
        run_id = getattr(estimator, RUN_ATTRIBUTE)
        frame = _caller()
        key = id(result)
        with self._lock:
            try:
                alive = weakref.ref(result, lambda _: self._predictions.pop(key, None))
            except TypeError:
                # Lists and tuples cannot be watched, and another may take their place.
                return
            name = self._dataset_name(run_id, x, frame)
            model_id = self.model_of(estimator, run_id)
            self._predictions[key] = _Prediction(alive, run_id, model_id, name)
        if log_datasets and is_describable(x):
            self._log_dataset(run_id, x)

    def _log_dataset(self, run_id: str, x: Any) -> None:
        with self._lock:
            run = self._runs[run_id]
            known = run.seen_objects.get(id(x))
            if len(run.seen) > MAX_DATASETS or (known is not None and known() is x):
                return
        dataset = dataset_of(x)
        if dataset is None:
            return
        key = (dataset.name, dataset.digest)
        with self._lock:
            new = key not in run.seen
            run.seen.add(key)
            run.seen_objects[id(x)] = weakref.ref(x)
            last = len(run.seen) > MAX_DATASETS
        if new:
            log_dataset(run_id, dataset, "eval")
        if last:
            _logger.info("The run uses %d datasets; further ones are not recorded.", len(run.seen))

    def _dataset_name(self, run_id: str, x: Any, frame: FrameType | None) -> str:
        """The variable that holds the data, numbered when another object had that name in this run before."""
        name = name_of(x, frame) or UNKNOWN
        known = self._runs[run_id].datasets.setdefault(name, {})
        number = known.setdefault(id(x), len(known) + 1)
        return name if number == 1 else f"{name}-{number}"

    # -- metrics --------------------------------------------------------------------------------------------
    def measured(self, call: Call) -> None:
        """Log a metric of `sklearn.metrics`, when one of its arguments is a prediction that is known."""
        if not _is_number(call.result):
            return
        name = call.function.__name__
        for given in (*call.args, *call.kwargs.values()):
            found = self._predictions.get(id(given))
            if found is not None and found.alive() is given:
                text = _call_text(name, call, _caller())
                self._log(found.run_id, name, found.dataset, text, float(call.result), found.model_id)
                return

    def scored(self, call: Call) -> None:
        """Log what an estimator's own `score` answered."""
        run_id = getattr(call.owner, RUN_ATTRIBUTE)
        if not _is_number(call.result):
            return
        frame = _caller()
        kind = type(call.owner).__name__
        x = call.args[0] if call.args else call.kwargs.get("X")
        with self._lock:
            dataset = self._dataset_name(run_id, x, frame)
        text = _call_text(f"{kind}.score", call, frame)
        self._log(run_id, f"{kind}_score", dataset, text, float(call.result), self.model_of(call.owner, run_id))

    def _log(self, run_id: str, name: str, dataset: str, call: str, value: float, model_id: str | None) -> None:
        with self._lock:
            run = self._runs[run_id]
            run.counts[name] += 1
            count = run.counts[name]
            key = f"{name}_{dataset}" if count == 1 else f"{name}-{count}_{dataset}"
            run.calls[key] = call
            calls = json.dumps(run.calls, indent=2, sort_keys=True)
        log_numbers(run_id, {key: value}, model_id=model_id)
        client().log_text(run_id, calls, METRIC_INFO)


def _is_number(value: Any) -> bool:
    return isinstance(value, numbers.Real) and not isinstance(value, bool)


def _caller() -> FrameType | None:
    return caller_outside("mlflow", "sklearn", "joblib", "xgboost", "lightgbm")


def _call_text(name: str, call: Call, frame: FrameType | None) -> str:
    """A call as its user could have written it, e.g. `accuracy_score(y_true=y_test, y_pred=<ndarray>)`."""
    try:
        given = dict(inspect.signature(call.function).bind(*call.args, **call.kwargs).arguments)
    except (TypeError, ValueError):
        given = {**{f"arg{index}": value for index, value in enumerate(call.args)}, **call.kwargs}
    return f"{name}({', '.join(f'{key}={_shown(value, frame)}' for key, value in given.items())})"


def _shown(value: Any, frame: FrameType | None) -> str:
    if isinstance(value, _SHOWN):
        return repr(value)
    return name_of(value, frame) or f"<{type(value).__name__}>"
