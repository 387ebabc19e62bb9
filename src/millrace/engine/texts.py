"""Params and tags of runs: texts by key, in two tables of one shape."""

from __future__ import annotations

from collections.abc import Sequence

from millrace.engine.tx import Tx
from millrace.errors import InvalidParameterValue
from millrace.model import Pair


def put_texts(tx: Tx, table: str, run: int, experiment: int, pairs: Sequence[Pair]) -> None:
    """Write params or tags (`table` is `param` or `tag`); values that are there are replaced."""
    ids = tx.key_ids(pair.key for pair in pairs)
    tx.db.many(
        f"INSERT INTO {table} (run_id, key_id, experiment_id, value) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (run_id, key_id) DO UPDATE SET value = excluded.value",
        [(run, ids[pair.key], experiment, pair.value) for pair in sorted(pairs, key=lambda pair: ids[pair.key])],
    )


def put_params(tx: Tx, run: int, run_id: str, experiment: int, params: Sequence[Pair]) -> None:
    """Write params, which never change.

    Raises:
        InvalidParameterValue: one is there with another value, or is given twice with two values.
    """
    given: dict[str, str] = {}
    changed = []
    for param in params:
        if given.setdefault(param.key, param.value) != param.value:
            changed.append((param.key, given[param.key], param.value))
    if changed:
        raise InvalidParameterValue(_changed(run_id, changed))
    ids = tx.key_ids(given)
    tx.db.many(
        "INSERT INTO param (run_id, key_id, experiment_id, value) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (run_id, key_id) DO NOTHING",
        [(run, ids[key], experiment, given[key]) for key in sorted(given, key=lambda key: ids[key])],
    )
    names = {id_: key for key, id_ in ids.items()}
    for id_, value in tx.select_in(
        "SELECT key_id, value FROM param WHERE run_id = ? AND key_id IN (*)", list(names), before=[run]
    ):
        if given[names[id_]] != value:
            changed.append((names[id_], value, given[names[id_]]))
    if changed:
        raise InvalidParameterValue(_changed(run_id, sorted(changed)))


def _changed(run_id: str, changed: list[tuple[str, str, str]]) -> str:
    """MLflow's sentence: one form for one param, another for several."""
    if len(changed) == 1:
        key, old, new = changed[0]
        return (
            f"Changing param values is not allowed. Param with key='{key}' was already logged with value='{old}' "
            f"for run ID='{run_id}'. Attempted logging new value '{new}'."
        )
    listed = [{"key": key, "old_value": old, "new_value": new} for key, old, new in changed]
    return f"Changing param values is not allowed. Params were already logged='{listed}' for run ID='{run_id}'."
