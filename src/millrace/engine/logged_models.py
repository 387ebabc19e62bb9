"""Answers to the calls on logged models."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from math import nan

from millrace.calls import (
    CreateLoggedModel,
    DeleteLoggedModel,
    DeleteLoggedModelTag,
    Empty,
    FinalizeLoggedModel,
    GetLoggedModel,
    LoggedModelAnswer,
    LogLoggedModelParams,
    SetLoggedModelTags,
)
from millrace.engine import experiments
from millrace.engine.db import Row
from millrace.engine.locations import model_root
from millrace.engine.tx import Tx, answers, now_ms
from millrace.errors import InvalidParameterValue, ResourceExists, ResourceMissing
from millrace.model import (
    LifecycleStage,
    LoggedModel,
    LoggedModelData,
    LoggedModelInfo,
    LoggedModelParameter,
    LoggedModelStatus,
    LoggedModelTag,
    Metric,
    Pair,
)
from millrace.model.limits import check_logged_model_name
from millrace.model.names import random_run_name

COLUMNS = (
    "logged_model.id, logged_model.uuid, logged_model.experiment_id, logged_model.name, logged_model.created_ms,"
    " logged_model.updated_ms, logged_model.status, logged_model.status_message, logged_model.model_type,"
    " logged_model.source_run_id, logged_model.stage"
)
"""The columns of a logged model, in the order that `from_rows` takes."""

_SHOWN = {"PENDING": LoggedModelStatus.PENDING, "READY": LoggedModelStatus.READY, "FAILED": LoggedModelStatus.FAILED}
"""How the table has a status, to how the wire has it; numbered from 1 there."""
_STATUSES: dict[str | int, str] = {
    **{stored: stored for stored in _SHOWN},
    **{shown: stored for stored, shown in _SHOWN.items()},
    **dict(enumerate(_SHOWN, 1)),
}
_MODEL_ID = re.compile(r"m-[0-9a-f]{32}")


def from_rows(tx: Tx, rows: list[Row]) -> list[LoggedModel]:
    """Whole logged models, in the order of the rows (`COLUMNS`)."""
    ids = [row[0] for row in rows]
    tags, params, metrics = (
        _texts(tx, "logged_model_tag", ids),
        _texts(tx, "logged_model_param", ids),
        _metrics(tx, rows),
    )
    locations: dict[int, str] = dict(
        tx.select_in("SELECT id, location FROM experiment WHERE id IN (*)", list({row[2] for row in rows}))
    )
    return [
        LoggedModel(
            LoggedModelInfo(
                model_id=row[1],
                experiment_id=str(row[2]),
                name=row[3],
                creation_timestamp_ms=row[4],
                last_updated_timestamp_ms=row[5],
                artifact_uri=model_root(tx.locations.shown(locations[row[2]]), row[1]),
                status=_SHOWN[row[6]],
                status_message=row[7],
                model_type=row[8],
                source_run_id=row[9],
                tag_list=[LoggedModelTag(key, value) for key, value in tags[row[0]]],
            ),
            LoggedModelData([LoggedModelParameter(key, value) for key, value in params[row[0]]], metrics[row[0]]),
        )
        for row in rows
    ]


def _texts(tx: Tx, table: str, ids: list[int]) -> dict[int, list[tuple[str, str]]]:
    found: dict[int, list[tuple[str, str]]] = {id_: [] for id_ in ids}
    for id_, key, value in tx.select_in(
        f"SELECT model_id, key, value FROM {table} WHERE model_id IN (*) ORDER BY key", ids
    ):
        found[id_].append((key, value))
    return found


def _metrics(tx: Tx, rows: list[Row]) -> dict[int, list[Metric]]:
    uuids = {row[0]: row[1] for row in rows}
    found: dict[int, list[Metric]] = {id_: [] for id_ in uuids}
    for id_, key, value, timestamp_ms, step, dataset_name, dataset_digest, run_uuid in tx.select_in(
        "SELECT model_id, key, value, timestamp_ms, step, dataset_name, dataset_digest, run_uuid"
        " FROM logged_model_metric WHERE model_id IN (*) ORDER BY key, dataset_name, dataset_digest, run_uuid",
        list(uuids),
    ):
        found[id_].append(
            Metric(
                key,
                nan if value is None else value,
                timestamp_ms,
                step,
                uuids[id_],
                dataset_name or None,
                dataset_digest or None,
                run_uuid,
            )
        )
    return found


def find(tx: Tx, model_id: str) -> Row:
    """The row (`COLUMNS`) of a logged model that is not deleted; raises ResourceMissing."""
    return _active(_find(tx, model_id, ""))


def find_to_change(tx: Tx, model_id: str) -> Row:
    """The same, and nobody else may change it until the transaction ends."""
    row = _active(_find(tx, model_id, tx.db.change_lock))
    tx.touch(row[2])
    return row


def _active(row: Row) -> Row:
    if row[10] != LifecycleStage.ACTIVE:
        raise ResourceMissing(f"Logged model with ID '{row[1]}' not found.")
    return row


def _find(tx: Tx, model_id: str, lock: str) -> Row:
    row = tx.db.row(f"SELECT {COLUMNS} FROM logged_model WHERE uuid = ?{lock}", (model_id,))
    if row is None:
        raise ResourceMissing(f"Logged model with ID '{model_id}' not found.")
    return row


def location(tx: Tx, model_id: str) -> str:
    """Where the files of a logged model are; raises ResourceMissing."""
    return from_rows(tx, [find(tx, model_id)])[0].artifact_location


@answers(CreateLoggedModel)
def create_logged_model(tx: Tx, call: CreateLoggedModel) -> LoggedModelAnswer:
    """Create a logged model."""
    if call.name:
        check_logged_model_name(call.name)
    if call.model_id and not _MODEL_ID.fullmatch(call.model_id):
        raise InvalidParameterValue(
            f"A model id is 'm-' and 32 hexadecimal digits in lower case, not {call.model_id!r}."
        )
    _check_distinct(call.params)
    experiment = experiments.find_active(tx, call.experiment_id)
    model_id = call.model_id or f"m-{uuid.uuid4().hex}"
    now = now_ms()
    row = tx.db.row(
        "INSERT INTO logged_model"
        " (uuid, experiment_id, name, created_ms, updated_ms, status, model_type, source_run_id, stage)"
        " VALUES (?, ?, ?, ?, ?, 'PENDING', ?, ?, 'active') ON CONFLICT (uuid) DO NOTHING RETURNING id",
        (model_id, experiment[0], call.name or random_run_name(), now, now, call.model_type, call.source_run_id),
    )
    if row is not None:
        _put(tx, "logged_model_param", row[0], call.params)
        _put(tx, "logged_model_tag", row[0], call.tags)
    created = find(tx, model_id)
    if created[2] != experiment[0]:
        raise ResourceExists(f"Logged model with ID '{model_id}' already exists, in experiment {created[2]}.")
    return LoggedModelAnswer(from_rows(tx, [created])[0])


def _check_distinct(params: Sequence[Pair]) -> None:
    keys = [param.key for param in params]
    repeated = sorted({key for key in keys if keys.count(key) > 1}) if len(set(keys)) < len(keys) else []
    if repeated:
        raise InvalidParameterValue(
            f"Duplicate parameter keys have been submitted: {repeated}. "
            "Please ensure the request contains only one param value per param key."
        )


def _put(tx: Tx, table: str, id_: int, pairs: Sequence[Pair]) -> None:
    tx.db.many(
        f"INSERT INTO {table} (model_id, key, value) VALUES (?, ?, ?)"
        " ON CONFLICT (model_id, key) DO UPDATE SET value = excluded.value",
        [(id_, pair.key, pair.value) for pair in pairs],
    )


def put_tag(tx: Tx, id_: int, key: str, value: str) -> None:
    """Set one tag of the logged model with this row id."""
    _put(tx, "logged_model_tag", id_, [LoggedModelTag(key, value)])


@answers(GetLoggedModel)
def get_logged_model(tx: Tx, call: GetLoggedModel) -> LoggedModelAnswer:
    """Get a logged model."""
    return LoggedModelAnswer(from_rows(tx, [find(tx, call.model_id)])[0])


@answers(FinalizeLoggedModel)
def finalize_logged_model(tx: Tx, call: FinalizeLoggedModel) -> LoggedModelAnswer:
    """Set the status of a logged model."""
    status = _STATUSES.get(call.status)
    if status is None:
        raise InvalidParameterValue(
            f"Invalid model status: {call.status!r}. "
            "Expected LOGGED_MODEL_READY, LOGGED_MODEL_UPLOAD_FAILED or LOGGED_MODEL_PENDING."
        )
    row = find_to_change(tx, call.model_id)
    tx.db.execute("UPDATE logged_model SET status = ?, updated_ms = ? WHERE id = ?", (status, now_ms(), row[0]))
    return LoggedModelAnswer(from_rows(tx, [find(tx, call.model_id)])[0])


@answers(DeleteLoggedModel)
def delete_logged_model(tx: Tx, call: DeleteLoggedModel) -> Empty:
    """Mark a logged model as deleted."""
    row = _find(tx, call.model_id, tx.db.change_lock)
    if row[10] == LifecycleStage.ACTIVE:
        now = now_ms()
        tx.db.execute(
            "UPDATE logged_model SET stage = 'deleted', deleted_ms = ?, updated_ms = ? WHERE id = ?", (now, now, row[0])
        )
        tx.touch(row[2])
    return Empty()


@answers(SetLoggedModelTags)
def set_logged_model_tags(tx: Tx, call: SetLoggedModelTags) -> Empty:
    """Set tags of a logged model."""
    row = find_to_change(tx, call.model_id)
    _put(tx, "logged_model_tag", row[0], call.tags)
    return Empty()


@answers(DeleteLoggedModelTag)
def delete_logged_model_tag(tx: Tx, call: DeleteLoggedModelTag) -> Empty:
    """Delete a tag of a logged model."""
    row = find_to_change(tx, call.model_id)
    if not tx.db.execute("DELETE FROM logged_model_tag WHERE model_id = ? AND key = ?", (row[0], call.tag_key)):
        raise ResourceMissing(f"No tag with key '{call.tag_key}' found for model with ID '{call.model_id}'.")
    return Empty()


@answers(LogLoggedModelParams)
def log_logged_model_params(tx: Tx, call: LogLoggedModelParams) -> Empty:
    """Log params to a logged model; a param never changes."""
    _check_distinct(call.params)
    row = find_to_change(tx, call.model_id)
    there = dict(_texts(tx, "logged_model_param", [row[0]])[row[0]])
    changed = [param for param in call.params if there.get(param.key, param.value) != param.value]
    if changed:
        raise InvalidParameterValue(
            "Changing param values is not allowed. "
            + ", ".join(
                f"Param with key='{param.key}' was already logged with value='{there[param.key]}' "
                f"for model ID='{call.model_id}'. Attempted logging new value '{param.value}'."
                for param in changed
            )
        )
    _put(tx, "logged_model_param", row[0], call.params)
    return Empty()
