"""What is logged of an estimator, in as few requests as it takes: parameters, class, datasets, metrics."""

from __future__ import annotations

import logging
from typing import Any

from millrace.errors import MlflowException
from millrace.model import DatasetInput, InputTag, Param, RunTag
from millrace.model.limits import check_key
from mlflow.client.values import metric_of
from mlflow.fluent.active import client
from mlflow.sklearn.estimators import class_path, is_search
from mlflow.utils.mlflow_tags import MLFLOW_DATASET_CONTEXT

_logger = logging.getLogger("mlflow.sklearn")


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
    params = as_params(estimator)
    if not fresh:
        known = client().get_run(run_id).data.params
        changed = sorted(param.key for param in params if known.get(param.key, param.value) != param.value)
        if changed:
            _logger.warning(
                "The run has other values of these parameters already, which stay: %s. Train in another run to log "
                "them.",
                ", ".join(changed),
            )
        params = [param for param in params if param.key not in changed]
    tags = [
        RunTag("estimator_name", type(estimator).__name__),
        RunTag("estimator_class", class_path(estimator)),
    ]
    client().log_batch(run_id, params=params, tags=tags)


def as_params(estimator: Any) -> list[Param]:
    """The parameters of an estimator as params of a run; those whose names cannot be stored are left out."""
    return [Param(key, str(value)) for key, value in params_of(estimator).items() if _is_key(key)]


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
        params: params of the run, beside them.
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
