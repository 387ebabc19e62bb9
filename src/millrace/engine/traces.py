"""Answers to the calls on traces that are no searches: facts, tags, links, deletion."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from millrace.calls import (
    BatchGetTraces,
    DeletedTraces,
    DeleteTraces,
    DeleteTracesV3,
    DeleteTraceTag,
    DeleteTraceTagV3,
    Empty,
    EndTrace,
    GetTrace,
    GetTraceInfo,
    GetTraceInfoV3,
    LinkTracesToRun,
    SetTraceTag,
    SetTraceTagV3,
    StartTrace,
    StartTraceV3,
    TraceAnswer,
    TraceInfoAnswer,
    TraceInfoV2,
    TraceInfoV3,
    TracePart,
    TracesAnswer,
    TraceV3,
    UnlinkTracesFromRun,
)
from millrace.engine import spans, trace_rows
from millrace.engine.tx import TRACES, Tx, answers, experiment_number
from millrace.errors import InvalidParameterValue, MlflowException, ResourceMissing
from millrace.model import TraceInfo
from millrace.model.clock import from_rfc3339, from_seconds
from millrace.model.traces import TraceState

MAX_LINKED = 100
_ALL = 2**62
_STATUSES: dict[str | int, str] = {1: "OK", 2: "ERROR", 3: "IN_PROGRESS"}
_OF_A_TRACE = ("trace_tag", "trace_metadata", "assessment", "span_content", "span")


def _told(tx: Tx, part: TracePart) -> TraceInfo:
    """Store what is told of a trace; returns its facts."""
    refused = spans.store(tx, [part], [])
    if refused:
        raise MlflowException(refused[0].message, refused[0].error_code)
    return _info(tx, part.trace_id)


def _info(tx: Tx, trace_id: str) -> TraceInfo:
    return trace_rows.infos(tx, [trace_rows.find(tx, trace_id)])[0]


@answers(StartTraceV3)
def start_trace_v3(tx: Tx, call: StartTraceV3) -> TraceAnswer:
    """Store the facts of a trace."""
    info = call.trace.trace_info
    place = info.trace_location.mlflow_experiment if info.trace_location else None
    if place is None:
        raise InvalidParameterValue(
            "A trace needs a trace_location with an mlflow_experiment: Millrace keeps traces in experiments only."
        )
    part = TracePart(
        trace_id=info.trace_id,
        experiment_id=place.experiment_id,
        request_time=from_rfc3339(info.request_time) if info.request_time else None,
        execution_duration=from_seconds(info.execution_duration) if info.execution_duration else None,
        state=info.state or TraceState.STATE_UNSPECIFIED,
        request_preview=info.request_preview,
        response_preview=info.response_preview,
        client_request_id=info.client_request_id,
        trace_metadata=info.trace_metadata,
        tags=info.tags,
        assessments=info.assessments,
    )
    return TraceAnswer(TraceV3(TraceInfoV3.of(_told(tx, part))))


@answers(GetTraceInfoV3)
def get_trace_info_v3(tx: Tx, call: GetTraceInfoV3) -> TraceAnswer:
    """Get the facts of a trace."""
    return TraceAnswer(TraceV3(TraceInfoV3.of(_info(tx, call.trace_id))))


@answers(GetTrace)
def get_trace(tx: Tx, call: GetTrace) -> TraceAnswer:
    """Get a trace with its spans."""
    rows = trace_rows.rows_of(tx, [call.trace_id])
    if not rows:
        raise ResourceMissing(f"Trace with ID {call.trace_id} is not found.")
    return TraceAnswer(TraceV3.of(trace_rows.whole(tx, rows)[0]))


@answers(BatchGetTraces)
def batch_get_traces(tx: Tx, call: BatchGetTraces) -> TracesAnswer:
    """Get traces with their spans."""
    if not call.trace_ids:
        raise _missing("trace_ids")
    rows = trace_rows.rows_of(tx, call.trace_ids)
    return TracesAnswer([TraceV3.of(trace) for trace in trace_rows.whole(tx, rows)])


def _missing(name: str) -> InvalidParameterValue:
    return InvalidParameterValue(
        f"Missing value for required parameter '{name}'. "
        "See the API docs for more information about request parameters."
    )


@answers(SetTraceTagV3)
def set_trace_tag_v3(tx: Tx, call: SetTraceTagV3) -> Empty:
    """Set a tag of a trace."""
    return _set_tag(tx, call.trace_id, call.key, call.value)


@answers(SetTraceTag)
def set_trace_tag(tx: Tx, call: SetTraceTag) -> Empty:
    """Set a tag of a trace."""
    return _set_tag(tx, call.request_id, call.key, call.value)


def _set_tag(tx: Tx, trace_id: str, key: str, value: str) -> Empty:
    spans.check_tag_key(key)
    row = trace_rows.find(tx, trace_id, tx.db.change_lock)
    tx.db.execute(
        "INSERT INTO trace_tag (trace_id, key, value) VALUES (?, ?, ?)"
        " ON CONFLICT (trace_id, key) DO UPDATE SET value = excluded.value",
        (row[0], key, value),
    )
    tx.touch(row[2], TRACES)
    return Empty()


@answers(DeleteTraceTagV3)
def delete_trace_tag_v3(tx: Tx, call: DeleteTraceTagV3) -> Empty:
    """Delete a tag of a trace."""
    return _delete_tag(tx, call.trace_id, call.key)


@answers(DeleteTraceTag)
def delete_trace_tag(tx: Tx, call: DeleteTraceTag) -> Empty:
    """Delete a tag of a trace."""
    return _delete_tag(tx, call.request_id, call.key)


def _delete_tag(tx: Tx, trace_id: str, key: str) -> Empty:
    row = tx.db.row(f"SELECT id, experiment_id FROM trace WHERE uuid = ?{tx.db.change_lock}", (trace_id,))
    if row is None or not tx.db.execute("DELETE FROM trace_tag WHERE trace_id = ? AND key = ?", (row[0], key)):
        raise ResourceMissing(f"No trace tag with key '{key}' for trace with ID '{trace_id}'")
    tx.touch(row[1], TRACES)
    return Empty()


@answers(LinkTracesToRun)
def link_traces_to_run(tx: Tx, call: LinkTracesToRun) -> Empty:
    """Link traces to a run."""
    _check_link(call)
    tx.db.many(
        "INSERT INTO trace_run (trace_uuid, run_uuid) VALUES (?, ?) ON CONFLICT (trace_uuid, run_uuid) DO NOTHING",
        [(trace_id, call.run_id) for trace_id in sorted(set(call.trace_ids))],
    )
    _touch(tx, call.trace_ids)
    return Empty()


@answers(UnlinkTracesFromRun)
def unlink_traces_from_run(tx: Tx, call: UnlinkTracesFromRun) -> Empty:
    """Undo links of traces to a run."""
    _check_link(call)
    tx.change_in("DELETE FROM trace_run WHERE run_uuid = ? AND trace_uuid IN (*)", call.trace_ids, [call.run_id])
    _touch(tx, call.trace_ids)
    return Empty()


def _check_link(call: LinkTracesToRun | UnlinkTracesFromRun) -> None:
    for name in ("trace_ids", "run_id"):
        if not getattr(call, name):
            raise _missing(name)
    if len(call.trace_ids) > MAX_LINKED:
        raise InvalidParameterValue(
            f"Cannot link more than {MAX_LINKED} traces to a run in a single request. "
            f"Provided {len(call.trace_ids)} traces."
        )


def _touch(tx: Tx, trace_ids: Sequence[str]) -> None:
    for row in tx.select_in("SELECT DISTINCT experiment_id FROM trace WHERE uuid IN (*)", trace_ids):
        tx.touch(row[0], TRACES)


@answers(DeleteTracesV3)
def delete_traces_v3(tx: Tx, call: DeleteTracesV3) -> DeletedTraces:
    """Delete traces."""
    return _delete(tx, call)


@answers(DeleteTraces)
def delete_traces(tx: Tx, call: DeleteTraces) -> DeletedTraces:
    """Delete traces."""
    return _delete(tx, call)


def _delete(tx: Tx, call: DeleteTraces | DeleteTracesV3) -> DeletedTraces:
    until, ids = call.max_timestamp_millis, call.request_ids
    if until is None and not ids:
        raise InvalidParameterValue("Either `max_timestamp_millis` or `trace_ids` must be specified.")
    if until is not None and ids:
        raise InvalidParameterValue("Only one of `max_timestamp_millis` and `trace_ids` can be specified.")
    if ids and call.max_traces is not None:
        raise InvalidParameterValue("`max_traces` can't be specified if `trace_ids` is specified.")
    if call.max_traces is not None and call.max_traces <= 0:
        raise InvalidParameterValue(f"`max_traces` must be a positive integer, received {call.max_traces}.")
    experiment = experiment_number(call.experiment_id)
    if ids:
        rows = tx.select_in("SELECT id, uuid FROM trace WHERE experiment_id = ? AND uuid IN (*)", ids, [experiment])
    else:
        rows = tx.db.rows(
            "SELECT id, uuid FROM trace WHERE experiment_id = ? AND start_ms <= ? ORDER BY start_ms, uuid LIMIT ?",
            (experiment, until, call.max_traces or _ALL),
        )
    remove_rows(tx, [row[0] for row in rows], [row[1] for row in rows])
    if rows:
        tx.touch(experiment, TRACES)
    return DeletedTraces(len(rows))


def remove_rows(tx: Tx, ids: Sequence[int], trace_ids: Sequence[str]) -> None:
    """Delete traces and all that belongs to them."""
    for table in _OF_A_TRACE:
        tx.change_in(f"DELETE FROM {table} WHERE trace_id IN (*)", ids)
    tx.change_in("DELETE FROM trace_run WHERE trace_uuid IN (*)", trace_ids)
    tx.change_in("DELETE FROM trace WHERE id IN (*)", ids)


# Version 2.


@answers(StartTrace)
def start_trace(tx: Tx, call: StartTrace) -> TraceInfoAnswer:
    """Begin a trace."""
    part = TracePart(
        trace_id=uuid.uuid4().hex,
        experiment_id=call.experiment_id,
        request_time=call.timestamp_ms,
        state=TraceState.IN_PROGRESS,
        trace_metadata={pair.key: pair.value for pair in call.request_metadata},
        tags={pair.key: pair.value for pair in call.tags},
    )
    return TraceInfoAnswer(TraceInfoV2.of(_told(tx, part)))


@answers(EndTrace)
def end_trace(tx: Tx, call: EndTrace) -> TraceInfoAnswer:
    """End a trace."""
    row = trace_rows.find(tx, call.request_id, tx.db.change_lock)
    status = _STATUSES.get(call.status, str(call.status))
    part = TracePart(
        trace_id=call.request_id,
        experiment_id=str(row[2]),
        execution_duration=max(call.timestamp_ms - row[3], 0),
        state=status if status in TraceState.__members__ else TraceState.STATE_UNSPECIFIED,
        trace_metadata={pair.key: pair.value for pair in call.request_metadata},
        tags={pair.key: pair.value for pair in call.tags},
    )
    return TraceInfoAnswer(TraceInfoV2.of(_told(tx, part)))


@answers(GetTraceInfo)
def get_trace_info(tx: Tx, call: GetTraceInfo) -> TraceInfoAnswer:
    """Get the facts of a trace."""
    return TraceInfoAnswer(TraceInfoV2.of(_info(tx, call.request_id)))
