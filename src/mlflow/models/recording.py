"""Putting a saved model into the store: as a logged model, an output of its run, a registered version."""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import mlflow
from millrace.errors import MlflowException
from millrace.model.runs import LoggedModelOutput, Metric

if TYPE_CHECKING:
    from millrace.model.logged_models import LoggedModel
    from mlflow.models.model import Model, ModelInfo

# The logger's name is the one under which MLflow's users filter these messages.
_logger = logging.getLogger("mlflow.models.model")


def record_model(
    model: Model,
    save: Callable[[str], object],
    *,
    artifact_path: str | None,
    name: str | None,
    run_id: str | None,
    model_type: str | None,
    params: dict[str, Any] | None,
    tags: dict[str, Any] | None,
    step: int,
    model_id: str | None,
    registered_model_name: str | None,
    await_registration_for: int | None,
) -> ModelInfo:
    """Create a logged model, save the model's files, upload them, and mark it ready; or failed, if that raises.

    `save` gets the path of a directory to be made. The other arguments are those of `Model.log`.
    """
    if artifact_path is not None:
        if name is not None:
            raise MlflowException.invalid_parameter_value(
                "Both `artifact_path` (deprecated) and `name` parameters were specified. Please only specify `name`."
            )
        _logger.warning("`artifact_path` is deprecated. Please use `name` instead.")
        name = artifact_path
    client = mlflow.MlflowClient()
    if run_id is None:
        active = mlflow.active_run()
        run_id = active.info.run_id if active else None
    logged = _logged_model(client, name, run_id, model_type, params, tags, model_id)
    model.run_id = run_id
    model.model_id = logged.model_id
    model.model_uuid = logged.model_id
    model.artifact_path = logged.artifact_location
    try:
        with tempfile.TemporaryDirectory() as scratch:
            directory = os.path.join(scratch, "model")
            save(directory)
            client.log_model_artifacts(logged.model_id, directory)
    except BaseException:
        client.finalize_logged_model(logged.model_id, "FAILED")
        raise
    logged = client.finalize_logged_model(logged.model_id, "READY")
    if run_id is not None:
        client.log_outputs(run_id, models=[LoggedModelOutput(model_id=logged.model_id, step=step)])
        _link_metrics(client, run_id, logged.model_id, step)
    version = None
    if registered_model_name is not None:
        registered = mlflow.register_model(
            f"models:/{logged.model_id}", registered_model_name, await_registration_for=await_registration_for or 0
        )
        version = int(registered.version)
        logged = client.get_logged_model(logged.model_id)
    info = model.get_model_info(logged)
    info.registered_model_version = version
    return info


def _logged_model(
    client: Any,
    name: str | None,
    run_id: str | None,
    model_type: str | None,
    params: dict[str, Any] | None,
    tags: dict[str, Any] | None,
    model_id: str | None,
) -> LoggedModel:
    """The logged model that gets the files: a given one, or a new one in the run's experiment with its params."""
    if model_id is not None:
        existing: LoggedModel = client.get_logged_model(model_id)
        return existing
    experiment_id, run_params = None, {}
    if run_id is not None:
        run = client.get_run(run_id)
        experiment_id, run_params = run.info.experiment_id, run.data.params
    merged = {key: str(value) for key, value in {**run_params, **(params or {})}.items()}
    created: LoggedModel = mlflow.initialize_logged_model(
        name=name,
        source_run_id=run_id,
        tags={key: str(value) for key, value in (tags or {}).items()},
        params=merged,
        model_type=model_type,
        experiment_id=experiment_id,
    )
    return created


def _link_metrics(client: Any, run_id: str, model_id: str, step: int) -> None:
    """Say of the run's latest points at the model's step that they are the model's."""
    points = client.get_run(run_id).data._metric_objs
    metrics = [
        Metric(key=each.key, value=each.value, timestamp=each.timestamp, step=each.step, model_id=model_id)
        for each in points
        if each.step == step and not each.model_id
    ]
    if metrics:
        client.log_batch(run_id, metrics=metrics)
