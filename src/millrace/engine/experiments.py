"""Answers to the calls on experiments."""

from __future__ import annotations

from millrace.calls import (
    CreatedExperiment,
    CreateExperiment,
    DeleteExperiment,
    DeleteExperimentTag,
    Empty,
    ExperimentAnswer,
    GetExperiment,
    GetExperimentByName,
    RestoreExperiment,
    SetExperimentTag,
    UpdateExperiment,
)
from millrace.engine.db import Row
from millrace.engine.tx import Tx, answers, experiment_number, now_ms
from millrace.errors import InvalidParameterValue, InvalidState, ResourceExists, ResourceMissing
from millrace.model import (
    DEFAULT_EXPERIMENT_NAME,
    Experiment,
    ExperimentTag,
    LifecycleStage,
)
from millrace.model.limits import (
    MAX_EXPERIMENT_TAG_LENGTH,
    MAX_KEY_LENGTH,
    check_experiment_name,
    check_key,
    check_length,
)

COLUMNS = "id, name, location, stage, created_ms, updated_ms"
"""The columns of an experiment, in the order that `from_rows` takes."""


def from_rows(tx: Tx, rows: list[Row]) -> list[Experiment]:
    """Experiments, with their tags, from rows of `COLUMNS`."""
    tags: dict[int, list[ExperimentTag]] = {row[0]: [] for row in rows}
    for id_, key, value in tx.select_in(
        "SELECT experiment_id, key, value FROM experiment_tag WHERE experiment_id IN (*) ORDER BY key", list(tags)
    ):
        tags[id_].append(ExperimentTag(key, value))
    return [
        Experiment(
            experiment_id=str(row[0]),
            name=row[1],
            artifact_location=tx.locations.shown(row[2]),
            lifecycle_stage=row[3],
            tag_list=tags[row[0]],
            creation_time=row[4],
            last_update_time=row[5],
        )
        for row in rows
    ]


def create_default(tx: Tx) -> None:
    """Create the experiment "0" in an empty store."""
    now = now_ms()
    tx.db.execute(
        "INSERT INTO experiment (id, name, location, stage, created_ms, updated_ms) VALUES (0, ?, ?, 'active', ?, ?)"
        " ON CONFLICT DO NOTHING",
        (DEFAULT_EXPERIMENT_NAME, tx.locations.for_experiment(0), now, now),
    )


def find(tx: Tx, experiment_id: str) -> Row:
    """The row (`COLUMNS`) of an experiment, kept from changing until the transaction ends.

    Raises:
        ResourceMissing: there is none.
    """
    row = tx.db.row(f"SELECT {COLUMNS} FROM experiment WHERE id = ?", (experiment_number(experiment_id),))
    if row is None:
        raise ResourceMissing(f"No Experiment with id={experiment_id} exists")
    return row


def find_active(tx: Tx, experiment_id: str) -> Row:
    """The row of an experiment to write to, locked against deletion; raises unless it is there and active."""
    row = tx.db.row(
        f"SELECT {COLUMNS} FROM experiment WHERE id = ?{tx.db.share_lock}", (experiment_number(experiment_id),)
    )
    if row is None:
        raise ResourceMissing(f"No Experiment with id={experiment_id} exists")
    if row[3] != LifecycleStage.ACTIVE:
        raise InvalidParameterValue(
            f"The experiment {row[0]} must be in the 'active' state. Current state is {row[3]}."
        )
    tx.touch(row[0])
    return row


@answers(CreateExperiment)
def create_experiment(tx: Tx, call: CreateExperiment) -> CreatedExperiment:
    """Create an experiment."""
    check_experiment_name(call.name)
    for tag in call.tags:
        _check_tag(tag.key, tag.value)
    if "#" in call.artifact_location or ";" in call.artifact_location:
        raise InvalidParameterValue("'artifact_location' URL can't include fragments or params.")
    now = now_ms()
    row = tx.db.row(
        "INSERT INTO experiment (name, location, stage, created_ms, updated_ms) VALUES (?, ?, 'active', ?, ?)"
        " ON CONFLICT (name) DO NOTHING RETURNING id",
        (call.name, tx.locations.stored(call.artifact_location.rstrip("/")), now, now),
    )
    if row is None:
        raise ResourceExists(f"Experiment(name={call.name}) already exists.")
    if not call.artifact_location:
        location = tx.locations.for_experiment(row[0])
        tx.db.execute("UPDATE experiment SET location = ? WHERE id = ?", (location, row[0]))
    for tag in call.tags:
        _put_tag(tx, row[0], tag.key, tag.value)
    tx.touch(row[0])
    return CreatedExperiment(str(row[0]))


@answers(GetExperiment)
def get_experiment(tx: Tx, call: GetExperiment) -> ExperimentAnswer:
    """Get an experiment by id."""
    return ExperimentAnswer(from_rows(tx, [find(tx, call.experiment_id)])[0])


@answers(GetExperimentByName)
def get_experiment_by_name(tx: Tx, call: GetExperimentByName) -> ExperimentAnswer:
    """Get an experiment by name."""
    row = tx.db.row(f"SELECT {COLUMNS} FROM experiment WHERE name = ?", (call.experiment_name,))
    if row is None:
        raise ResourceMissing(f"Could not find experiment with name '{call.experiment_name}'")
    return ExperimentAnswer(from_rows(tx, [row])[0])


@answers(UpdateExperiment)
def update_experiment(tx: Tx, call: UpdateExperiment) -> Empty:
    """Rename an experiment."""
    row = find(tx, call.experiment_id)
    if row[3] != LifecycleStage.ACTIVE:
        raise InvalidState("Cannot rename a non-active experiment.")
    check_experiment_name(call.new_name)
    other = tx.db.row("SELECT id FROM experiment WHERE name = ? AND id <> ?", (call.new_name, row[0]))
    if other is not None:
        raise ResourceExists(f"Experiment(name={call.new_name}) already exists.")
    tx.db.execute("UPDATE experiment SET name = ?, updated_ms = ? WHERE id = ?", (call.new_name, now_ms(), row[0]))
    tx.touch(row[0])
    return Empty()


@answers(DeleteExperiment)
def delete_experiment(tx: Tx, call: DeleteExperiment) -> Empty:
    """Mark an experiment and its runs as deleted."""
    row = find(tx, call.experiment_id)
    if row[3] != LifecycleStage.ACTIVE:
        raise ResourceMissing(f"No Experiment with id={call.experiment_id} exists")
    _set_stage(tx, row[0], LifecycleStage.DELETED, now_ms())
    return Empty()


@answers(RestoreExperiment)
def restore_experiment(tx: Tx, call: RestoreExperiment) -> Empty:
    """Bring back an experiment and its runs."""
    row = find(tx, call.experiment_id)
    if row[3] != LifecycleStage.DELETED:
        raise ResourceMissing(f"No Experiment with id={call.experiment_id} exists")
    _set_stage(tx, row[0], LifecycleStage.ACTIVE, None)
    return Empty()


def _set_stage(tx: Tx, id_: int, stage: str, deleted_ms: int | None) -> None:
    tx.db.execute("UPDATE experiment SET stage = ?, updated_ms = ? WHERE id = ?", (stage, now_ms(), id_))
    tx.db.execute(
        "UPDATE run SET stage = ?, deleted_ms = ? WHERE experiment_id = ? AND stage <> ?",
        (stage, deleted_ms, id_, stage),
    )
    tx.touch(id_)


@answers(SetExperimentTag)
def set_experiment_tag(tx: Tx, call: SetExperimentTag) -> Empty:
    """Set a tag of an experiment."""
    _check_tag(call.key, call.value)
    row = find_active(tx, call.experiment_id)
    _put_tag(tx, row[0], call.key, call.value)
    tx.db.execute("UPDATE experiment SET updated_ms = ? WHERE id = ?", (now_ms(), row[0]))
    return Empty()


@answers(DeleteExperimentTag)
def delete_experiment_tag(tx: Tx, call: DeleteExperimentTag) -> Empty:
    """Delete a tag of an experiment."""
    row = find_active(tx, call.experiment_id)
    if not tx.db.execute("DELETE FROM experiment_tag WHERE experiment_id = ? AND key = ?", (row[0], call.key)):
        raise ResourceMissing(f"No tag with name: {call.key} in experiment with id {call.experiment_id}")
    tx.db.execute("UPDATE experiment SET updated_ms = ? WHERE id = ?", (now_ms(), row[0]))
    return Empty()


def _check_tag(key: str, value: str) -> None:
    check_key(key, "key")
    check_length("key", key, MAX_KEY_LENGTH)
    check_length("value", value, MAX_EXPERIMENT_TAG_LENGTH)


def _put_tag(tx: Tx, id_: int, key: str, value: str) -> None:
    tx.db.execute(
        "INSERT INTO experiment_tag (experiment_id, key, value) VALUES (?, ?, ?)"
        " ON CONFLICT (experiment_id, key) DO UPDATE SET value = excluded.value",
        (id_, key, value),
    )
