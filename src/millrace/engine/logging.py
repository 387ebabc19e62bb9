"""Answers to the calls that log metrics, params and tags, and that read series back."""

from __future__ import annotations

import json
from collections.abc import Sequence

from millrace import wire
from millrace.calls import (
    DeleteTag,
    Empty,
    GetMetricColumns,
    GetMetricHistory,
    GetMetricHistoryBulk,
    GetMetricHistoryBulkInterval,
    LogBatch,
    LogMetric,
    LogModel,
    LogParam,
    MetricColumns,
    MetricPage,
    MetricsOfRuns,
    SetTag,
)
from millrace.engine import chunks, model_metrics, points, run_rows, runs
from millrace.engine.search import check_max_results
from millrace.engine.texts import fitted, put_params, put_texts
from millrace.engine.tx import Tx, answers
from millrace.errors import InvalidParameterValue, ResourceMissing
from millrace.model import Metric, MetricWithRunId, Param, RunTag
from millrace.model.limits import MAX_PARAM_LENGTH, MAX_TAG_LENGTH, check_batch, check_metric, check_param, check_tag
from millrace.series.columns import Columns, at_common_steps, between_steps

_API_DOCS = "See the API docs for more information about request parameters."
MODEL_HISTORY_TAG = "mlflow.log-model.history"
MAX_RUNS_IN_BULK = 100
MAX_BULK_RESULTS = 25_000
MAX_INT64 = 2**63 - 1
DEFAULT_INTERVAL_RESULTS = 320
MAX_INTERVAL_RESULTS = 2500


@answers(LogMetric)
def log_metric(tx: Tx, call: LogMetric) -> Empty:
    """Log one point of a metric."""
    metric = Metric(
        call.key, call.value, call.timestamp, call.step, call.model_id, call.dataset_name, call.dataset_digest
    )
    check_metric(metric)
    row = run_rows.find_active(tx, call.run_id)
    _put_metrics(tx, row[0], call.run_id, row[2], [metric])
    return Empty()


@answers(LogParam)
def log_param(tx: Tx, call: LogParam) -> Empty:
    """Log a param."""
    (param,) = fitted([Param(call.key, call.value)], MAX_PARAM_LENGTH)
    check_param(param)
    row = run_rows.find_active(tx, call.run_id)
    for key, old, new in put_params(tx, row[0], row[2], [param]):
        raise InvalidParameterValue(
            f"Changing param values is not allowed. Param with key='{key}' was already logged with value='{old}' "
            f"for run ID='{call.run_id}'. Attempted logging new value '{new}'."
        )
    return Empty()


@answers(SetTag)
def set_tag(tx: Tx, call: SetTag) -> Empty:
    """Set a tag of a run."""
    (tag,) = fitted([RunTag(call.key, call.value)], MAX_TAG_LENGTH)
    check_tag(tag)
    row = run_rows.find_active(tx, call.run_id)
    _put_tags(tx, row[0], row[2], [tag])
    return Empty()


@answers(DeleteTag)
def delete_tag(tx: Tx, call: DeleteTag) -> Empty:
    """Delete a tag of a run."""
    row = run_rows.find_active(tx, call.run_id)
    key_id = tx.key_id(call.key)
    if key_id is None or not tx.db.execute("DELETE FROM tag WHERE run_id = ? AND key_id = ?", (row[0], key_id)):
        raise ResourceMissing(f"No tag with name: {call.key} in run with id {call.run_id}")
    return Empty()


@answers(LogBatch)
def log_batch(tx: Tx, call: LogBatch) -> Empty:
    """Log metrics, params and tags: all or none."""
    params, tags = fitted(call.params, MAX_PARAM_LENGTH), fitted(call.tags, MAX_TAG_LENGTH)
    check_batch(call.metrics, params, tags)
    row = run_rows.find_active(tx, call.run_id)
    changed = put_params(tx, row[0], row[2], params)
    if changed:
        listed = [{"key": key, "new_value": new, "old_value": old} for key, old, new in changed]
        raise InvalidParameterValue(
            f"Changing param values is not allowed. Params were already logged='{listed}' for run ID='{call.run_id}'."
        )
    _put_metrics(tx, row[0], call.run_id, row[2], call.metrics)
    _put_tags(tx, row[0], row[2], tags)
    return Empty()


@answers(LogModel)
def log_model(tx: Tx, call: LogModel) -> Empty:
    """Record a model of the 2.x kind in a tag of the run."""
    try:
        model = json.loads(call.model_json)
    except ValueError:
        raise InvalidParameterValue(f"Malformed model info. \n {call.model_json} \n is not a valid JSON.") from None
    missing = {"artifact_path", "flavors", "run_id", "utc_time_created"} - set(model)
    if missing:
        listed = ", ".join(repr(name) for name in sorted(missing))
        raise InvalidParameterValue(f"Model json is missing mandatory fields: {{{listed}}}")
    row = run_rows.find_active(tx, call.run_id)
    before = tx.db.row(
        "SELECT tag.value FROM tag JOIN key ON key.id = tag.key_id WHERE tag.run_id = ? AND key.name = ?",
        (row[0], MODEL_HISTORY_TAG),
    )
    history = json.loads(before[0]) if before else []
    put_texts(tx, "tag", row[0], row[2], [RunTag(MODEL_HISTORY_TAG, json.dumps([*history, model]))])
    return Empty()


def _put_metrics(tx: Tx, run: int, run_id: str, experiment: int, metrics: Sequence[Metric]) -> None:
    if metrics:
        points.append(tx, run, experiment, metrics)
        model_metrics.link(tx, run_id, metrics)


def _put_tags(tx: Tx, run: int, experiment: int, tags: Sequence[RunTag]) -> None:
    last = {tag.key: tag for tag in tags}
    if runs.RUN_NAME_TAG in last and not last[runs.RUN_NAME_TAG].value:
        del last[runs.RUN_NAME_TAG]  # a run always has a name: as in MLflow, it keeps the one that it has
    put_texts(tx, "tag", run, experiment, list(last.values()))
    if runs.RUN_NAME_TAG in last:
        runs.rename(tx, run, experiment, last[runs.RUN_NAME_TAG].value)


@answers(GetMetricHistory)
def get_metric_history(tx: Tx, call: GetMetricHistory) -> MetricPage:
    """Get the points of a metric."""
    found, token = _page(tx, call)
    return MetricPage(_metrics(call.metric_key, found), token)


@answers(GetMetricColumns)
def get_metric_columns(tx: Tx, call: GetMetricColumns) -> MetricColumns:
    """Get the points of a metric in columns."""
    found, token = _page(tx, call)
    return MetricColumns(found.steps.tolist(), found.timestamps.tolist(), found.values.tolist(), token)


def _page(tx: Tx, call: GetMetricHistory | GetMetricColumns) -> tuple[Columns, str | None]:
    row = run_rows.find(tx, call.run_id)
    after = chunks.Position(*wire.page_position(call.page_token, tuple[int, int, int])) if call.page_token else None
    limit = None
    if call.max_results is not None:
        check_max_results(call.max_results, MAX_INT64)
        limit = call.max_results + 1
    found = chunks.history(tx, row[0], call.metric_key, after=after, limit=limit)
    if not limit or len(found) < limit:
        return found, None
    found = found.at(slice(limit - 1))
    return found, wire.page_token((int(found.timestamps[-1]), int(found.steps[-1]), int(found.bits()[-1])))


@answers(GetMetricHistoryBulk)
def get_metric_history_bulk(tx: Tx, call: GetMetricHistoryBulk) -> MetricsOfRuns:
    """Get the points of one metric of several runs."""
    if not call.run_id:
        raise InvalidParameterValue("GetMetricHistoryBulk request must specify at least one run_id.")
    if len(call.run_id) > MAX_RUNS_IN_BULK:
        raise InvalidParameterValue(
            f"GetMetricHistoryBulk request cannot specify more than {MAX_RUNS_IN_BULK} run_ids. "
            f"Received {len(call.run_id)} run_ids."
        )
    if not call.metric_key:
        raise InvalidParameterValue("GetMetricHistoryBulk request must specify a metric_key.")
    if call.max_results:  # 0 is answered with nothing, as MLflow does
        check_max_results(call.max_results, MAX_INT64)
    left = min(call.max_results, MAX_BULK_RESULTS)
    found: list[MetricWithRunId] = []
    for run_id, id_ in run_rows.ids(tx, call.run_id).items():
        part = chunks.history(tx, id_, call.metric_key, limit=left - len(found))
        found += _metrics_of(run_id, call.metric_key, part)
        if len(found) == left:
            break
    return MetricsOfRuns(found)


@answers(GetMetricHistoryBulkInterval)
def get_metric_history_bulk_interval(tx: Tx, call: GetMetricHistoryBulkInterval) -> MetricsOfRuns:
    """Get points of one metric of several runs, at steps that are evenly spread and the same for all of them."""
    _check_interval(call)
    count = DEFAULT_INTERVAL_RESULTS if call.max_results is None else call.max_results
    ids = run_rows.ids(tx, call.run_ids)
    series = [
        between_steps(chunks.history(tx, id_, call.metric_key), call.start_step, call.end_step) for id_ in ids.values()
    ]
    sampled = at_common_steps(series, count)
    found = [_metrics_of(run_id, call.metric_key, part) for run_id, part in zip(ids, sampled, strict=True)]
    return MetricsOfRuns([metric for part in found for metric in part])


def _metrics(key: str, found: Columns) -> list[Metric]:
    columns = zip(found.values.tolist(), found.timestamps.tolist(), found.steps.tolist(), strict=True)
    return [Metric(key, value, timestamp, step) for value, timestamp, step in columns]


def _metrics_of(run_id: str, key: str, found: Columns) -> list[MetricWithRunId]:
    columns = zip(found.values.tolist(), found.timestamps.tolist(), found.steps.tolist(), strict=True)
    return [MetricWithRunId(key, value, timestamp, step, run_id) for value, timestamp, step in columns]


def _check_interval(call: GetMetricHistoryBulkInterval) -> None:
    if len(call.run_ids) > MAX_RUNS_IN_BULK:
        raise InvalidParameterValue(
            f"GetMetricHistoryBulkInterval request must specify at most {MAX_RUNS_IN_BULK} run_ids. "
            f"Received {len(call.run_ids)} run_ids. {_API_DOCS}"
        )
    if (call.start_step is None) != (call.end_step is None):
        raise InvalidParameterValue("If either start step or end step are specified, both must be specified.")
    if call.start_step is not None and call.end_step is not None and call.start_step > call.end_step:
        raise InvalidParameterValue(
            "end_step must be greater than start_step. "
            f"Found start_step={call.start_step} and end_step={call.end_step}."
        )
    if call.max_results is not None and not 1 <= call.max_results <= MAX_INTERVAL_RESULTS:
        raise InvalidParameterValue(f"max_results must be between 1 and {MAX_INTERVAL_RESULTS}. {_API_DOCS}")
