"""Copying runs: what they are, what they logged, and every point of their metrics once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

from millrace.calls import (
    CreateRun,
    GetSeries,
    LogBatch,
    LogInputs,
    LogOutputs,
    SeriesColumns,
    UpdateRun,
)
from millrace.errors import MlflowException
from millrace.model import LoggedModel, Metric, Run
from millrace.store import Store

_SERIES = 100
_FACTS = 100

T = TypeVar("T")


def copy_run(source: Store, target: Store, run: Run, experiment_id: str, linked: Sequence[Metric]) -> Run:
    """Copy a run into an experiment, under its own id; the run as it is there.

    Args:
        source: where it is.
        target: where it is copied to.
        run: the run.
        experiment_id: the experiment there.
        linked: its metrics that are to be linked to logged models; the models are there already.

    Raises:
        MlflowException: a param has another value there, the run is in another experiment there, …
    """
    info = run.info
    there = target.call(
        CreateRun(experiment_id, info.user_id, info.run_name or "", info.start_time, [], info.run_id)
    ).run
    for params in _parts(run.data.param_list, _FACTS):
        target.call(LogBatch(info.run_id, [], params))
    for tags in _parts(run.data.tag_list, _FACTS):
        target.call(LogBatch(info.run_id, [], [], tags))
    if run.inputs.dataset_inputs or run.inputs.model_inputs:
        target.call(LogInputs(info.run_id, run.inputs.dataset_inputs, run.inputs.model_inputs))
    if run.outputs.model_outputs:
        target.call(LogOutputs(info.run_id, run.outputs.model_outputs))
    for metrics in _parts(linked, 1000):
        target.call(LogBatch(info.run_id, metrics))
    for keys in _parts([metric.key for metric in run.data.metric_list], _SERIES):
        call = GetSeries([info.run_id], keys, by="time", max_points=0)
        known = {one.key: one for one in _asked(target, call)}
        for one in source.call(call).series:
            _copy_points(target, one, known.get(one.key))
    if info.status != "RUNNING":
        target.call(UpdateRun(info.run_id, info.status, info.end_time))
    return there


def _asked(target: Store, call: GetSeries) -> list[SeriesColumns]:
    """The series as they are in the target; none where it has no such call, as MLflow's server."""
    try:
        return target.call(call).series
    except MlflowException as error:
        if error.error_code in ("ENDPOINT_NOT_FOUND", "NOT_FOUND") or "error code 404" in error.message:
            return []
        raise


def _copy_points(target: Store, series: SeriesColumns, known: SeriesColumns | None) -> None:
    """Store the points of a series that the target lacks."""
    there = set(_points(known)) if known else set()
    missing = [point for point in _points(series) if point not in there]
    for part in _parts(missing, 1000):
        metrics = [Metric(series.key, float(value), timestamp, step) for timestamp, step, value in part]
        target.call(LogBatch(series.run_id, metrics))


def _points(series: SeriesColumns) -> Iterator[tuple[int, int, str]]:
    # Values as texts, because no NaN equals another.
    return zip(series.timestamps, series.steps, map(repr, series.values), strict=True)


def unlinked(source: LoggedModel, target: LoggedModel) -> list[Metric]:
    """The metrics that a logged model has and its copy has not yet."""
    there = set(map(repr, target.metrics))  # as texts, because no NaN equals another
    return [metric for metric in source.metrics if repr(metric) not in there]


def _parts(items: Sequence[T], size: int) -> Iterator[list[T]]:
    for start in range(0, len(items), size):
        yield list(items[start : start + size])
