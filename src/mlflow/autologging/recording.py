"""What a flavor logs of a training, in as few requests as it takes: params, datasets, metrics."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from millrace.errors import MlflowException
from millrace.model import DatasetInput, InputTag, Param, RunTag
from millrace.model.limits import check_key
from mlflow.client.values import metric_of
from mlflow.fluent.active import client
from mlflow.utils.mlflow_tags import MLFLOW_DATASET_CONTEXT

_logger = logging.getLogger("mlflow.utils.autologging_utils")


def log_dataset(run_id: str, dataset: Any, context: str) -> None:
    """Record that a run uses a dataset, e.g. in the context `"train"`."""
    used = DatasetInput(dataset._to_mlflow_entity(), [InputTag(MLFLOW_DATASET_CONTEXT, context)])
    client().log_inputs(run_id, [used])


def log_params(run_id: str, given: Mapping[str, Any], *, fresh: bool, tags: Mapping[str, str] | None = None) -> None:
    """Log params, and tags beside them, in one request.

    Args:
        run_id: the run.
        given: values of any type by name; names that cannot be stored are left out with a warning.
        fresh: whether the run has no params yet: those of others are not overwritten, and would refuse all.
        tags: tags of the run.
    """
    params = as_params(given)
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
    client().log_batch(run_id, params=params, tags=[RunTag(key, value) for key, value in (tags or {}).items()])


def as_params(given: Mapping[str, Any]) -> list[Param]:
    """Values of any type as params of a run; those whose names cannot be stored are left out with a warning."""
    return [Param(key, str(value)) for key, value in given.items() if _is_key(key)]


def _is_key(key: str) -> bool:
    try:
        check_key(key, "key")
    except MlflowException as error:
        _logger.warning("A parameter is not recorded: %s", error)
        return False
    return True


def log_numbers(
    run_id: str,
    metrics: Mapping[str, float],
    *,
    step: int | None = None,
    params: list[Param] | None = None,
    model_id: str | None = None,
    dataset: Any = None,
) -> None:
    """Log metrics, and params beside them, in one request.

    Args:
        run_id: the run.
        metrics: values by name.
        step: their step; 0 when omitted.
        params: params of the run, beside them.
        model_id: the logged model that was measured.
        dataset: the dataset that it was measured on.
    """
    points = [
        metric_of(
            key,
            value,
            None,
            step,
            model_id=model_id,
            dataset_name=dataset.name if dataset is not None else None,
            dataset_digest=dataset.digest if dataset is not None else None,
            run_id=run_id if model_id else None,
        )
        for key, value in metrics.items()
    ]
    client().log_batch(run_id, metrics=points, params=params or ())
