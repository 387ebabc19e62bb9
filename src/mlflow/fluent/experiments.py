"""Fluent functions on experiments."""

from __future__ import annotations

import logging
from typing import Any

from millrace.errors import InvalidParameterValue, MlflowException
from millrace.model import Experiment, LifecycleStage, ViewType
from mlflow.client.paging import all_pages
from mlflow.fluent.active import client, set_active_experiment_id
from mlflow.fluent.active import experiment_id as active_experiment_id

_logger = logging.getLogger("mlflow.tracking.fluent")


def set_experiment(experiment_name: str | None = None, experiment_id: str | None = None) -> Experiment:
    """Set the experiment that runs start in, for the whole process and the processes that it starts.

    Args:
        experiment_name: its name; an experiment of that name is created if there is none.
        experiment_id: its id, instead of the name; there must be one.

    Returns:
        The experiment.

    Raises:
        MlflowException: both or none are given, there is no experiment of that id, or it is deleted.
    """
    if (experiment_name is None) == (experiment_id is None):
        raise InvalidParameterValue("Must specify exactly one of: `experiment_id` or `experiment_name`.")
    if experiment_id is not None:
        found = client().get_experiment(experiment_id)
    else:
        found = _by_name(str(experiment_name))
    if found.lifecycle_stage != LifecycleStage.ACTIVE:
        raise InvalidParameterValue(
            f"Cannot set a deleted experiment {found.name!r} as the active experiment. You can restore the "
            "experiment, or permanently delete the experiment to create a new one."
        )
    set_active_experiment_id(found.experiment_id)
    return found


def _by_name(name: str) -> Experiment:
    found = client().get_experiment_by_name(name)
    if found is not None:
        return found
    _logger.info("Experiment with name '%s' does not exist. Creating a new experiment.", name)
    try:
        return client().get_experiment(client().create_experiment(name))
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise
        # Another process was faster.
        found = client().get_experiment_by_name(name)
        if found is None:
            raise
        return found


def create_experiment(name: str, artifact_location: str | None = None, tags: dict[str, Any] | None = None) -> str:
    """Create an experiment and return its id; it is not made the active one.

    Args:
        name: a name that no other experiment has, deleted ones included.
        artifact_location: a path or URI for the artifacts of its runs; the store chooses one when omitted.
        tags: tags of the experiment; values become texts.
    """
    return client().create_experiment(name, artifact_location, tags)


def get_experiment(experiment_id: str) -> Experiment:
    """Get an experiment by id; raises MlflowException (RESOURCE_DOES_NOT_EXIST) when there is none."""
    return client().get_experiment(experiment_id)


def get_experiment_by_name(name: str) -> Experiment | None:
    """Get an experiment by its exact name, deleted ones too; None when there is none."""
    return client().get_experiment_by_name(name)


def search_experiments(
    view_type: int = ViewType.ACTIVE_ONLY,
    max_results: int | None = None,
    filter_string: str | None = None,
    order_by: list[str] | None = None,
) -> list[Experiment]:
    """Search experiments by name, times and tags.

    Args:
        view_type: `ViewType.ACTIVE_ONLY`, `DELETED_ONLY` or `ALL`.
        max_results: stop after so many; all when omitted.
        filter_string: e.g. `name LIKE 'churn%' AND tags.team = 'a'`.
        order_by: e.g. `["last_update_time DESC"]`; newest first when omitted.
    """
    return all_pages(
        lambda size, token: client().search_experiments(view_type, size, filter_string, order_by, token),
        1000,
        max_results,
    )


def delete_experiment(experiment_id: str) -> None:
    """Mark an experiment and its runs as deleted."""
    client().delete_experiment(experiment_id)


def set_experiment_tag(key: str, value: Any) -> None:
    """Set a tag of the active experiment; the value becomes a text."""
    client().set_experiment_tag(active_experiment_id(), key, value)


def set_experiment_tags(tags: dict[str, Any]) -> None:
    """Set tags of the active experiment; values become texts."""
    for key, value in tags.items():
        set_experiment_tag(key, value)


def delete_experiment_tag(key: str) -> None:
    """Delete a tag of the active experiment."""
    client().delete_experiment_tag(active_experiment_id(), key)
