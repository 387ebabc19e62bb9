"""Copying a store: experiments by name, runs and logged models by id, versions by where they came from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from millrace.artifacts import open_artifacts
from millrace.calls import (
    CreateExperiment,
    CreateLoggedModel,
    FinalizeLoggedModel,
    GetExperimentByName,
    SearchExperiments,
    SearchLoggedModels,
    SearchRuns,
    SetExperimentTag,
    SetLoggedModelTags,
)
from millrace.errors import MlflowException
from millrace.model import Experiment, LoggedModel, LoggedModelStatus, Metric, Run, TraceTagKey
from millrace.store import Store, pages
from millrace.transfer.files import copy_files
from millrace.transfer.registry import copy_registry
from millrace.transfer.runs import copy_run, unlinked
from millrace.transfer.traces import copy_traces

_PAGE = 100


class Copied(NamedTuple):
    """What was copied, or was there already; and what could not be."""

    experiments: int
    runs: int
    models: int
    versions: int
    files: int
    problems: list[str]


class End(NamedTuple):
    """A store with its URI, which tells where its artifacts are served."""

    store: Store
    uri: str


def copy_store(source: End, target: End, *, progress: Callable[[str], None] = lambda text: None) -> Copied:
    """Copy all active experiments, runs with their metrics, params, tags, inputs, outputs and artifacts, logged models,
    traces, and registered models with their versions and aliases.

    It may be repeated, and goes on where it was broken off: runs and logged models keep their ids, points are stored
    once, files that are there in the same size are skipped.

    Args:
        source: what is copied; it is only read.
        target: where it is copied to.
        progress: told what comes next, in a few words.

    Raises:
        MlflowException: one of the stores cannot be used. What concerns a single run, model or file does not end the
            copying, and is listed in the answer.
    """
    counts = {"runs": 0, "models": 0, "files": 0}
    problems: list[str] = []
    experiments = list(_experiments(source.store))
    for experiment in experiments:
        there = _experiment(target.store, experiment)
        linked: dict[str | None, list[Metric]] = defaultdict(list)
        for model in _models(source.store, experiment):
            progress(f"{experiment.name}: model {model.name}")
            with _noted(problems, f"logged model {model.model_id}"):
                copied_model, files = _copy_model(source, target, model, there)
                for metric in unlinked(model, copied_model):
                    linked[metric.run_id].append(metric)
                counts["files"] += files
                counts["models"] += 1
        for run in _runs(source.store, experiment):
            progress(f"{experiment.name}: run {run.info.run_name}")
            with _noted(problems, f"run {run.info.run_id}"):
                copied = copy_run(source.store, target.store, run, there, linked[run.info.run_id])
                counts["files"] += _copy_artifacts(source, run.info.artifact_uri, target, copied.info.artifact_uri)
                counts["runs"] += 1
        progress(f"{experiment.name}: traces")
        with _noted(problems, f"the traces of {experiment.name}"):
            counts["files"] += _copy_traces(source, target, experiment, there, problems)
    progress("registered models")
    versions = copy_registry(source.store, target.store, lambda what: _noted(problems, what))
    return Copied(len(experiments), counts["runs"], counts["models"], versions, counts["files"], problems)


@contextmanager
def _noted(problems: list[str], what: str) -> Iterator[None]:
    """Write down what goes wrong inside of the block, and go on; a store that cannot be reached ends the copying."""
    try:
        yield
    except MlflowException as error:
        if error.error_code == "TEMPORARILY_UNAVAILABLE":
            raise
        problems.append(f"{what}: {error.message}")


def _experiments(store: Store) -> Iterator[Experiment]:
    for page in pages(store, SearchExperiments(_PAGE, order_by=["experiment_id ASC"])):
        yield from page.experiments


def _runs(store: Store, experiment: Experiment) -> Iterator[Run]:
    call = SearchRuns([experiment.experiment_id], max_results=_PAGE, order_by=["start_time ASC"])
    for page in pages(store, call):
        yield from page.runs


def _models(store: Store, experiment: Experiment) -> Iterator[LoggedModel]:
    for page in pages(store, SearchLoggedModels([experiment.experiment_id], max_results=_PAGE)):
        yield from page.models


def _experiment(store: Store, experiment: Experiment) -> str:
    """The id of the experiment of the same name, which is created where it is not there, with the same tags."""
    try:
        found = store.call(GetExperimentByName(experiment.name)).experiment
    except MlflowException as error:
        if error.error_code != "RESOURCE_DOES_NOT_EXIST":
            raise
        return store.call(CreateExperiment(experiment.name, tags=experiment.tag_list)).experiment_id
    for tag in experiment.tag_list:
        if found.tags.get(tag.key) != tag.value:
            store.call(SetExperimentTag(found.experiment_id, tag.key, tag.value))
    return found.experiment_id


def _copy_model(source: End, target: End, model: LoggedModel, experiment_id: str) -> tuple[LoggedModel, int]:
    """Copy a logged model and its files; the copy as it was found or made, and how many files were copied."""
    there = target.store.call(
        CreateLoggedModel(
            experiment_id,
            model.name,
            model.model_type or "",
            model.source_run_id or "",
            model.data.param_list,
            model.info.tag_list,
            model.model_id,
        )
    ).model
    target.store.call(SetLoggedModelTags(model.model_id, model.info.tag_list))
    copied = _copy_artifacts(source, model.artifact_location, target, there.artifact_location)
    if model.info.status != LoggedModelStatus.PENDING:
        target.store.call(FinalizeLoggedModel(model.model_id, model.info.status))
    return there, copied


def _copy_traces(source: End, target: End, experiment: Experiment, there: str, problems: list[str]) -> int:
    """Copy the traces of an experiment; how many files with spans were copied."""
    files = 0

    def note(trace_id: str, reason: str) -> None:
        problems.append(f"trace {trace_id}: {reason}")

    for one, copy in copy_traces(source.store, target.store, experiment.experiment_id, there, note):
        places = [info.tags.get(TraceTagKey.ARTIFACT_LOCATION) for info in (one, copy)]
        files += _copy_artifacts(source, places[0], target, places[1])
    return files


def _copy_artifacts(source: End, source_uri: str | None, target: End, target_uri: str | None) -> int:
    if not source_uri or not target_uri or source_uri == target_uri:
        return 0
    return copy_files(
        open_artifacts(source_uri, tracking_uri=source.uri), open_artifacts(target_uri, tracking_uri=target.uri)
    )
