"""The run of a training that is logged by itself: what may be logged to it, in as few requests as it takes."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

import mlflow
from millrace.errors import MlflowException
from millrace.model import DatasetInput, InputTag, Param, RunTag
from millrace.model.limits import MAX_PARAM_LENGTH, check_key
from mlflow.client.afterwards import afterwards, is_returning
from mlflow.client.values import metric_of
from mlflow.fluent.active import client, end_until
from mlflow.utils.mlflow_tags import MLFLOW_AUTOLOGGING, MLFLOW_DATASET_CONTEXT

_logger = logging.getLogger("mlflow.utils.autologging_utils")


class AutologgedRun:
    """A run that a training is logged to, by its id: it stays the same whatever run is active in which thread.

    Args:
        run_id: the run.
        started: whether autologging started it, and ends it.
    """

    def __init__(self, run_id: str, *, started: bool) -> None:
        self.run_id = run_id
        self.started = started

    @classmethod
    def begin(cls, flavor: str, extra_tags: Mapping[str, str] | None = None) -> AutologgedRun:
        """The run that is active in this thread, or a new one with the tags of autologging."""
        active = mlflow.active_run()
        if active is not None:
            return cls(active.info.run_id, started=False)
        run_id = mlflow.start_run(tags={MLFLOW_AUTOLOGGING: flavor, **(extra_tags or {})}).info.run_id
        _logger.info("Created MLflow autologging run with ID '%s'.", run_id)
        return cls(run_id, started=True)

    def end(self, status: str) -> None:
        """End the run, where autologging started it, and what was started within it."""
        if self.started:
            self.started = False
            end_until(self.run_id, status)

    def later(self, work: Callable[[], object]) -> None:
        """Do something of this run's that takes its time: while the user waits for a result, afterwards.

        Args:
            work: what to do; it must not look at anything that the user may change from now on. An error of it is told
                as one of the code that calls this would be.
        """
        if is_returning():
            afterwards(self.run_id, work)
        else:
            work()

    def log_params(self, params: Mapping[str, Any], tags: Mapping[str, Any] | None = None) -> None:
        """Log params, and tags beside them, in one request.

        Names that cannot be stored are left out, values are cut to their limit, and params that the run has with other
        values stay as they are: each with one warning.
        """
        wanted = as_params(params)
        if wanted and not self.started:
            # Of a run of its own nothing is known yet; one value that differs would refuse all others.
            known = client().get_run(self.run_id).data.params
            changed = sorted(param.key for param in wanted if known.get(param.key, param.value) != param.value)
            if changed:
                _logger.warning(
                    "The run has other values of these parameters already, which stay: %s. Train in another run to log "
                    "them.",
                    ", ".join(changed),
                )
            wanted = [param for param in wanted if param.key not in changed]
        pairs = [RunTag(key, str(value)) for key, value in (tags or {}).items()]
        if wanted or pairs:
            client().log_batch(self.run_id, params=wanted, tags=pairs)

    def log_metrics(
        self,
        metrics: Mapping[str, float],
        step: int | None = None,
        *,
        params: list[Param] | None = None,
        model_id: str | None = None,
        dataset: Any = None,
    ) -> None:
        """Log a point of each metric.

        Args:
            metrics: values by name.
            step: their step; 0 by default.
            params: params of the run, in the same request.
            model_id: the logged model that was measured.
            dataset: the dataset that it was measured on.
        """
        log_numbers(self.run_id, metrics, step, params=params, model_id=model_id, dataset=dataset)

    def set_tags(self, tags: Mapping[str, Any]) -> None:
        """Set tags of the run."""
        client().log_batch(self.run_id, tags=[RunTag(key, str(value)) for key, value in tags.items()])

    def log_dataset(self, dataset: Any, context: str) -> None:
        """Record that the run uses a dataset, e.g. in the context `"train"`."""
        log_dataset(self.run_id, dataset, context)

    def log_artifact(self, local_path: str, artifact_path: str | None = None) -> None:
        """Log a file."""
        client().log_artifact(self.run_id, local_path, artifact_path)

    def log_artifacts(self, directory: str, artifact_path: str | None = None) -> None:
        """Log the files of a directory."""
        client().log_artifacts(self.run_id, directory, artifact_path)

    def log_text(self, text: str, artifact_file: str) -> None:
        """Log a text as a file."""
        client().log_text(self.run_id, text, artifact_file)

    def log_dict(self, value: Any, artifact_file: str) -> None:
        """Log a dictionary as a JSON or YAML file."""
        client().log_dict(self.run_id, value, artifact_file)


def as_params(params: Mapping[str, Any]) -> list[Param]:
    """Values as params of a run; those whose names cannot be stored are left out, long values are cut."""
    return [Param(key, str(value)[:MAX_PARAM_LENGTH]) for key, value in params.items() if _is_key(key)]


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
    metrics: Mapping[str, float],
    step: int | None = None,
    *,
    params: list[Param] | None = None,
    model_id: str | None = None,
    dataset: Any = None,
) -> None:
    """Log metrics, and params beside them, in one request; see `AutologgedRun.log_metrics`."""
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
    if points or params:
        client().log_batch(run_id, metrics=points, params=params or ())
