"""Answers to the calls on runs as a whole."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence

from msgspec.structs import replace

from millrace.calls import (
    CreateRun,
    DeleteRun,
    Empty,
    GetRun,
    RestoreRun,
    RunAnswer,
    RunInfoAnswer,
    UpdateRun,
)
from millrace.engine import attendance, experiments, points, run_rows
from millrace.engine.texts import fitted, put_texts
from millrace.engine.tx import Tx, answers, now_ms
from millrace.errors import InvalidParameterValue, ResourceExists
from millrace.model import DEFAULT_EXPERIMENT_ID, LifecycleStage, RunStatus, RunTag
from millrace.model.limits import MAX_TAG_LENGTH, check_tag
from millrace.model.names import random_run_name

RUN_NAME_TAG = "mlflow.runName"
_RUN_ID = re.compile(r"[0-9a-f]{32}")
_RUN_TABLES = (
    "metric_latest",
    "point_batch",
    "chunk",
    "param",
    "tag",
    "dataset_input_tag",
    "dataset_input",
    "run_model",
    "attendance",
)
"""The tables that hold rows of runs."""


def remove_rows(tx: Tx, ids: Sequence[int], uuids: Sequence[str]) -> None:
    """Delete runs, by row ids and run ids, and everything that belongs to them; their points are not read."""
    tx.change_in("DELETE FROM chunk_data WHERE id IN (SELECT data_id FROM chunk WHERE run_id IN (*))", ids)
    for table in _RUN_TABLES:
        tx.change_in(f"DELETE FROM {table} WHERE run_id IN (*)", ids)
    for table in ("logged_model_metric", "trace_run"):
        tx.change_in(f"DELETE FROM {table} WHERE run_uuid IN (*)", uuids)
    tx.change_in("DELETE FROM run WHERE id IN (*)", ids)


@answers(CreateRun)
def create_run(tx: Tx, call: CreateRun) -> RunAnswer:
    """Create a run."""
    experiment = experiments.find_active(tx, call.experiment_id or DEFAULT_EXPERIMENT_ID)
    tags = {tag.key: tag for tag in fitted(call.tags, MAX_TAG_LENGTH)}
    for tag in tags.values():
        check_tag(tag)
    tagged = tags[RUN_NAME_TAG].value if RUN_NAME_TAG in tags else ""
    if call.run_name and tagged and call.run_name != tagged:
        raise InvalidParameterValue(
            "Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different values "
            f"(run_name='{call.run_name}', mlflow.runName='{tagged}')."
        )
    name = call.run_name or tagged or random_run_name()
    tags[RUN_NAME_TAG] = RunTag(RUN_NAME_TAG, name)
    if call.run_id and not _RUN_ID.fullmatch(call.run_id):
        raise InvalidParameterValue(f"A run id is 32 hexadecimal digits in lower case, not {call.run_id!r}.")
    run_id = call.run_id or uuid.uuid4().hex
    row = tx.db.row(
        "INSERT INTO run (uuid, experiment_id, name, user_id, status, start_ms, stage)"
        " VALUES (?, ?, ?, ?, 'RUNNING', ?, 'active') ON CONFLICT (uuid) DO NOTHING RETURNING id",
        (run_id, experiment[0], name, call.user_id, now_ms() if call.start_time is None else call.start_time),
    )
    if row is None:
        return _already_there(tx, run_id, experiment[0])
    put_texts(tx, "tag", row[0], experiment[0], list(tags.values()))
    if call.process_id:
        attendance.begin(tx, row[0], call.process_id)
    tx.touch(experiment[0], run_id)
    return RunAnswer(run_rows.from_rows(tx, [run_rows.find(tx, run_id)])[0])


def _already_there(tx: Tx, run_id: str, experiment_id: int) -> RunAnswer:
    """The answer to a creation that is repeated, because its first answer was lost on the way."""
    row = run_rows.find(tx, run_id)
    if row[2] != experiment_id:
        raise ResourceExists(f"Run with id={run_id} already exists, in experiment {row[2]}.")
    return RunAnswer(run_rows.from_rows(tx, [row])[0])


@answers(GetRun)
def get_run(tx: Tx, call: GetRun) -> RunAnswer:
    """Get a run, with the summaries of its metrics."""
    row = run_rows.find(tx, call.run_id)
    run = run_rows.from_rows(tx, [row])[0]
    return RunAnswer(replace(run, data=replace(run.data, summary_list=run_rows.summaries(tx, row[0]))))


@answers(UpdateRun)
def update_run(tx: Tx, call: UpdateRun) -> RunInfoAnswer:
    """Change a run's status, end time or name."""
    row = run_rows.find_active(tx, call.run_id)
    if call.status is not None:
        status = RunStatus.to_string(call.status)
        tx.db.execute("UPDATE run SET status = ? WHERE id = ?", (status, row[0]))
        attendance.forget(tx, row[0])
        if RunStatus.is_terminated(RunStatus.from_string(status)):
            points.settle(tx, row[0])
            if call.reason:
                attendance.keep_reason(tx, row[0], row[2], call.reason)
        elif call.process_id:
            attendance.begin(tx, row[0], call.process_id)
    if call.end_time is not None:
        tx.db.execute("UPDATE run SET end_ms = ? WHERE id = ?", (call.end_time, row[0]))
    if call.run_name:
        rename(tx, row[0], row[2], call.run_name)
    return RunInfoAnswer(run_rows.infos(tx, [run_rows.find(tx, call.run_id)])[0])


def rename(tx: Tx, id_: int, experiment_id: int, name: str) -> None:
    """Rename a run; its name and the tag that repeats it always agree."""
    tag = RunTag(RUN_NAME_TAG, name)
    check_tag(tag)
    tx.db.execute("UPDATE run SET name = ? WHERE id = ?", (name, id_))
    put_texts(tx, "tag", id_, experiment_id, [tag])


@answers(DeleteRun)
def delete_run(tx: Tx, call: DeleteRun) -> Empty:
    """Mark a run as deleted."""
    row = run_rows.find(tx, call.run_id)
    if row[8] == LifecycleStage.ACTIVE:
        tx.db.execute("UPDATE run SET stage = 'deleted', deleted_ms = ? WHERE id = ?", (now_ms(), row[0]))
        tx.touch(row[2], row[1])
    return Empty()


@answers(RestoreRun)
def restore_run(tx: Tx, call: RestoreRun) -> Empty:
    """Bring back a run that was marked as deleted."""
    row = run_rows.find(tx, call.run_id)
    tx.db.execute("UPDATE run SET stage = 'active', deleted_ms = NULL WHERE id = ?", (row[0],))
    tx.touch(row[2], row[1])
    return Empty()
