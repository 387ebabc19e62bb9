"""Fluent functions on runs as a whole."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from millrace.errors import InvalidParameterValue, MlflowException
from millrace.model import LifecycleStage, Run, RunTag, ViewType
from millrace.settings import MLFLOW_RUN_ID, MLFLOW_RUN_NAME
from mlflow.client.base import as_ids
from mlflow.client.columns import search_columns
from mlflow.client.paging import all_pages
from mlflow.client.stores import get_tracking_uri
from mlflow.context.providers import resolve_tags
from mlflow.fluent import frames, lifetime
from mlflow.fluent.active import ActiveRun, active_run, chosen_experiment_id, client, push
from mlflow.fluent.active import experiment_id as current_experiment
from mlflow.fluent.companions import start_companions, wanted
from mlflow.utils.mlflow_tags import MLFLOW_PARENT_RUN_ID, MLFLOW_RUN_NOTE
from mlflow.utils.mlflow_tags import MLFLOW_RUN_NAME as RUN_NAME_TAG

if TYPE_CHECKING:
    import pandas

SEARCH_MAX_RESULTS_PANDAS = 100_000
_PAGE = 1000


def start_run(
    run_id: str | None = None,
    experiment_id: str | None = None,
    run_name: str | None = None,
    nested: bool = False,
    parent_run_id: str | None = None,
    tags: dict[str, Any] | None = None,
    description: str | None = None,
    log_system_metrics: bool | None = None,
    *,
    log_console: bool | None = None,
    log_code: bool | None = None,
) -> ActiveRun:
    """Start a run, or resume one, and make it the active run of this thread.

    Use it in a `with` statement to end the run at its end: as FINISHED, or as FAILED when an exception leaves it.

    Args:
        run_id: a run to resume: it is set to RUNNING again, and `experiment_id` is not looked at.
        experiment_id: where a new run goes, when not to the experiment of `set_experiment` and its variables.
        run_name: the name of the run; one is made up when omitted.
        nested: whether a run may be started inside of the active one, as its child.
        parent_run_id: the parent, when it is not this thread's active run.
        tags: tags to set; values become texts.
        description: a text for the page of the run, in Markdown.
        log_system_metrics: whether the use of CPU, memory, disk, network and GPUs is logged while the run is open,
            under `system/`; as `enable_system_metrics_logging` and its variable say when omitted.
        log_console: whether what this process and those that it starts print while the run is open is kept as the
            artifact `console/output.log`, which grows with it (ours); as `MLFLOW_LOG_CONSOLE` says when omitted.
        log_code: whether uncommitted changes (`code/uncommitted.diff`) and installed packages (`code/packages.txt`)
            are kept as artifacts (ours); as `MLFLOW_LOG_CODE` says when omitted.

    Returns:
        The run, as it is at its start.

    Raises:
        MlflowException: a run is active and `nested` is False, the run to resume does not exist or is deleted, the
            parent does not exist or is not the active run's.
    """
    if active_run() is not None and not nested:
        raise MlflowException(
            f"Run with UUID {active_run().info.run_id} is already active. To start a new run, first end the "  # type: ignore[union-attr]
            "current run with mlflow.end_run(). To start a nested run, call start_run with nested=True"
        )
    beside = wanted(log_system_metrics, log_console, log_code)
    resumed = run_id or MLFLOW_RUN_ID.get()
    if not run_id and resumed:
        # The variable names one run, which the next run of this process is not.
        MLFLOW_RUN_ID.unset()
    texts = dict(tags or {})
    if description:
        if texts.get(MLFLOW_RUN_NOTE):
            raise InvalidParameterValue(
                f"Description is already set via the tag {MLFLOW_RUN_NOTE} in tags. "
                f"Remove the key {MLFLOW_RUN_NOTE} from the tags or omit the description."
            )
        texts[MLFLOW_RUN_NOTE] = description
    if resumed:
        run = push(_resume(resumed, parent_run_id, run_name, texts))
    else:
        run = push(_create(experiment_id, run_name, parent_run_id, texts))
    start_companions(run, get_tracking_uri(), beside, resumed=bool(resumed))
    return run


def _create(experiment_id: str | None, run_name: str | None, parent_run_id: str | None, texts: dict[str, Any]) -> Run:
    parent = _parent(parent_run_id)
    if parent:
        texts[MLFLOW_PARENT_RUN_ID] = parent
    name = run_name or MLFLOW_RUN_NAME.get()
    if name:
        texts[RUN_NAME_TAG] = name
    where = experiment_id if experiment_id is not None else current_experiment()
    uri, chosen_id = get_tracking_uri(), uuid.uuid4().hex
    tags = resolve_tags(texts)
    # Before it is there: this process may be killed before it hears that it is.
    lifetime.enter(uri, chosen_id)
    try:
        run = client()._open_run(where, None, tags, name, process_id=lifetime.process_id(uri), run_id=chosen_id)
    except BaseException:
        lifetime.leave(uri, chosen_id)
        raise
    if run.info.run_id != chosen_id:
        lifetime.leave(uri, chosen_id)
    return run


def _parent(parent_run_id: str | None) -> str | None:
    """The parent of a new run."""
    active = active_run()
    if parent_run_id is None:
        return active.info.run_id if active else None
    if active is not None and active.info.run_id != parent_run_id:
        raise InvalidParameterValue(
            f"Current run with UUID {active.info.run_id} does not match the specified parent_run_id {parent_run_id}. "
            "To start a new nested run under the parent run, first end the current run with mlflow.end_run(), "
            "then start the nested run."
        )
    parent = client().get_run(parent_run_id)
    if parent.info.lifecycle_stage == LifecycleStage.DELETED:
        raise MlflowException(
            f"Trying to start a run under parent run {parent_run_id}, but the parent is in the deleted state."
        )
    return parent_run_id


def _resume(run_id: str, parent_run_id: str | None, run_name: str | None, tags: dict[str, Any]) -> Run:
    found = client().get_run(run_id)  # one that is active already may be opened within itself: FLAML does
    experiment = chosen_experiment_id()
    if experiment is not None and experiment != found.info.experiment_id:
        raise MlflowException(
            f"Cannot start run with ID {run_id} because active experiment ID does not match environment run ID. "
            "Make sure --experiment-name or --experiment-id matches experiment set with set_experiment(), or just "
            "use command-line arguments"
        )
    if found.info.lifecycle_stage == LifecycleStage.DELETED:
        raise MlflowException(f"Cannot start run with ID {run_id} because it is in the deleted state.")
    if parent_run_id and found.data.tags.get(MLFLOW_PARENT_RUN_ID) != parent_run_id:
        raise InvalidParameterValue(
            f"Run with UUID {run_id} is not a child of the specified parent_run_id {parent_run_id}."
        )
    uri = get_tracking_uri()
    lifetime.enter(uri, run_id)
    try:
        client()._reopen_run(run_id, run_name, lifetime.process_id(uri))
    except BaseException:
        lifetime.leave(uri, run_id)
        raise
    if tags:
        client().log_batch(run_id, tags=[RunTag(str(key), str(value)) for key, value in tags.items()])
    return client().get_run(run_id)


def get_run(run_id: str) -> Run:
    """Get a run with the latest point of each metric, its params, tags, inputs and outputs.

    Raises:
        MlflowException: RESOURCE_DOES_NOT_EXIST when there is none.
    """
    return client().get_run(run_id)


def get_parent_run(run_id: str) -> Run | None:
    """Get the run that a run is nested in; None when it is not nested."""
    return client().get_parent_run(run_id)


def delete_run(run_id: str) -> None:
    """Mark a run as deleted; `MlflowClient().restore_run` brings it back."""
    client().delete_run(run_id)


def search_runs(
    experiment_ids: list[str] | None = None,
    filter_string: str = "",
    run_view_type: int = ViewType.ACTIVE_ONLY,
    max_results: int = SEARCH_MAX_RESULTS_PANDAS,
    order_by: list[str] | None = None,
    output_format: str = "pandas",
    search_all_experiments: bool = False,
    experiment_names: list[str] | None = None,
) -> list[Run] | pandas.DataFrame:
    """Search runs, as a table or as a list.

    Args:
        experiment_ids: the experiments to search; the active one when neither ids nor names are given.
        filter_string: e.g. `metrics.accuracy > 0.9 AND params.model = 'tree'`.
        run_view_type: `ViewType.ACTIVE_ONLY`, `DELETED_ONLY` or `ALL`.
        max_results: stop after so many.
        order_by: e.g. `["metrics.accuracy DESC"]`; latest start first when omitted.
        output_format: `"pandas"` for a DataFrame with columns `run_id`, `status`, …, `metrics.*`, `params.*` and
            `tags.*`; `"list"` for a list of runs.
        search_all_experiments: search every active experiment when neither ids nor names are given.
        experiment_names: the experiments to search by name, instead of ids.
    """
    if experiment_ids and experiment_names:
        raise InvalidParameterValue("Only experiment_ids or experiment_names can be used, but not both")
    frames.check_format(output_format)
    if search_all_experiments and not experiment_ids and not experiment_names:
        experiment_ids = [one.experiment_id for one in frames.all_experiments(client())]
    elif experiment_names:
        experiment_ids = frames.ids_of_names(client(), experiment_names)
    elif experiment_ids is None or (not experiment_ids and not experiment_names):
        experiment_ids = [current_experiment()]
    if output_format == "pandas" and experiment_ids:
        table = search_columns(
            client().tracking_uri,
            as_ids(experiment_ids),
            filter_string or "",
            run_view_type,
            max_results,
            list(order_by or ()),
        )
        if table is not None:
            return frames.columns_frame(table)
    runs: list[Run] = []
    if experiment_ids:
        runs = all_pages(
            lambda size, token: client().search_runs(
                experiment_ids, filter_string, run_view_type, size, order_by, token
            ),
            _PAGE,
            max_results,
        )
    return runs if output_format == "list" else frames.runs_frame(runs)


__all__ = ["delete_run", "get_parent_run", "get_run", "search_runs", "start_run"]
