"""Fluent functions that log to the active run: metrics, params, tags, inputs, outputs."""

from __future__ import annotations

import struct
from time import time_ns
from typing import TYPE_CHECKING, Any

from millrace.errors import InvalidParameterValue, MlflowException
from millrace.model import Dataset as DatasetEntity
from millrace.model import DatasetInput, InputTag, LoggedModelInput, LoggedModelOutput, Param, RunTag
from millrace.settings import MLFLOW_ENABLE_ASYNC_LOGGING
from mlflow.client.afterwards import settle
from mlflow.client.queue import RunOperations, flush_all
from mlflow.client.stores import flush_journals, journal_now
from mlflow.client.values import metric_of
from mlflow.fluent.active import ActiveRun, active_run, client
from mlflow.fluent.models import get_active_model_id
from mlflow.fluent.runs import start_run
from mlflow.utils.mlflow_tags import MLFLOW_DATASET_CONTEXT

if TYPE_CHECKING:
    from mlflow.data import Dataset


def get_or_start_run() -> ActiveRun:
    """The active run of this thread; a run is started when there is none."""
    return active_run() or start_run()


def get_or_start_run_id() -> str:
    """The id of the active run of this thread; a run is started when there is none."""
    return get_or_start_run().info.run_id


_NUMBERS = (float, int)


def _append(key: str, value: float, step: int | None, timestamp: int | None) -> bool:
    """Log a point the short way: a plain number of a series that this process has logged to the active run before.

    Everything else, errors above all, takes the long way: then this does nothing and says False.
    """
    run = active_run()
    if run is None or not isinstance(value, _NUMBERS) or not _is_plain(timestamp):
        return False
    journal = journal_now()
    if journal is None:
        return False
    try:
        return journal.append_known(
            run.info.run_id,
            key,
            value,
            0 if step is None else step,
            time_ns() // 1_000_000 if timestamp is None else timestamp,
        )
    except (struct.error, OverflowError, TypeError):
        return False


def _append_many(metrics: dict[str, float], step: int | None, timestamp: int | None) -> bool:
    """Log a point of each of several series the short way, as `_append` does."""
    run = active_run()
    if run is None or type(metrics) is not dict or not _is_plain(timestamp):
        return False
    journal = journal_now()
    if journal is None:
        return False
    for value in metrics.values():
        if not isinstance(value, _NUMBERS):
            return False
    try:
        return journal.append_many_known(
            run.info.run_id,
            metrics,
            0 if step is None else step,
            time_ns() // 1_000_000 if timestamp is None else timestamp,
        )
    except (struct.error, OverflowError, TypeError):
        return False


def _is_plain(timestamp: int | None) -> bool:
    """Whether a call that names nothing but its point is about nothing else, and its time is none to be refused."""
    return (
        (timestamp is None or (type(timestamp) is int and timestamp >= 0))
        and not MLFLOW_ENABLE_ASYNC_LOGGING.get()
        and not get_active_model_id()
    )


def log_metric(
    key: str,
    value: float,
    step: int | None = None,
    synchronous: bool | None = None,
    timestamp: int | None = None,
    run_id: str | None = None,
    model_id: str | None = None,
    dataset: Dataset | DatasetEntity | None = None,
) -> RunOperations | None:
    """Log one point of a metric to the active run, which is started if there is none.

    Args:
        key: letters, digits and `_-. :/`, at most 250 characters.
        value: a number, or anything that `float` takes; NaN and infinities are kept.
        step: a whole number of the user's, e.g. the epoch; 0 when omitted.
        synchronous: False to return at once; what is returned then has `wait`.
        timestamp: milliseconds since 1970, UTC; now when omitted.
        run_id: another run than the active one.
        model_id: the logged model that it was measured for; the active model's when omitted.
        dataset: the dataset that it was measured on.

    Raises:
        MlflowException: INVALID_PARAMETER_VALUE when the key or a number cannot be stored.
    """
    if (
        synchronous is None
        and run_id is None
        and model_id is None
        and dataset is None
        and _append(key, value, step, timestamp)
    ):
        return None
    return client().log_metric(
        run_id or get_or_start_run_id(),
        key,
        value,
        timestamp,
        step,
        synchronous,
        dataset_name=dataset.name if dataset is not None else None,
        dataset_digest=dataset.digest if dataset is not None else None,
        model_id=model_id or get_active_model_id(),
    )


def log_metrics(
    metrics: dict[str, float],
    step: int | None = None,
    synchronous: bool | None = None,
    run_id: str | None = None,
    timestamp: int | None = None,
    model_id: str | None = None,
    dataset: Dataset | DatasetEntity | None = None,
) -> RunOperations | None:
    """Log a point of each of several metrics to the active run, which is started if there is none.

    Args:
        metrics: a dict from key to number.
        step: a whole number of the user's, e.g. the epoch; 0 when omitted.
        synchronous: False to return at once; what is returned then has `wait`.
        run_id: another run than the active one.
        timestamp: milliseconds since 1970, UTC; now when omitted.
        model_id: the logged model that they were measured for; the active model's when omitted.
        dataset: the dataset that they were measured on.
    """
    if (
        synchronous is None
        and run_id is None
        and model_id is None
        and dataset is None
        and _append_many(metrics, step, timestamp)
    ):
        return None
    run = run_id or get_or_start_run_id()
    model = model_id or get_active_model_id()
    points = [
        metric_of(
            key,
            value,
            timestamp,
            step,
            path=f"metrics[{index}]",
            model_id=model,
            dataset_name=dataset.name if dataset is not None else None,
            dataset_digest=dataset.digest if dataset is not None else None,
            run_id=run if model else None,
        )
        for index, (key, value) in enumerate(metrics.items())
    ]
    return client().log_batch(run, metrics=points, synchronous=synchronous)


def log_param(key: str, value: Any, synchronous: bool | None = None) -> Any:
    """Log a param to the active run, which is started if there is none, and return its value.

    Args:
        key: letters, digits and `_-. :/`, at most 250 characters.
        value: becomes a text of at most 6,000 characters.
        synchronous: False to return at once; what is returned then has `wait`.

    Raises:
        MlflowException: INVALID_PARAMETER_VALUE when the param has another value already.
    """
    return client().log_param(get_or_start_run_id(), key, value, synchronous)


def log_params(
    params: dict[str, Any], synchronous: bool | None = None, run_id: str | None = None
) -> RunOperations | None:
    """Log several params to the active run, which is started if there is none.

    Args:
        params: a dict; values become texts.
        synchronous: False to return at once; what is returned then has `wait`.
        run_id: another run than the active one.
    """
    run = run_id or get_or_start_run_id()
    return client().log_batch(
        run, params=[Param(key, str(value)) for key, value in params.items()], synchronous=synchronous
    )


def set_tag(key: str, value: Any, synchronous: bool | None = None) -> RunOperations | None:
    """Set a tag of the active run, which is started if there is none; the value becomes a text.

    Args:
        key: letters, digits and `_-. :/`, at most 250 characters.
        value: becomes a text of at most 8,000 characters.
        synchronous: False to return at once; what is returned then has `wait`.
    """
    return client().set_tag(get_or_start_run_id(), key, value, synchronous)


def set_tags(tags: dict[str, Any], synchronous: bool | None = None) -> RunOperations | None:
    """Set several tags of the active run, which is started if there is none; values become texts."""
    labels = [RunTag(key, str(value)) for key, value in tags.items()]
    return client().log_batch(get_or_start_run_id(), tags=labels, synchronous=synchronous)


def delete_tag(key: str) -> None:
    """Delete a tag of the active run; raises MlflowException when there is no such tag."""
    client().delete_tag(get_or_start_run_id(), key)


def log_input(
    dataset: Dataset | None = None,
    context: str | None = None,
    tags: dict[str, str] | None = None,
    model: LoggedModelInput | None = None,
) -> None:
    """Record a dataset, a logged model, or both, that the active run uses.

    Args:
        dataset: made by one of the functions of `mlflow.data`.
        context: what the dataset is used for, e.g. `"training"`.
        tags: tags of the use of the dataset.
        model: the logged model.
    """
    datasets = [_dataset_input(dataset, context, tags)] if dataset is not None else []
    client().log_inputs(get_or_start_run_id(), datasets, [model] if model else [])


def log_inputs(
    datasets: list[Dataset | None] | None = None,
    contexts: list[str | None] | None = None,
    tags_list: list[dict[str, str] | None] | None = None,
    models: list[LoggedModelInput | None] | None = None,
) -> None:
    """Record datasets and logged models that the active run uses.

    Args:
        datasets: made by the functions of `mlflow.data`.
        contexts: what each dataset is used for.
        tags_list: tags of the use of each dataset.
        models: logged models.

    Raises:
        MlflowException: the lists on datasets are not of one length.
    """
    lists = (datasets or [], contexts or [], tags_list or [])
    if len({len(one) for one in lists}) != 1:
        raise MlflowException(
            "`mlflow.log_inputs` requires `datasets`, `contexts`, `tags_list` to be non-empty list and have the "
            "same length."
        )
    used = [
        _dataset_input(dataset, context, tags)
        for dataset, context, tags in zip(*lists, strict=True)
        if dataset is not None
    ]
    client().log_inputs(get_or_start_run_id(), used, [model for model in models or () if model])


def _dataset_input(dataset: Dataset, context: str | None, tags: dict[str, str] | None) -> DatasetInput:
    if not hasattr(dataset, "_to_mlflow_entity"):
        raise InvalidParameterValue(
            f"A dataset must be made by a function of `mlflow.data`, e.g. `mlflow.data.from_pandas`; "
            f"got {type(dataset).__name__}."
        )
    labels = [InputTag(MLFLOW_DATASET_CONTEXT, context)] if context else []
    labels += [InputTag(str(key), str(value)) for key, value in (tags or {}).items()]
    return DatasetInput(dataset._to_mlflow_entity(), labels)


def log_outputs(models: list[LoggedModelOutput] | None = None) -> None:
    """Record logged models that the active run made."""
    client().log_outputs(get_or_start_run_id(), models or [])


def flush_async_logging() -> None:
    """Wait until everything that was logged is stored or refused.

    Raises:
        MlflowException: the store does not take it; metrics wait in the journal, and nothing is lost.
    """
    settle()
    flush_all()
    flush_journals()


__all__ = [
    "delete_tag",
    "flush_async_logging",
    "get_or_start_run",
    "get_or_start_run_id",
    "log_input",
    "log_inputs",
    "log_metric",
    "log_metrics",
    "log_outputs",
    "log_param",
    "log_params",
    "set_tag",
    "set_tags",
]
