"""Model versions read back: from rows of the table `model_version` to whole versions."""

from __future__ import annotations

from millrace.engine.db import Row
from millrace.engine.tx import Tx
from millrace.errors import InvalidParameterValue, ResourceMissing
from millrace.model import STAGES, ModelVersion, ModelVersionTag
from millrace.model.limits import MAX_INT64

TABLES = "model_version JOIN registered_model ON registered_model.id = model_version.registered_model_id"
COLUMNS = (
    "model_version.registered_model_id, model_version.version, registered_model.name, model_version.created_ms,"
    " model_version.updated_ms, model_version.description, model_version.user_id, model_version.current_stage,"
    " model_version.source, model_version.storage_location, model_version.run_id, model_version.run_link,"
    " model_version.status, model_version.status_message, model_version.model_id"
)
"""The columns of a model version, in the order that `from_rows` takes."""


def from_rows(tx: Tx, rows: list[Row]) -> list[ModelVersion]:
    """Whole versions, in the order of the rows (`COLUMNS`)."""
    ids = list({row[0] for row in rows})
    tags: dict[tuple[int, int], list[ModelVersionTag]] = {(row[0], row[1]): [] for row in rows}
    for id_, version, key, value in tx.select_in(
        "SELECT registered_model_id, version, key, value FROM model_version_tag"
        " WHERE registered_model_id IN (*) ORDER BY key",
        ids,
    ):
        if (id_, version) in tags:
            tags[id_, version].append(ModelVersionTag(key, value))
    aliases: dict[tuple[int, int], list[str]] = {place: [] for place in tags}
    for id_, version, alias in tx.select_in(
        "SELECT registered_model_id, version, alias FROM registered_model_alias"
        " WHERE registered_model_id IN (*) ORDER BY alias",
        ids,
    ):
        if (id_, version) in aliases:
            aliases[id_, version].append(alias)
    return [
        ModelVersion(
            name=row[2],
            version=str(row[1]),
            creation_timestamp=row[3],
            last_updated_timestamp=row[4],
            description=row[5],
            user_id=row[6],
            current_stage=row[7],
            source=tx.locations.shown(row[8]),
            run_id=row[10],
            run_link=row[11],
            status=row[12],
            status_message=row[13],
            model_id=row[14],
            tag_list=tags[row[0], row[1]],
            aliases=aliases[row[0], row[1]],
        )
        for row in rows
    ]


def find(tx: Tx, name: str, version: str) -> Row:
    """The row (`COLUMNS`) of a version.

    Raises:
        InvalidParameterValue: the version is no number.
        ResourceMissing: there is none.
    """
    return _find(tx, name, version, "")


def find_to_change(tx: Tx, name: str, version: str) -> Row:
    """The same, and nobody else may change it, or its registered model, until the transaction ends."""
    return _find(tx, name, version, tx.db.change_lock)


def _find(tx: Tx, name: str, version: str, lock: str) -> Row:
    row = None
    if abs(number := number_of(version)) <= MAX_INT64:
        row = tx.db.row(
            f"SELECT {COLUMNS} FROM {TABLES} WHERE registered_model.name = ? AND model_version.version = ?{lock}",
            (name, number),
        )
    if row is None:
        raise ResourceMissing(f"Model Version (name={name}, version={version}) not found")
    return row


def number_of(version: str) -> int:
    """The number of a version; raises InvalidParameterValue when it is none."""
    try:
        return int(version)
    except ValueError:
        raise InvalidParameterValue(f"Parameter 'version' must be an integer, got '{version}'.") from None


def stage_of(stage: str) -> str:
    """A stage in its usual spelling, whatever the case; raises InvalidParameterValue when it is none."""
    for known in STAGES:
        if known.lower() == stage.lower():
            return known
    raise InvalidParameterValue(f"Invalid Model Version stage: {stage}. Value must be one of {', '.join(STAGES)}.")


def latest(tx: Tx, ids: list[int]) -> dict[int, list[ModelVersion]]:
    """The latest version of each stage of registered models, by their row ids; newest first."""
    rows = tx.select_in(
        f"SELECT {COLUMNS} FROM {TABLES} JOIN"
        " (SELECT registered_model_id AS model, MAX(version) AS newest FROM model_version"
        " WHERE registered_model_id IN (*) GROUP BY registered_model_id, current_stage) last"
        " ON last.model = model_version.registered_model_id AND last.newest = model_version.version"
        " ORDER BY model_version.version DESC",
        ids,
    )
    found: dict[int, list[ModelVersion]] = {id_: [] for id_ in ids}
    for row, version in zip(rows, from_rows(tx, rows), strict=True):
        found[row[0]].append(version)
    return found
