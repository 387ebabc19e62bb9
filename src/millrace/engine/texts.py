"""Params and tags of runs: texts by key, in two tables of one shape."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import TypeVar

from msgspec import structs

from millrace.engine.tx import Tx
from millrace.model import Pair
from millrace.settings import MLFLOW_TRUNCATE_LONG_VALUES

P = TypeVar("P", bound=Pair)

_NUMBER = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]{1,3})?")

_PUT = (
    "INSERT INTO {} (run_id, key_id, experiment_id, value) VALUES (?, ?, ?, ?)"
    " ON CONFLICT (run_id, key_id) DO UPDATE SET value = excluded.value"
)


def as_number(text: object) -> float | None:
    """The number that a text spells, or None where it spells none."""
    if not isinstance(text, str) or not _NUMBER.fullmatch(text):
        return None
    found = float(text)
    return found if math.isfinite(found) else None


def fitted(pairs: Sequence[P], limit: int) -> list[P]:
    """Params or tags with values that are too long cut to the limit, if the settings say so."""
    if not MLFLOW_TRUNCATE_LONG_VALUES.get():
        return list(pairs)
    return [structs.replace(pair, value=pair.value[:limit]) if len(pair.value) > limit else pair for pair in pairs]


def put_texts(tx: Tx, table: str, run: int, experiment: int, pairs: Sequence[Pair]) -> None:
    """Write params or tags (`table` is `param` or `tag`); values that are there are replaced."""
    ids = tx.key_ids(pair.key for pair in pairs)
    tx.db.many(
        _PUT.format(table),
        [(run, ids[pair.key], experiment, pair.value) for pair in sorted(pairs, key=lambda pair: ids[pair.key])],
    )


def put_text(tx: Tx, table: str, runs: Sequence[tuple[int, int]], pair: Pair) -> None:
    """Write one param or tag of many runs, each by its row id and its experiment's; values that are there are
    replaced."""
    key = tx.key_ids([pair.key])[pair.key]
    tx.db.many(_PUT.format(table), [(run, key, experiment, pair.value) for run, experiment in runs])


def put_params(tx: Tx, run: int, experiment: int, params: Sequence[Pair]) -> list[tuple[str, str, str]]:
    """Write params, which never change; those that are there with another value, as (key, old, new)."""
    ids = tx.key_ids(param.key for param in params)
    tx.db.many(
        "INSERT INTO param (run_id, key_id, experiment_id, value) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (run_id, key_id) DO NOTHING",
        [(run, ids[param.key], experiment, param.value) for param in sorted(params, key=lambda param: ids[param.key])],
    )
    there: dict[int, str] = dict(
        tx.select_in("SELECT key_id, value FROM param WHERE run_id = ? AND key_id IN (*)", list(ids.values()), [run])
    )
    return [(param.key, there[ids[param.key]], param.value) for param in params if there[ids[param.key]] != param.value]
