"""Searches for parameters: their results, and a child run for each of the best trials."""

from __future__ import annotations

import logging
import numbers
import os
from typing import Any

from millrace.model import DatasetInput, InputTag, Metric, Param, RunTag
from mlflow.autologging import safely
from mlflow.client.base import now_ms
from mlflow.context.providers import resolve_tags
from mlflow.fluent.active import client
from mlflow.sklearn.estimators import class_path
from mlflow.sklearn.model_io import FLAVOR_NAME
from mlflow.utils.mlflow_tags import MLFLOW_AUTOLOGGING, MLFLOW_DATASET_CONTEXT, MLFLOW_PARENT_RUN_ID

_logger = logging.getLogger("mlflow.sklearn.utils")


def write_results(search: Any, directory: str) -> tuple[list[Param], dict[str, float]]:
    """Write `cv_results.csv` into a directory.

    Returns:
        The params `best_…` and the metric `best_cv_score`, as far as the search knows the best.
    """
    import pandas as pd

    pd.DataFrame.from_dict(search.cv_results_).to_csv(os.path.join(directory, "cv_results.csv"), index=False)
    params = [Param(f"best_{key}", str(value)) for key, value in getattr(search, "best_params_", {}).items()]
    score = getattr(search, "best_score_", None)
    return params, {} if score is None else {"best_cv_score": float(score)}


def log_children(search: Any, parent_run_id: str, options: dict[str, Any], dataset: Any) -> None:
    """Log a finished child run for each of the best trials, at most `max_tuning_runs` of them (None: all)."""
    with safely(FLAVOR_NAME, "log the trials of the search"):
        chosen = _best(search.cv_results_, options["max_tuning_runs"], getattr(search, "refit", True))
        _say_omitted(len(search.cv_results_["params"]), len(chosen))
        experiment_id = client().get_run(parent_run_id).info.experiment_id
        for index in chosen:
            with safely(FLAVOR_NAME, "log a trial of the search"):
                _log_child(search, index, parent_run_id, experiment_id, options, dataset)


def _best(results: dict[str, Any], limit: int | None, refit: Any) -> list[int]:
    """The trials to log, in the order in which they were tried."""
    count = len(results["params"])
    if limit is None or count <= limit:
        return list(range(count))
    ranks = [name for name in (f"rank_test_{refit}", "rank_test_score") if name in results]
    ranks += sorted(name for name in results if name.startswith("rank_test_"))
    if not ranks:
        return list(range(max(limit, 0)))
    ranked = sorted(range(count), key=lambda index: results[ranks[0]][index])
    return sorted(ranked[: max(limit, 0)])


def _say_omitted(total: int, logged: int) -> None:
    omitted = total - logged
    if omitted:
        runs = "one run" if omitted == 1 else f"{omitted} runs"
        _logger.info("Logging the %d best runs, %s will be omitted.", logged, runs)


def _log_child(
    search: Any, index: int, parent_run_id: str, experiment_id: str, options: dict[str, Any], dataset: Any
) -> None:
    from sklearn.base import clone

    results = search.cv_results_
    estimator = clone(search.estimator).set_params(**clone(results["params"][index], safe=False))
    tags = {
        **resolve_tags(),
        MLFLOW_AUTOLOGGING: FLAVOR_NAME,
        **(options["extra_tags"] or {}),
        MLFLOW_PARENT_RUN_ID: parent_run_id,
    }
    run_id = client().create_run(experiment_id, tags=tags).info.run_id
    status = "FAILED"
    try:
        where = (dataset.name, dataset.digest) if dataset is not None else (None, None)
        client().log_batch(
            run_id,
            metrics=[
                Metric(key, value, now_ms(), 0, None, *where) for key, value in _numbers_of(results, index).items()
            ],
            params=[Param(key, str(value)) for key, value in estimator.get_params(deep=True).items()],
            tags=[
                RunTag("estimator_name", type(estimator).__name__),
                RunTag("estimator_class", class_path(estimator)),
            ],
        )
        if dataset is not None:
            used = DatasetInput(dataset._to_mlflow_entity(), [InputTag(MLFLOW_DATASET_CONTEXT, "train")])
            client().log_inputs(run_id, [used])
        status = "FINISHED"
    finally:
        client().set_terminated(run_id, status)


def _numbers_of(results: dict[str, Any], index: int) -> dict[str, float]:
    """What a trial measured: every column of the results but its parameters and single splits."""
    found = {}
    for name, column in results.items():
        if name.startswith(("param_", "split")) or name == "params":
            continue
        if isinstance(column[index], numbers.Real):
            found[name] = float(column[index])
    return found
