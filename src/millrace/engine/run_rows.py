"""Runs read back: from rows of the table `run` to whole runs, a page at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from math import nan
from typing import TypeVar

from millrace.engine.db import Row
from millrace.engine.locations import run_root
from millrace.engine.tx import Tx
from millrace.errors import InvalidParameterValue, ResourceMissing
from millrace.model import (
    Dataset,
    DatasetInput,
    InputTag,
    LifecycleStage,
    LoggedModelInput,
    LoggedModelOutput,
    Metric,
    MetricSummary,
    Param,
    Run,
    RunData,
    RunInfo,
    RunInputs,
    RunOutputs,
    RunTag,
)

P = TypeVar("P")

COLUMNS = "run.id, run.uuid, run.experiment_id, run.name, run.user_id, run.status, run.start_ms, run.end_ms, run.stage"
"""The columns of a run, in the order that `from_rows` takes."""


def find(tx: Tx, run_id: str) -> Row:
    """The row (`COLUMNS`) of a run.

    Raises:
        ResourceMissing: there is none.
    """
    row = tx.db.row(f"SELECT {COLUMNS} FROM run WHERE uuid = ?", (run_id,))
    if row is None:
        raise ResourceMissing(f"Run with id={run_id} not found")
    return row


def find_active(tx: Tx, run_id: str) -> Row:
    """The row of a run to write to, locked against deletion.

    Raises:
        ResourceMissing: there is none.
        InvalidParameterValue: it is deleted.
    """
    row = tx.db.row(f"SELECT {COLUMNS} FROM run WHERE uuid = ?{tx.db.share_lock}", (run_id,))
    if row is None:
        raise ResourceMissing(f"Run with id={run_id} not found")
    if row[8] != LifecycleStage.ACTIVE:
        raise InvalidParameterValue(f"The run {run_id} must be in the 'active' state. Current state is {row[8]}.")
    tx.touch(row[2], row[1])
    return row


def ids(tx: Tx, run_ids: Sequence[str]) -> dict[str, int]:
    """Row ids of runs, in the order asked for; a run that is not there (any more) has no points and is left out."""
    there: dict[str, int] = dict(
        tx.select_in("SELECT uuid, id FROM run WHERE uuid IN (*)", list(dict.fromkeys(run_ids)))
    )
    return {run_id: there[run_id] for run_id in run_ids if run_id in there}


def infos(tx: Tx, rows: list[Row]) -> list[RunInfo]:
    """What each run is, from rows of `COLUMNS`."""
    roots = {
        id_: tx.locations.shown(location)
        for id_, location in tx.select_in(
            "SELECT id, location FROM experiment WHERE id IN (*)", list({row[2] for row in rows})
        )
    }
    return [
        RunInfo(
            run_id=row[1],
            experiment_id=str(row[2]),
            user_id=row[4],
            status=row[5],
            start_time=row[6],
            end_time=row[7],
            lifecycle_stage=row[8],
            artifact_uri=run_root(roots[row[2]], row[1]),
            run_name=row[3],
        )
        for row in rows
    ]


def from_rows(tx: Tx, rows: list[Row]) -> list[Run]:
    """Whole runs, in the order of the rows (`COLUMNS`)."""
    ids = [row[0] for row in rows]
    metrics, params, tags = _metrics(tx, ids), _texts(tx, "param", Param, ids), _texts(tx, "tag", RunTag, ids)
    datasets, models_in, models_out = _datasets(tx, ids), _models(tx, "in", ids), _models(tx, "out", ids)
    return [
        Run(
            info,
            RunData(
                metrics[id_],
                params[id_],
                tags[id_],
            ),
            RunInputs(datasets[id_], [LoggedModelInput(uuid) for uuid, _ in models_in[id_]]),
            RunOutputs([LoggedModelOutput(uuid, step) for uuid, step in models_out[id_]]),
        )
        for id_, info in zip(ids, infos(tx, rows), strict=True)
    ]


def _metrics(tx: Tx, ids: list[int]) -> dict[int, list[Metric]]:
    found: dict[int, list[Metric]] = defaultdict(list)
    rows = tx.select_in("SELECT run_id, key_id, value, timestamp_ms, step FROM metric_latest WHERE run_id IN (*)", ids)
    names, ordered = _by_name(tx, rows)
    for run, key, value, timestamp_ms, step in ordered:
        found[run].append(Metric(names[key], nan if value is None else value, timestamp_ms, step))
    return found


def _by_name(tx: Tx, rows: list[Row]) -> tuple[dict[int, str], list[Row]]:
    """The names of keys by their ids, and rows with a key's id in second place in the order of the names."""
    names = tx.key_names({row[1] for row in rows})
    # Most searches find runs that log the same: to order the keys once is cheaper than to order all rows.
    place = {id_: index for index, id_ in enumerate(sorted({row[1] for row in rows}, key=names.__getitem__))}
    return names, sorted(rows, key=lambda row: place[row[1]])


def summaries(tx: Tx, id_: int) -> list[MetricSummary]:
    """The summary of each metric of a run, by its row id."""
    rows = tx.db.rows(
        "SELECT run_id, key_id, n, minimum, maximum, total / NULLIF(numbers, 0), first_step, step FROM metric_latest"
        " WHERE run_id = ?",
        (id_,),
    )
    names, ordered = _by_name(tx, rows)
    return [MetricSummary(names[row[1]], *row[2:]) for row in ordered]


def _texts(tx: Tx, table: str, make: Callable[[str, str], P], ids: list[int]) -> dict[int, list[P]]:
    found: dict[int, list[P]] = defaultdict(list)
    rows = tx.select_in(f"SELECT run_id, key_id, value FROM {table} WHERE run_id IN (*)", ids)
    names, ordered = _by_name(tx, rows)
    for run, key, value in ordered:
        found[run].append(make(names[key], value))
    return found


def _datasets(tx: Tx, ids: list[int]) -> dict[int, list[DatasetInput]]:
    tags: dict[tuple[int, int], list[InputTag]] = defaultdict(list)
    for run, dataset, key, value in tx.select_in(
        "SELECT run_id, dataset_id, key, value FROM dataset_input_tag WHERE run_id IN (*) ORDER BY key", ids
    ):
        tags[run, dataset].append(InputTag(key, value))
    found: dict[int, list[DatasetInput]] = defaultdict(list)
    for run, id_, name, digest, source_type, source, schema, profile in tx.select_in(
        "SELECT i.run_id, d.id, d.name, d.digest, d.source_type, d.source, d.schema, d.profile"
        " FROM dataset_input i JOIN dataset d ON d.id = i.dataset_id WHERE i.run_id IN (*) ORDER BY i.position",
        ids,
    ):
        dataset = Dataset(name, digest, source_type, source, schema, profile)
        found[run].append(DatasetInput(dataset, tags[run, id_]))
    return found


def _models(tx: Tx, direction: str, ids: list[int]) -> dict[int, list[tuple[str, int]]]:
    found: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for run, uuid, step in tx.select_in(
        "SELECT run_id, model_uuid, step FROM run_model WHERE direction = ? AND run_id IN (*) ORDER BY position",
        ids,
        before=[direction],
    ):
        found[run].append((uuid, step))
    return found
