"""The answer to ChangeRuns: many runs deleted, restored, purged or tagged in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from millrace.calls import ChangedRuns, ChangeRuns
from millrace.engine import run_rows
from millrace.engine.db import Row
from millrace.engine.locations import run_root
from millrace.engine.run_order import ordered_ids, search_of
from millrace.engine.runs import RUN_NAME_TAG, remove_rows
from millrace.engine.texts import fitted, put_text
from millrace.engine.tx import Tx, answers, now_ms
from millrace.errors import InvalidParameterValue, ResourceMissing
from millrace.model import LifecycleStage, RunTag
from millrace.model.limits import MAX_TAG_LENGTH, check_tag


@answers(ChangeRuns)
def change_runs(tx: Tx, call: ChangeRuns) -> ChangedRuns:
    """Change runs."""
    rows = _rows(tx, call)
    answer = _ACTIONS[call.action](tx, call, rows)
    changed = set(answer.run_ids)
    for row in rows:
        if row[1] in changed:
            tx.touch(row[2], row[1])
    return answer


def _rows(tx: Tx, call: ChangeRuns) -> list[Row]:
    """The rows (`run_rows.COLUMNS`) of the runs that are meant, in their order, kept for this transaction."""
    if call.run_ids:
        there = run_rows.ids(tx, call.run_ids)
        missing = next((run_id for run_id in call.run_ids if run_id not in there), None)
        if missing is not None:
            raise ResourceMissing(f"Run with id={missing} not found")
        ids = list(there.values())
    else:
        ids = ordered_ids(tx, search_of(call)).tolist()
    # In one order for everybody, so that two writers cannot wait for each other.
    found = {
        row[0]: row
        for row in tx.select_in(
            f"SELECT {run_rows.COLUMNS} FROM run WHERE id IN (*) ORDER BY id{tx.db.change_lock}", sorted(ids)
        )
    }
    return [found[id_] for id_ in ids if id_ in found]


def _staged(stage: str) -> Callable[[Tx, ChangeRuns, Sequence[Row]], ChangedRuns]:
    def change(tx: Tx, call: ChangeRuns, rows: Sequence[Row]) -> ChangedRuns:
        changed = [row for row in rows if row[8] != stage]
        deleted_ms = now_ms() if stage == LifecycleStage.DELETED else None
        tx.change_in(
            "UPDATE run SET stage = ?, deleted_ms = ? WHERE id IN (*)", [row[0] for row in changed], [stage, deleted_ms]
        )
        return ChangedRuns([row[1] for row in changed])

    return change


def _purge(tx: Tx, call: ChangeRuns, rows: Sequence[Row]) -> ChangedRuns:
    gone = [row for row in rows if row[8] == LifecycleStage.DELETED]
    locations = tx.select_in("SELECT id, location FROM experiment WHERE id IN (*)", list({row[2] for row in gone}))
    roots = {id_: tx.locations.shown(location) for id_, location in locations}
    ids, uuids = [row[0] for row in gone], [row[1] for row in gone]
    remove_rows(tx, ids, uuids)
    return ChangedRuns(uuids, [run_root(roots[row[2]], row[1]) for row in gone])


def _set_tag(tx: Tx, call: ChangeRuns, rows: Sequence[Row]) -> ChangedRuns:
    (tag,) = fitted([RunTag(call.key, call.value)], MAX_TAG_LENGTH)
    check_tag(tag)
    if tag.key == RUN_NAME_TAG and not tag.value:
        raise InvalidParameterValue("A run has a name: give one.")
    _check_active(rows)
    key = tx.key_ids([tag.key])[tag.key]
    before: dict[int, str] = dict(
        tx.select_in(
            "SELECT run_id, value FROM tag WHERE key_id = ? AND run_id IN (*)", [row[0] for row in rows], [key]
        )
    )
    changed = [row for row in rows if before.get(row[0]) != tag.value]
    put_text(tx, "tag", [(row[0], row[2]) for row in sorted(changed)], tag)
    if tag.key == RUN_NAME_TAG:
        tx.change_in("UPDATE run SET name = ? WHERE id IN (*)", [row[0] for row in changed], [tag.value])
    return ChangedRuns([row[1] for row in changed])


def _delete_tag(tx: Tx, call: ChangeRuns, rows: Sequence[Row]) -> ChangedRuns:
    _check_active(rows)
    key = tx.key_id(call.key)
    if key is None:
        return ChangedRuns()
    ids = [row[0] for row in rows]
    there = {id_ for (id_,) in tx.select_in("SELECT run_id FROM tag WHERE key_id = ? AND run_id IN (*)", ids, [key])}
    tx.change_in("DELETE FROM tag WHERE key_id = ? AND run_id IN (*)", sorted(there), [key])
    return ChangedRuns([row[1] for row in rows if row[0] in there])


def _check_active(rows: Sequence[Row]) -> None:
    for row in rows:
        if row[8] != LifecycleStage.ACTIVE:
            raise InvalidParameterValue(f"The run {row[1]} must be in the 'active' state. Current state is {row[8]}.")


_ACTIONS: dict[str, Callable[[Tx, ChangeRuns, Sequence[Row]], ChangedRuns]] = {
    "delete": _staged(LifecycleStage.DELETED),
    "restore": _staged(LifecycleStage.ACTIVE),
    "purge": _purge,
    "set_tag": _set_tag,
    "delete_tag": _delete_tag,
}
