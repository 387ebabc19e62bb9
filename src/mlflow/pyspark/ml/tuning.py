"""Searches for params: their results, and a child run for each combination."""

from __future__ import annotations

import csv
import json
import os
import tempfile
from typing import Any

from mlflow.autologging import AutologgedRun, as_params, log_numbers, safely
from mlflow.context.providers import resolve_tags
from mlflow.fluent.active import client
from mlflow.pyspark.ml.hierarchy import Hierarchy
from mlflow.pyspark.ml.post_training import class_path
from mlflow.utils.mlflow_tags import MLFLOW_AUTOLOGGING, MLFLOW_PARENT_RUN_ID

_FLAVOR = "pyspark.ml"


def metrics_of(search: Any, model: Any) -> dict[str, list[float]]:
    """What a search measured: for each figure its value for each combination.

    Of `CrossValidator` mean and deviation over the folds, `avg_<metric>` and `std_<metric>`; of `TrainValidationSplit`
    the metric itself.
    """
    evaluator = search.getEvaluator()
    metric = evaluator.getMetricName() if hasattr(evaluator, "getMetricName") else type(evaluator).__name__
    if hasattr(model, "avgMetrics"):
        found: dict[str, list[float]] = {f"avg_{metric}": list(model.avgMetrics)}
        deviations: list[float] = list(getattr(model, "stdMetrics", ()) or ())
        return {**found, f"std_{metric}": deviations} if deviations else found
    return {metric: list(model.validationMetrics)}


def log_results(run: AutologgedRun, hierarchy: Hierarchy, model: Any) -> None:
    """Log the best params of a search, and `best_parameters.json` and `search_results.csv`."""
    search = hierarchy.estimator
    combinations = hierarchy.combinations(search)
    measured = metrics_of(search, model)
    values = next(iter(measured.values()))
    choose = max if search.getEvaluator().isLargerBetter() else min
    best = combinations[choose(range(len(values)), key=values.__getitem__)]
    run.log_params({f"best_{key}": value for key, value in best.items()})
    run.log_dict(json.loads(json.dumps(best, default=str)), "best_parameters.json")
    with tempfile.TemporaryDirectory() as scratch:
        path = os.path.join(scratch, "search_results.csv")
        _write_results(path, combinations, measured)
        run.log_artifact(path)


def _write_results(path: str, combinations: list[dict[str, Any]], measured: dict[str, list[float]]) -> None:
    keys = list(dict.fromkeys(key for each in combinations for key in each))
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["params", *measured, *(f"param.{key}" for key in keys)])
        for index, each in enumerate(combinations):
            figures = [values[index] for values in measured.values()]
            writer.writerow([json.dumps(each, default=str), *figures, *(each.get(key, "") for key in keys)])


def log_children(parent_run_id: str, search: Any, model: Any, options: dict[str, Any]) -> None:
    """Log a finished child run for each combination: its params, and what was measured.

    Args:
        parent_run_id: the search's run.
        search: the search.
        model: what it answered.
        options: those of `autolog`.
    """
    measured = metrics_of(search, model)
    experiment_id = client().get_run(parent_run_id).info.experiment_id
    for index, params in enumerate(search.getEstimatorParamMaps()):
        with safely(_FLAVOR, "log a trial of the search"):
            estimator = search.getEstimator().copy(params)
            figures = {key: values[index] for key, values in measured.items()}
            _log_child(parent_run_id, experiment_id, estimator, figures, options)


def _log_child(
    parent_run_id: str, experiment_id: str, estimator: Any, figures: dict[str, float], options: dict[str, Any]
) -> None:
    tags = {
        MLFLOW_AUTOLOGGING: _FLAVOR,
        **(options["extra_tags"] or {}),
        MLFLOW_PARENT_RUN_ID: parent_run_id,
        "estimator_name": type(estimator).__name__,
        "estimator_class": class_path(estimator),
    }
    run_id = client().create_run(experiment_id, tags=resolve_tags(tags)).info.run_id
    status = "FAILED"
    try:
        log_numbers(run_id, figures, params=as_params(Hierarchy(estimator).params()))
        status = "FINISHED"
    finally:
        client().set_terminated(run_id, status)
