"""Answers to the calls on registered models, their tags and their aliases."""

from __future__ import annotations

from millrace.calls import (
    CreateRegisteredModel,
    DeleteRegisteredModel,
    DeleteRegisteredModelAlias,
    DeleteRegisteredModelTag,
    Empty,
    GetLatestVersions,
    GetModelVersionByAlias,
    GetRegisteredModel,
    ModelVersionAnswer,
    ModelVersions,
    RegisteredModelAnswer,
    RenameRegisteredModel,
    SetRegisteredModelAlias,
    SetRegisteredModelTag,
    UpdateRegisteredModel,
)
from millrace.engine import versions
from millrace.engine.db import Row
from millrace.engine.tx import Tx, answers, now_ms
from millrace.errors import InvalidParameterValue, ResourceExists, ResourceMissing
from millrace.model import RegisteredModel, RegisteredModelAlias, RegisteredModelTag
from millrace.model.limits import check_alias, check_registry_tag

COLUMNS = (
    "registered_model.id, registered_model.name, registered_model.created_ms, registered_model.updated_ms,"
    " registered_model.description"
)
"""The columns of a registered model, in the order that `from_rows` takes."""

LATEST = "latest"
"""The alias that always points to the newest version."""


def from_rows(tx: Tx, rows: list[Row]) -> list[RegisteredModel]:
    """Whole registered models, in the order of the rows (`COLUMNS`)."""
    ids = [row[0] for row in rows]
    tags: dict[int, list[RegisteredModelTag]] = {id_: [] for id_ in ids}
    for id_, key, value in tx.select_in(
        "SELECT registered_model_id, key, value FROM registered_model_tag"
        " WHERE registered_model_id IN (*) ORDER BY key",
        ids,
    ):
        tags[id_].append(RegisteredModelTag(key, value))
    aliases: dict[int, list[RegisteredModelAlias]] = {id_: [] for id_ in ids}
    for id_, alias, version in tx.select_in(
        "SELECT registered_model_id, alias, version FROM registered_model_alias"
        " WHERE registered_model_id IN (*) ORDER BY alias",
        ids,
    ):
        aliases[id_].append(RegisteredModelAlias(alias, str(version)))
    latest = versions.latest(tx, ids)
    return [
        RegisteredModel(
            name=row[1],
            creation_timestamp=row[2],
            last_updated_timestamp=row[3],
            description=row[4] or None,
            latest_versions=latest[row[0]],
            tag_list=tags[row[0]],
            alias_list=aliases[row[0]],
        )
        for row in rows
    ]


def find(tx: Tx, name: str) -> Row:
    """The row (`COLUMNS`) of a registered model; raises ResourceMissing."""
    return _find(tx, name, "")


def find_to_change(tx: Tx, name: str) -> Row:
    """The same, and nobody else may change it until the transaction ends."""
    return _find(tx, name, tx.db.change_lock)


def _find(tx: Tx, name: str, lock: str) -> Row:
    row = tx.db.row(f"SELECT {COLUMNS} FROM registered_model WHERE name = ?{lock}", (name,))
    if row is None:
        raise ResourceMissing(f"Registered Model with name={name} not found")
    return row


def touch(tx: Tx, id_: int) -> None:
    """Note that a registered model changed now."""
    tx.db.execute("UPDATE registered_model SET updated_ms = ? WHERE id = ?", (now_ms(), id_))


@answers(CreateRegisteredModel)
def create_registered_model(tx: Tx, call: CreateRegisteredModel) -> RegisteredModelAnswer:
    """Create a registered model."""
    _check_name(call.name, "name")
    for tag in call.tags:
        check_registry_tag(tag)
    now = now_ms()
    row = tx.db.row(
        "INSERT INTO registered_model (name, created_ms, updated_ms, description, last_version)"
        " VALUES (?, ?, ?, ?, 0) ON CONFLICT (name) DO NOTHING RETURNING id",
        (call.name, now, now, call.description),
    )
    if row is None:
        raise ResourceExists(f"Registered Model (name={call.name}) already exists.")
    for tag in call.tags:
        _put_tag(tx, row[0], tag)
    return _shown(tx, call.name)


def _check_name(name: str, parameter: str) -> None:
    if not name:
        raise InvalidParameterValue(
            f"Missing value for required parameter '{parameter}'. "
            "See the API docs for more information about request parameters."
        )


def _shown(tx: Tx, name: str) -> RegisteredModelAnswer:
    return RegisteredModelAnswer(from_rows(tx, [find(tx, name)])[0])


@answers(GetRegisteredModel)
def get_registered_model(tx: Tx, call: GetRegisteredModel) -> RegisteredModelAnswer:
    """Get a registered model."""
    return _shown(tx, call.name)


@answers(RenameRegisteredModel)
def rename_registered_model(tx: Tx, call: RenameRegisteredModel) -> RegisteredModelAnswer:
    """Rename a registered model."""
    _check_name(call.new_name, "new_name")
    row = find_to_change(tx, call.name)
    other = tx.db.row("SELECT id FROM registered_model WHERE name = ? AND id <> ?", (call.new_name, row[0]))
    if other is not None:
        raise ResourceExists(f"Registered Model (name={call.new_name}) already exists.")
    tx.db.execute("UPDATE registered_model SET name = ? WHERE id = ?", (call.new_name, row[0]))
    touch(tx, row[0])
    return _shown(tx, call.new_name)


@answers(UpdateRegisteredModel)
def update_registered_model(tx: Tx, call: UpdateRegisteredModel) -> RegisteredModelAnswer:
    """Change the description of a registered model."""
    row = find_to_change(tx, call.name)
    tx.db.execute("UPDATE registered_model SET description = ? WHERE id = ?", (call.description, row[0]))
    touch(tx, row[0])
    return _shown(tx, call.name)


@answers(DeleteRegisteredModel)
def delete_registered_model(tx: Tx, call: DeleteRegisteredModel) -> Empty:
    """Delete a registered model and its versions."""
    row = find_to_change(tx, call.name)
    for table in ("model_version_tag", "model_version", "registered_model_alias", "registered_model_tag"):
        tx.db.execute(f"DELETE FROM {table} WHERE registered_model_id = ?", (row[0],))
    tx.db.execute("DELETE FROM registered_model WHERE id = ?", (row[0],))
    return Empty()


@answers(GetLatestVersions)
def get_latest_versions(tx: Tx, call: GetLatestVersions) -> ModelVersions:
    """Get the latest version of each stage."""
    stages = [versions.stage_of(stage) for stage in call.stages]
    row = find(tx, call.name)
    found = versions.latest(tx, [row[0]])[row[0]]
    return ModelVersions([one for one in found if not stages or one.current_stage in stages])


def _put_tag(tx: Tx, id_: int, tag: RegisteredModelTag) -> None:
    tx.db.execute(
        "INSERT INTO registered_model_tag (registered_model_id, key, value) VALUES (?, ?, ?)"
        " ON CONFLICT (registered_model_id, key) DO UPDATE SET value = excluded.value",
        (id_, tag.key, tag.value),
    )


@answers(SetRegisteredModelTag)
def set_registered_model_tag(tx: Tx, call: SetRegisteredModelTag) -> Empty:
    """Set a tag of a registered model."""
    tag = RegisteredModelTag(call.key, call.value)
    check_registry_tag(tag)
    _put_tag(tx, find_to_change(tx, call.name)[0], tag)
    return Empty()


@answers(DeleteRegisteredModelTag)
def delete_registered_model_tag(tx: Tx, call: DeleteRegisteredModelTag) -> Empty:
    """Delete a tag of a registered model; one that is not there is no error."""
    row = find_to_change(tx, call.name)
    tx.db.execute("DELETE FROM registered_model_tag WHERE registered_model_id = ? AND key = ?", (row[0], call.key))
    return Empty()


@answers(SetRegisteredModelAlias)
def set_registered_model_alias(tx: Tx, call: SetRegisteredModelAlias) -> Empty:
    """Point an alias to a version."""
    check_alias(call.alias)
    row = versions.find_to_change(tx, call.name, call.version)
    tx.db.execute(
        "INSERT INTO registered_model_alias (registered_model_id, alias, version) VALUES (?, ?, ?)"
        " ON CONFLICT (registered_model_id, alias) DO UPDATE SET version = excluded.version",
        (row[0], call.alias, row[1]),
    )
    return Empty()


@answers(DeleteRegisteredModelAlias)
def delete_registered_model_alias(tx: Tx, call: DeleteRegisteredModelAlias) -> Empty:
    """Delete an alias; one that is not there is no error."""
    row = find_to_change(tx, call.name)
    tx.db.execute(
        "DELETE FROM registered_model_alias WHERE registered_model_id = ? AND alias = ?", (row[0], call.alias)
    )
    return Empty()


@answers(GetModelVersionByAlias)
def get_model_version_by_alias(tx: Tx, call: GetModelVersionByAlias) -> ModelVersionAnswer:
    """Get the version that an alias points to."""
    if call.alias.lower() == LATEST:
        select = "SELECT MAX(v.version) FROM model_version v"
        values: tuple[str, ...] = (call.name,)
    else:
        select = "SELECT v.version FROM registered_model_alias v"
        values = (call.name, call.alias)
    row = tx.db.row(
        f"{select} JOIN registered_model r ON r.id = v.registered_model_id WHERE r.name = ?"
        + (" AND v.alias = ?" if len(values) == 2 else ""),
        values,
    )
    if row is None or row[0] is None:
        raise InvalidParameterValue(f"Registered model alias {call.alias} not found.")
    return ModelVersionAnswer(versions.from_rows(tx, [versions.find(tx, call.name, str(row[0]))])[0])
