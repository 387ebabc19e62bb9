"""Removing for good what was marked as deleted: runs, logged models and experiments.

In two steps, so that no transaction waits for an object store: `choose` says what is to go and where its artifacts are,
the caller deletes those, and `remove` deletes the rows of what is still marked as deleted by then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from millrace.engine import Engine, traces
from millrace.engine.runs import remove_rows
from millrace.engine.tx import Known, Tx, experiment_number
from millrace.errors import InvalidParameterValue, ResourceMissing

_MODEL_TABLES = ("logged_model_tag", "logged_model_param", "logged_model_metric")


class Deleted(NamedTuple):
    """A run, logged model or experiment that is marked as deleted."""

    kind: str
    """`run`, `model` or `experiment`."""
    id: str
    location: str
    """The artifact location of its experiment."""
    folder: str
    """The folder below that location that is its own and holds its `artifacts`; of an experiment, the folder with those
    of its traces, if it has any."""


class Selection(NamedTuple):
    """What to remove: everything that was deleted, or, where any ids are named, only those."""

    run_ids: Sequence[str] = ()
    model_ids: Sequence[str] = ()
    experiment_ids: Sequence[str] = ()
    before_ms: int | None = None
    """Only what was deleted before this time, in milliseconds since 1970, UTC."""

    @property
    def everything(self) -> bool:
        """Whether no ids are named."""
        return not (self.run_ids or self.model_ids or self.experiment_ids)


def choose(engine: Engine, selection: Selection) -> list[Deleted]:
    """What a selection means now: runs and models first, then experiments, each after all that is in it.

    An experiment that holds an active run is left out, unless it is named.

    Raises:
        ResourceMissing: there is nothing with an id that is named.
        InvalidParameterValue: what is named is active, holds an active run, or was deleted too recently.
    """
    with engine.database.read() as db:
        tx = Tx(db, engine.locations, Known())
        experiments = _experiments(tx, selection)
        found: dict[tuple[str, str], Deleted] = {}
        for kind, ids in (("run", selection.run_ids), ("model", selection.model_ids)):
            named = _named(tx, kind, ids, selection.before_ms)
            rows = _all(tx, kind, selection.before_ms) if selection.everything else named
            for one in [*rows, *_inside(tx, kind, experiments)]:
                found[one.kind, one.id] = one
        return [*found.values(), *experiments]


def remove(engine: Engine, deleted: Iterable[Deleted]) -> list[Deleted]:
    """Delete the rows of what was chosen, in one transaction; give what was removed.

    What has been restored since it was chosen stays, and so does an experiment with something left in it.
    """
    chosen = list(deleted)

    return engine.write(lambda tx: [one for one in chosen if _REMOVE[one.kind](tx, one.id)])


_NAMES = {"run": "run", "model": "logged_model"}
_WORDS = {"run": "Run", "model": "Logged model", "experiment": "Experiment"}


def _select(kind: str) -> str:
    table = _NAMES[kind]
    return (
        f"SELECT {table}.uuid, experiment.location, {table}.stage, {table}.deleted_ms FROM {table}"
        f" JOIN experiment ON experiment.id = {table}.experiment_id"
    )


def _item(tx: Tx, kind: str, id_: str, location: str) -> Deleted:
    return Deleted(kind, id_, tx.locations.shown(location), id_ if kind == "run" else f"models/{id_}")


def _all(tx: Tx, kind: str, before_ms: int | None) -> list[Deleted]:
    rows = tx.db.rows(f"{_select(kind)} WHERE {_NAMES[kind]}.stage = 'deleted'")
    return [_item(tx, kind, row[0], row[1]) for row in rows if _is_old(row[3], before_ms)]


def _named(tx: Tx, kind: str, ids: Sequence[str], before_ms: int | None) -> list[Deleted]:
    found = []
    for id_ in ids:
        row = tx.db.row(f"{_select(kind)} WHERE {_NAMES[kind]}.uuid = ?", (id_,))
        if row is None:
            raise ResourceMissing(f"{_WORDS[kind]} with id={id_} not found")
        _check(kind, id_, row[2], row[3], before_ms)
        found.append(_item(tx, kind, row[0], row[1]))
    return found


def _inside(tx: Tx, kind: str, experiments: list[Deleted]) -> list[Deleted]:
    table = _NAMES[kind]
    ids = [int(one.id) for one in experiments]
    rows = tx.select_in(f"{_select(kind)} WHERE {table}.experiment_id IN (*)", ids)
    return [_item(tx, kind, row[0], row[1]) for row in rows]


def _experiments(tx: Tx, selection: Selection) -> list[Deleted]:
    select = "SELECT id, location, stage, updated_ms FROM experiment"
    rows = tx.db.rows(f"{select} WHERE stage = 'deleted' ORDER BY id") if selection.everything else []
    chosen = [row for row in rows if _is_old(row[3], selection.before_ms) and not _active_inside(tx, row[0])]
    for id_ in selection.experiment_ids:
        row = tx.db.row(f"{select} WHERE id = ?", (experiment_number(id_),))
        if row is None:
            raise ResourceMissing(f"No Experiment with id={id_} exists")
        _check("experiment", id_, row[2], row[3], selection.before_ms)
        active = _active_inside(tx, row[0])
        if active:
            raise InvalidParameterValue(f"Experiment {id_} holds {active}, which is active. Delete it first.")
        chosen.append(row)
    return [
        Deleted("experiment", str(row[0]), tx.locations.shown(row[1]), "traces" if _holds_traces(tx, row[0]) else "")
        for row in chosen
    ]


def _holds_traces(tx: Tx, experiment: int) -> bool:
    return tx.db.row("SELECT 1 FROM trace WHERE experiment_id = ? LIMIT 1", (experiment,)) is not None


def _active_inside(tx: Tx, experiment: int) -> str:
    """The run of an experiment that was brought back, if any; its models are deleted as it is, without a mark."""
    row = tx.db.row("SELECT uuid FROM run WHERE experiment_id = ? AND stage <> 'deleted'", (experiment,))
    return f"run {row[0]}" if row else ""


def _is_old(deleted_ms: int | None, before_ms: int | None) -> bool:
    return before_ms is None or (deleted_ms is not None and deleted_ms < before_ms)


def _check(kind: str, id_: str, stage: str, deleted_ms: int | None, before_ms: int | None) -> None:
    word = _WORDS[kind]
    if stage != "deleted":
        raise InvalidParameterValue(
            f"{word} {id_} is not in the `deleted` lifecycle stage: only what was deleted can be removed for good."
        )
    if not _is_old(deleted_ms, before_ms):
        raise InvalidParameterValue(f"{word} {id_} was deleted more recently than --older-than allows.")


def _locked(tx: Tx, kind: str, uuid: str) -> int | None:
    """The id of a run or model that is to go, or None where it, and its experiment, were restored."""
    table = _NAMES[kind]
    row = tx.db.row(f"SELECT id, stage, experiment_id FROM {table} WHERE uuid = ?{tx.db.change_lock}", (uuid,))
    if row is None:
        return None
    above = tx.db.row("SELECT stage FROM experiment WHERE id = ?", (row[2],))
    gone_above = kind == "model" and above is not None and above[0] == "deleted"
    tx.touch(row[2], uuid if kind == "run" else "")
    return int(row[0]) if row[1] == "deleted" or gone_above else None


def _remove_run(tx: Tx, uuid: str) -> bool:
    id_ = _locked(tx, "run", uuid)
    if id_ is None:
        return False
    remove_rows(tx, [id_], [uuid])
    return True


def _remove_model(tx: Tx, uuid: str) -> bool:
    id_ = _locked(tx, "model", uuid)
    if id_ is None:
        return False
    for table in _MODEL_TABLES:
        tx.db.execute(f"DELETE FROM {table} WHERE model_id = ?", (id_,))
    tx.db.execute("DELETE FROM run_model WHERE model_uuid = ?", (uuid,))
    tx.db.execute("DELETE FROM logged_model WHERE id = ?", (id_,))
    return True


def _remove_experiment(tx: Tx, experiment_id: str) -> bool:
    id_ = int(experiment_id)
    row = tx.db.row(f"SELECT stage FROM experiment WHERE id = ?{tx.db.change_lock}", (id_,))
    left = any(tx.db.row(f"SELECT 1 FROM {table} WHERE experiment_id = ?", (id_,)) for table in _NAMES.values())
    if row is None or row[0] != "deleted" or left:
        return False
    rows = tx.db.rows("SELECT id, uuid FROM trace WHERE experiment_id = ?", (id_,))
    traces.remove_rows(tx, [row[0] for row in rows], [row[1] for row in rows])
    for table in ("experiment_tag", "dataset"):
        tx.db.execute(f"DELETE FROM {table} WHERE experiment_id = ?", (id_,))
    tx.db.execute("DELETE FROM experiment WHERE id = ?", (id_,))
    return True


_REMOVE: dict[str, Callable[[Tx, str], bool]] = {
    "run": _remove_run,
    "model": _remove_model,
    "experiment": _remove_experiment,
}
