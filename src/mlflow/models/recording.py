"""Putting a saved model into the store: as a logged model, an output of its run, a registered version."""

from __future__ import annotations

import contextvars
import logging
import os
import tempfile
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import mlflow
from millrace.errors import MlflowException
from millrace.model.runs import LoggedModelOutput, Metric
from mlflow.client.afterwards import afterwards, is_returning

if TYPE_CHECKING:
    from millrace.model.logged_models import LoggedModel
    from mlflow.models.model import Model, ModelInfo

# The logger's name is the one under which MLflow's users filter these messages.
_logger = logging.getLogger("mlflow.models.model")


_last: contextvars.ContextVar[list[Callable[[], object]] | None] = contextvars.ContextVar("mlflow_last", default=None)


def at_last(work: Callable[[], object]) -> None:
    """Do the last thing that a model's directory needs, when nothing is looked at any more but its files: now, or,
    where `record_model` lets its caller go on before that, then."""
    waiting = _last.get()
    if waiting is None:
        work()
    else:
        waiting.append(work)


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

    A training that is logged by itself goes on when the files are saved: what follows is done afterwards, and what is
    answered then tells of a model that is not ready yet.

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
    later = is_returning() and run_id is not None
    recording = _Recording(client, logged, run_id, step, registered_model_name, await_registration_for)
    recording.save(save, put_off=later)
    if later and run_id is not None:
        recording.finish_afterwards(run_id)
    else:
        recording.finish()
    info = model.get_model_info(recording.logged)
    info.registered_model_version = recording.version
    return info


class _Recording:
    """One logged model that gets its files."""

    def __init__(
        self,
        client: Any,
        logged: LoggedModel,
        run_id: str | None,
        step: int,
        registered_model_name: str | None,
        await_registration_for: int | None,
    ) -> None:
        self.logged = logged
        self.version: int | None = None
        self._client = client
        self._run_id = run_id
        self._step = step
        self._registered = registered_model_name, await_registration_for
        self._scratch = tempfile.TemporaryDirectory()
        self._waiting: list[Callable[[], object]] = []
        self._put_off = False
        self._points: list[Metric] = []

    @property
    def _directory(self) -> str:
        return os.path.join(self._scratch.name, "model")

    def save(self, save: Callable[[str], object], *, put_off: bool) -> None:
        """Save the files; put off, but for what needs nothing but the files."""
        before = _last.get()
        self._put_off = put_off
        _last.set(self._waiting if put_off else None)
        try:
            save(self._directory)
            if put_off and self._run_id is not None:
                self._points = _points_of(self._client, self._run_id, self._step)
        except BaseException:
            self._fail()
            raise
        finally:
            _last.set(before)

    def finish_afterwards(self, run_id: str) -> None:
        """Do the rest when the caller has gone on."""
        try:
            afterwards(run_id, self.finish)
        except BaseException:
            self._fail()
            raise

    def finish(self) -> None:
        """Do the rest."""
        client, run_id, step = self._client, self._run_id, self._step
        model_id = self.logged.model_id
        try:
            for work in self._waiting:
                work()
            client.log_model_artifacts(model_id, self._directory)
        except BaseException:
            self._fail()
            raise
        self._scratch.cleanup()
        self.logged = client.finalize_logged_model(model_id, "READY")
        if run_id is not None:
            client.log_outputs(run_id, models=[LoggedModelOutput(model_id=model_id, step=step)])
            _link_metrics(client, run_id, model_id, self._points if self._put_off else _points_of(client, run_id, step))
        name, patience_s = self._registered
        if name is not None:
            registered = mlflow.register_model(f"models:/{model_id}", name, await_registration_for=patience_s or 0)
            self.version = int(registered.version)
            self.logged = client.get_logged_model(model_id)

    def _fail(self) -> None:
        self._scratch.cleanup()
        self._client.finalize_logged_model(self.logged.model_id, "FAILED")


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


def _points_of(client: Any, run_id: str, step: int) -> list[Metric]:
    """The run's latest points at a step that are no model's yet."""
    points = client.get_run(run_id).data._metric_objs
    return [each for each in points if each.step == step and not each.model_id]


def _link_metrics(client: Any, run_id: str, model_id: str, points: list[Metric]) -> None:
    """Say of points of a run that they are the model's."""
    metrics = [
        Metric(key=each.key, value=each.value, timestamp=each.timestamp, step=each.step, model_id=model_id)
        for each in points
    ]
    if metrics:
        client.log_batch(run_id, metrics=metrics)
