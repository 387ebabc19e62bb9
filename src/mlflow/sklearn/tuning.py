"""Searches for parameters: their results, and a child run for each of the best trials."""

from __future__ import annotations

import logging
import numbers
from dataclasses import dataclass
from typing import Any

from millrace.model import Param
from mlflow.autologging import as_params, log_dataset, log_numbers, safely
from mlflow.context.providers import resolve_tags
from mlflow.fluent.active import client
from mlflow.sklearn.model_io import FLAVOR_NAME
from mlflow.sklearn.recording import params_of, tags_of
from mlflow.utils.mlflow_tags import MLFLOW_AUTOLOGGING, MLFLOW_PARENT_RUN_ID

_logger = logging.getLogger("mlflow.sklearn.utils")


def results_of(search: Any) -> tuple[str, dict[str, float], list[Param]]:
    """The content of `cv_results.csv`; the metric `best_cv_score` and the params `best_…`, as far as the search knows
    the best."""
    import pandas as pd

    table: str = pd.DataFrame.from_dict(search.cv_results_).to_csv(index=False)
    params = [Param(f"best_{key}", str(value)) for key, value in getattr(search, "best_params_", {}).items()]
    score = getattr(search, "best_score_", None)
    return table, {} if score is None else {"best_cv_score": float(score)}, params


def log_children(
    search: Any, parent_run_id: str, options: dict[str, Any], dataset: Any, best_model_id: str | None
) -> None:
    """Log a finished child run for each of the best trials.

    Args:
        search: fitted.
        parent_run_id: its run.
        options: those of `autolog`; at most `max_tuning_runs` trials are logged, all when None.
        dataset: what it was fitted on, or None.
        best_model_id: the logged model of the best estimator, which the best trial's metrics are about.
    """
    with safely(FLAVOR_NAME, "log the trials of the search"):
        chosen = _best(search.cv_results_, options["max_tuning_runs"], getattr(search, "refit", True))
        _say_omitted(len(search.cv_results_["params"]), len(chosen))
        experiment_id = client().get_run(parent_run_id).info.experiment_id
        best = getattr(search, "best_index_", None)
        for index in chosen:
            with safely(FLAVOR_NAME, "log a trial of the search"):
                trial = _Trial(search, index, best_model_id if index == best else None)
                _log_child(trial, parent_run_id, experiment_id, options, dataset)


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


@dataclass(frozen=True)
class _Trial:
    search: Any
    index: int
    model_id: str | None

    def estimator(self) -> Any:
        """An estimator, not fitted, with the parameters of the trial."""
        from sklearn.base import clone

        estimator: Any = clone(self.search.estimator)
        params: Any = clone(self.search.cv_results_["params"][self.index], safe=False)
        return estimator.set_params(**params)


def _log_child(trial: _Trial, parent_run_id: str, experiment_id: str, options: dict[str, Any], dataset: Any) -> None:
    estimator = trial.estimator()
    given = {
        MLFLOW_AUTOLOGGING: FLAVOR_NAME,
        **(options["extra_tags"] or {}),
        MLFLOW_PARENT_RUN_ID: parent_run_id,
        **tags_of(estimator),
    }
    run_id = client().create_run(experiment_id, tags=resolve_tags(given)).info.run_id
    status = "FAILED"
    try:
        log_numbers(
            run_id,
            _numbers_of(trial.search.cv_results_, trial.index),
            params=as_params(params_of(estimator)),
            model_id=trial.model_id,
            dataset=dataset,
        )
        if dataset is not None:
            log_dataset(run_id, dataset, "train")
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
