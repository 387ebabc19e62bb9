"""Answers to the calls on model versions."""

from __future__ import annotations

import json
import re

from millrace.calls import (
    CreateModelVersion,
    DeleteModelVersion,
    DeleteModelVersionTag,
    DownloadUri,
    Empty,
    GetModelVersion,
    GetModelVersionByAlias,
    GetModelVersionDownloadUri,
    ModelVersionAnswer,
    SetModelVersionTag,
    TransitionModelVersionStage,
    UpdateModelVersion,
)
from millrace.engine import logged_models, registered_models, versions
from millrace.engine.db import Row
from millrace.engine.tx import Tx, answers, now_ms
from millrace.errors import InvalidParameterValue, MlflowException, ResourceMissing
from millrace.model import ModelVersionTag
from millrace.model.limits import check_registry_tag

VERSIONS_TAG = "mlflow.modelVersions"
"""The tag in which a logged model keeps, as JSON, the versions that were made from it."""

_ACTIVE_STAGES = ("Staging", "Production")
_MODEL_URI = re.compile(r"models:/+(?P<name>[^/@]+)(?:/(?P<version>\d+)|@(?P<alias>[^/]+))?")


@answers(CreateModelVersion)
def create_model_version(tx: Tx, call: CreateModelVersion) -> ModelVersionAnswer:
    """Create the next version of a registered model."""
    for tag in call.tags:
        check_registry_tag(tag)
    model = registered_models.find_to_change(tx, call.name)
    logged = logged_models.find_to_change(tx, call.model_id) if call.model_id else None
    storage = _storage_of(tx, call.source)
    now = now_ms()
    counted = tx.db.row(
        "UPDATE registered_model SET last_version = last_version + 1, updated_ms = ? WHERE id = ?"
        " RETURNING last_version",
        (now, model[0]),
    )
    assert counted is not None
    number = counted[0]
    tx.db.execute(
        "INSERT INTO model_version (registered_model_id, version, created_ms, updated_ms, description, current_stage,"
        " source, storage_location, run_id, run_link, status, model_id)"
        " VALUES (?, ?, ?, ?, ?, 'None', ?, ?, ?, ?, 'READY', ?)",
        (
            model[0],
            number,
            now,
            now,
            call.description,
            tx.locations.stored(call.source),
            tx.locations.stored(storage),
            # The run that logged the model made the version too; without one it is empty, so that != and LIKE find it.
            call.run_id or (logged[9] if logged else "") or "",
            call.run_link,
            call.model_id or None,
        ),
    )
    for tag in call.tags:
        _put_tag(tx, model[0], number, tag)
    if logged is not None:
        _note_version(tx, logged[0], call.name, number)
    return _shown(tx, call.name, str(number))


def _storage_of(tx: Tx, source: str) -> str:
    """Where the files of a source are: of `models:/…` those that it stands for, of others the source itself.

    Raises:
        MlflowException: there is no such model.
    """
    match = _MODEL_URI.fullmatch(source)
    if match is None:
        return source
    name, version, alias = match["name"], match["version"], match["alias"]
    try:
        if alias:
            version = registered_models.get_model_version_by_alias(
                tx, GetModelVersionByAlias(name, alias)
            ).model_version.version
        if version:
            return _files_of(tx, versions.find(tx, name, version))
        return logged_models.location(tx, name)
    except MlflowException as error:
        raise ResourceMissing(
            f"Unable to fetch model from model URI source artifact location '{source}'. Error: {error.message}"
        ) from None


def _files_of(tx: Tx, row: Row) -> str:
    return tx.locations.shown(row[9] or row[8])


def _note_version(tx: Tx, model: int, name: str, number: int) -> None:
    """Write into a logged model's tag that a version was made from it."""
    row = tx.db.row("SELECT value FROM logged_model_tag WHERE model_id = ? AND key = ?", (model, VERSIONS_TAG))
    try:
        there = json.loads(row[0]) if row else []
    except ValueError:
        there = []  # a user wrote something else there
    noted = [*(there if isinstance(there, list) else []), {"name": name, "version": number}]
    logged_models.put_tag(tx, model, VERSIONS_TAG, json.dumps(noted))


def _shown(tx: Tx, name: str, version: str) -> ModelVersionAnswer:
    return ModelVersionAnswer(versions.from_rows(tx, [versions.find(tx, name, version)])[0])


@answers(GetModelVersion)
def get_model_version(tx: Tx, call: GetModelVersion) -> ModelVersionAnswer:
    """Get a model version."""
    return _shown(tx, call.name, call.version)


@answers(GetModelVersionDownloadUri)
def get_model_version_download_uri(tx: Tx, call: GetModelVersionDownloadUri) -> DownloadUri:
    """Get where the files of a model version are."""
    return DownloadUri(_files_of(tx, versions.find(tx, call.name, call.version)))


@answers(UpdateModelVersion)
def update_model_version(tx: Tx, call: UpdateModelVersion) -> ModelVersionAnswer:
    """Change the description of a model version."""
    row = versions.find_to_change(tx, call.name, call.version)
    _update(tx, row, "description", call.description or None)
    return _shown(tx, call.name, call.version)


def _update(tx: Tx, row: Row, column: str, value: object) -> None:
    tx.db.execute(
        f"UPDATE model_version SET {column} = ?, updated_ms = ? WHERE registered_model_id = ? AND version = ?",
        (value, now_ms(), row[0], row[1]),
    )


@answers(TransitionModelVersionStage)
def transition_model_version_stage(tx: Tx, call: TransitionModelVersionStage) -> ModelVersionAnswer:
    """Move a model version to another stage."""
    stage = versions.stage_of(call.stage)
    if call.archive_existing_versions and stage not in _ACTIVE_STAGES:
        raise InvalidParameterValue(
            f"Model version transition cannot archive existing model versions because '{stage}' is not an Active "
            f"stage. Valid stages are {list(_ACTIVE_STAGES)}"
        )
    row = versions.find_to_change(tx, call.name, call.version)
    if call.archive_existing_versions:
        tx.db.execute(
            "UPDATE model_version SET current_stage = 'Archived', updated_ms = ?"
            " WHERE registered_model_id = ? AND current_stage = ? AND version <> ?",
            (now_ms(), row[0], stage, row[1]),
        )
    _update(tx, row, "current_stage", stage)
    registered_models.touch(tx, row[0])
    return _shown(tx, call.name, call.version)


@answers(DeleteModelVersion)
def delete_model_version(tx: Tx, call: DeleteModelVersion) -> Empty:
    """Delete a model version, its tags and the aliases that point to it."""
    row = versions.find_to_change(tx, call.name, call.version)
    for table in ("model_version_tag", "registered_model_alias", "model_version"):
        tx.db.execute(f"DELETE FROM {table} WHERE registered_model_id = ? AND version = ?", (row[0], row[1]))
    registered_models.touch(tx, row[0])
    return Empty()


def _put_tag(tx: Tx, model: int, number: int, tag: ModelVersionTag) -> None:
    tx.db.execute(
        "INSERT INTO model_version_tag (registered_model_id, version, key, value) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (registered_model_id, version, key) DO UPDATE SET value = excluded.value",
        (model, number, tag.key, tag.value),
    )


@answers(SetModelVersionTag)
def set_model_version_tag(tx: Tx, call: SetModelVersionTag) -> Empty:
    """Set a tag of a model version."""
    tag = ModelVersionTag(call.key, call.value)
    check_registry_tag(tag)
    row = versions.find_to_change(tx, call.name, call.version)
    _put_tag(tx, row[0], row[1], tag)
    return Empty()


@answers(DeleteModelVersionTag)
def delete_model_version_tag(tx: Tx, call: DeleteModelVersionTag) -> Empty:
    """Delete a tag of a model version; one that is not there is no error."""
    row = versions.find_to_change(tx, call.name, call.version)
    tx.db.execute(
        "DELETE FROM model_version_tag WHERE registered_model_id = ? AND version = ? AND key = ?",
        (row[0], row[1], call.key),
    )
    return Empty()
