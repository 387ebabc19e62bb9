"""The answer to GetRunColumns: which metrics, params and tags the runs of a search have, and what they hold.

There are two ways, and both are bounded. Where the search finds all runs of its experiments, each key's index is asked
for its ends and its length; else the rows of the runs are summed up by key.
"""

from __future__ import annotations

import math
import random
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from millrace.calls import ColumnCatalogue, ColumnFacts, GetRunColumns
from millrace.engine.run_cells import column_of, raw_column
from millrace.engine.run_order import Search, ordered_ids, search_of
from millrace.engine.texts import as_number
from millrace.engine.tx import Tx, answers

_KINDS = {"metrics": "metric_latest", "params": "param", "tags": "tag"}
MAX_DISTINCT = 1000
_LOOKS = 50_000
"""How many steps along indexes the counting of different values takes, over all keys."""
_FEW_LOOKS = 20
"""With fewer steps for a key, it is only told whether its values differ."""
_POINTS = 20_000
"""How many series are looked at for the longest ones, over all keys."""
_ROWS = 2_000_000
"""How many values are counted one by one, over all keys; with more, what many runs have is extrapolated."""
_SUMMED = 150_000
"""How many rows of one kind are summed up by key; of more, those of runs that are drawn by chance."""
_BRANCHES = 8
"""In how many experiments indexes are asked for their ends."""
_MOST = 20_000
"""How many columns of a kind are looked at."""
_PRIMARY_TAG = "mlflow.experiment.primaryMetric.name"
_GOAL = re.compile(r"(^|[^a-z])(val|valid|validation|eval|test|loss|acc|accuracy|auc|f1|score|error)([^a-z]|$)", re.I)
"""Names of metrics that runs are usually compared by."""
_FINITE = "BETWEEN -1.7976931348623157e308 AND 1.7976931348623157e308"


class _Key(NamedTuple):
    id: int
    name: str


@answers(GetRunColumns)
def get_run_columns(tx: Tx, call: GetRunColumns) -> ColumnCatalogue:
    """Get the columns of runs."""
    search = search_of(call)
    key = ("columns", search, tuple(call.kinds), call.text, call.max_columns, tuple(call.names))
    return tx.kept(key, lambda: _Kept(_made(tx, search, call))).catalogue


class _Kept(NamedTuple):
    catalogue: ColumnCatalogue

    @property
    def nbytes(self) -> int:
        return 300 * len(self.catalogue.columns)


def _made(tx: Tx, search: Search, call: GetRunColumns) -> ColumnCatalogue:
    ids = ordered_ids(tx, search).tolist()
    if not ids:
        return ColumnCatalogue()
    keys = _keys_with(tx, call.text) if call.max_columns else _keys_of(tx, call.names)
    others = _others(tx, search, ids)
    columns: list[ColumnFacts] = []
    complete = True
    wanted = {*call.names, *_primary(tx, search)}
    for kind in _KINDS:
        if call.kinds and kind not in call.kinds:
            continue
        each = 0 if others == [] else _most_rows(tx, _KINDS[kind], ids)
        if others is not None and (not each or (len(ids) * each > _SUMMED and len(others) * each <= _SUMMED)):
            found, all_seen = _along_indexes(tx, search, kind, keys, ids, others, _MOST)
        else:
            found, all_seen = _by_run(tx, kind, keys, ids, each)
        found = [replace(one, name=f"{kind}.{one.name}") for one in found]
        complete = complete and all_seen and len(found) <= call.max_columns
        columns += sorted(_telling(found, call.max_columns, wanted), key=lambda one: one.name)
    return ColumnCatalogue(len(ids), columns, [*_summaries(tx, search, call.names, ids)], complete)


def _summaries(tx: Tx, search: Search, names: Sequence[str], ids: Sequence[int]) -> Iterator[ColumnFacts]:
    """What the summaries of metrics hold that are among the names."""
    for name in names:
        column = column_of(tx, name)
        if column.kind != "metrics" or column.is_latest:
            continue
        raw = raw_column(tx, search.experiments, ids, column)
        numbers = [one for one in raw if isinstance(one, int | float) and math.isfinite(one)]
        if numbers:
            yield ColumnFacts(name, len(numbers), min(2, len(set(numbers))), float(min(numbers)), float(max(numbers)))


def _keys_of(tx: Tx, names: Sequence[str]) -> dict[int, str]:
    keys = [name.partition(".")[2] for name in names]
    return {id_: key for key in keys if (id_ := tx.key_id(key)) is not None}


def _primary(tx: Tx, search: Search) -> list[str]:
    """What the tags of experiments call their primary metrics."""
    sql = "SELECT value FROM experiment_tag WHERE key = ? AND experiment_id IN (*)"
    return [f"metrics.{name}" for (name,) in tx.select_in(sql, list(search.experiments), [_PRIMARY_TAG])]


def _telling(found: list[ColumnFacts], most: int, wanted: set[str]) -> list[ColumnFacts]:
    """Of columns of one kind those that say most, and those that are wanted."""
    if len(found) <= most:
        return found

    def rank(one: ColumnFacts) -> tuple[bool, bool, int, bool, str]:
        own = one.name.startswith("tags.mlflow.")  # few, and the page goes by them
        return one.name not in wanted and not own, one.distinct < 2, -one.runs, not _GOAL.search(one.name), one.name

    found.sort(key=rank)
    return found[: max(most, sum(one.name in wanted for one in found))]


def _keys_with(tx: Tx, text: str) -> dict[int, str]:
    low = text.casefold()
    return {id_: name for id_, name in tx.db.rows("SELECT id, name FROM key") if low in name.casefold()}


def _others(tx: Tx, search: Search, ids: Sequence[int]) -> list[int] | None:
    """The runs of the experiments that were not found, such as deleted ones; None where these are many."""
    if len(search.experiments) > _BRANCHES:
        return None
    inside = f"FROM run WHERE experiment_id IN ({','.join('?' * len(search.experiments))})"
    row = tx.db.row(f"SELECT COUNT(*) {inside}", list(search.experiments))
    count = row[0] - len(ids) if row else 0
    if not count:
        return []
    if count > len(ids) // 10:
        return None
    found = set(ids)
    return [id_ for (id_,) in tx.db.rows(f"SELECT id {inside}", list(search.experiments)) if id_ not in found]


# -- along the indexes of keys ----------------------------------------------------------------------------------
def _along_indexes(
    tx: Tx, search: Search, kind: str, keys: dict[int, str], ids: Sequence[int], others: Sequence[int], most: int
) -> tuple[list[ColumnFacts], bool]:
    """The facts of up to `most` columns of runs that are nearly all in their experiments."""
    table = _KINDS[kind]
    there = _there(tx, search, table, keys)
    shown = sorted(there, key=lambda one: one.name)[: max(0, most)]
    if not shown:
        return [], not there
    bound = max(100, _ROWS // len(shown))
    merged: dict[int, _Facts] = {}
    for experiment in search.experiments:
        rows = tx.db.rows(*_ends(tx, table, shown, experiment, others, bound))
        for id_, *ends in rows:
            merged[id_] = _Facts(*ends).merged(merged.get(id_))
    looks = _LOOKS // len(shown)
    shares = _shares(tx, table, ids, len(shown)) if any(facts.runs >= bound for facts in merged.values()) else {}
    unwanted = _runs_with(tx, table, others) if others else {}
    found = []
    for one in shown:
        facts = merged[one.id]
        if facts.runs >= bound:
            facts = facts._replace(runs=max(bound - len(others), round(len(ids) * shares.get(one.id, 0))))
        else:
            facts = facts._replace(runs=facts.runs - unwanted.get(one.id, 0))
        if facts.runs > 0:
            found.append(_facts(tx, search, kind, one, facts, looks))
    return found, len(shown) == len(there)


def _shares(tx: Tx, table: str, ids: Sequence[int], keys: int) -> dict[int, float]:
    """How large a part of the runs has each key, from runs that are drawn by chance."""
    part = _drawn(ids, max(20, min(500, _POINTS // keys)))
    return {key: count / len(part) for key, count in _runs_with(tx, table, part).items()}


def _runs_with(tx: Tx, table: str, ids: Sequence[int]) -> dict[int, int]:
    """How many of these runs have each key."""
    listed, values = tx.db.listed(ids)
    of_runs = f"FROM {listed} wanted CROSS JOIN {table} t WHERE t.run_id = wanted.id"
    return dict(tx.db.rows(f"SELECT t.key_id, COUNT(*) {of_runs} GROUP BY t.key_id", values))


def _there(tx: Tx, search: Search, table: str, keys: dict[int, str]) -> list[_Key]:
    """The keys that were logged in the experiments."""
    listed, values = tx.db.listed(list(keys))
    tests = " OR ".join(
        # A LIMIT, which EXISTS would not need, keeps PostgreSQL from reading the whole table instead of its index.
        f"(SELECT 1 FROM {table} t WHERE t.key_id = wanted.id AND t.experiment_id = ? LIMIT 1) = 1"
        for _ in search.experiments
    )
    rows = tx.db.rows(f"SELECT wanted.id FROM {listed} wanted WHERE {tests}", [*values, *search.experiments])
    return [_Key(id_, keys[id_]) for (id_,) in rows]


class _Facts(NamedTuple):
    """What the index of a key says of one experiment, or of several."""

    runs: int
    low: float | str | None
    high: float | str | None
    points: int

    def merged(self, other: _Facts | None) -> _Facts:
        if other is None:
            return self
        lows = [one for one in (self.low, other.low) if one is not None]
        highs = [one for one in (self.high, other.high) if one is not None]
        return _Facts(
            self.runs + other.runs,
            min(lows, default=None),
            max(highs, default=None),
            max(self.points, other.points),
        )


def _ends(
    tx: Tx, table: str, keys: Sequence[_Key], experiment: int, others: Sequence[int], bound: int
) -> tuple[str, list[object]]:
    """The query for the `_Facts` of keys in one experiment; the others are counted, but are no ends."""
    listed, values = tx.db.listed([one.id for one in keys])
    of_key = f"FROM {table} t WHERE t.key_id = wanted.id AND t.experiment_id = ?"
    of_ends: str = of_key
    end_values: list[object] = [experiment]
    if others:
        gone, gone_values = tx.db.listed(others)
        of_ends, end_values = f"{of_key} AND t.run_id NOT IN (SELECT id FROM {gone} gone)", [experiment, *gone_values]
    value, points = "SUBSTR(t.value, 1, 64)", "0"
    looks: list[object] = []
    if table == "metric_latest":
        value, of_ends, looks = "t.value", f"{of_ends} AND t.value {_FINITE}", [experiment]
        few = max(3, _POINTS // len(keys))
        points = f"COALESCE((SELECT MAX(n) FROM (SELECT t.n AS n {of_key} LIMIT {few}) looked), 0)"
    sql = (
        f"SELECT wanted.id, (SELECT COUNT(*) FROM (SELECT 1 {of_key} LIMIT {bound}) counted),"
        f" (SELECT MIN({value}) {of_ends}), (SELECT MAX({value}) {of_ends}), {points} FROM {listed} wanted"
    )
    return sql, [experiment, *end_values, *end_values, *looks, *values]


def _facts(tx: Tx, search: Search, kind: str, key: _Key, facts: _Facts, looks: int) -> ColumnFacts:
    low, high = facts.low, facts.high
    if kind == "metrics":
        distinct = 1 if low == high else 2
        if low != high and looks >= _FEW_LOOKS:
            distinct = len(_values(tx, search, kind, key.id, min(looks, MAX_DISTINCT)))
        return ColumnFacts(key.name, facts.runs, distinct, _float(low), _float(high), facts.points)
    if low == high or looks < _FEW_LOOKS:
        texts, complete = [str(low)] if low == high else [str(low), str(high)], low == high
    else:
        texts = [str(value) for value in _values(tx, search, kind, key.id, min(looks, MAX_DISTINCT))]
        complete = len(texts) < min(looks, MAX_DISTINCT)
    return _of_texts(key.name, facts.runs, texts, complete=complete)


def _float(value: float | str | None) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _values(tx: Tx, search: Search, kind: str, key: int, most: int) -> list[object]:
    """Up to `most` different values of a key: from one to the next, past all that are alike."""
    found: set[object] = set()
    value = "t.value" if kind == "metrics" else "SUBSTR(t.value, 1, 64)"
    for experiment in search.experiments:
        of_key = f"FROM {_KINDS[kind]} t WHERE t.key_id = ? AND t.experiment_id = ?"
        rows = tx.db.rows(
            f"WITH RECURSIVE step (value, n) AS (SELECT (SELECT MIN({value}) {of_key}), 1 UNION ALL"
            f" SELECT (SELECT MIN({value}) {of_key} AND {value} > step.value), n + 1 FROM step"
            f" WHERE step.value IS NOT NULL AND n < {most}) SELECT value FROM step WHERE value IS NOT NULL",
            [key, experiment, key, experiment],
        )
        found.update(value for (value,) in rows)
    return list(found)[:most]


# -- run by run -------------------------------------------------------------------------------------------------
def _by_run(tx: Tx, kind: str, keys: dict[int, str], ids: Sequence[int], each: int) -> tuple[list[ColumnFacts], bool]:
    """The facts of the columns of some runs; of runs that are drawn by chance, where these have too many rows."""
    kept = max(20, _SUMMED // max(1, each))
    sample = _drawn(ids, kept)
    summed = _summed(tx, kind, sample, len(ids) / len(sample))
    return [replace(facts, name=keys[id_]) for id_, facts in summed if id_ in keys], len(sample) == len(ids)


def _drawn(ids: Sequence[int], count: int) -> Sequence[int]:
    """Some of the runs, by chance, so that no period of a sweep falls in with it; the same ones each time."""
    return ids if len(ids) <= count else random.Random(0).sample(ids, count)


def _most_rows(tx: Tx, table: str, ids: Sequence[int]) -> int:
    """How many rows a run has, or at least 1: the most of three that are looked at."""
    looked = ids[:: max(1, len(ids) // 3)][:3]
    counts = [tx.db.row(f"SELECT COUNT(*) FROM {table} WHERE run_id = ?", [id_]) for id_ in looked]
    return max([1, *(int(row[0]) for row in counts if row)])


def _summed(tx: Tx, kind: str, ids: Sequence[int], scale: float) -> Iterator[tuple[int, ColumnFacts]]:
    """The facts of each key by its id, still without its name."""
    listed, values = tx.db.listed(ids)
    of_runs = f"FROM {listed} wanted CROSS JOIN {_KINDS[kind]} t WHERE t.run_id = wanted.id"
    if kind == "metrics":
        finite = f"CASE WHEN t.value {_FINITE} THEN t.value END"
        for id_, runs, distinct, low, high, points in tx.db.rows(
            f"SELECT t.key_id, COUNT(*), COUNT(DISTINCT t.value), MIN({finite}), MAX({finite}), MAX(t.n) {of_runs}"
            " GROUP BY t.key_id",
            values,
        ):
            yield id_, ColumnFacts("", round(runs * scale), min(distinct, MAX_DISTINCT), low, high, points)
        return
    counted: dict[int, dict[str, int]] = defaultdict(dict)
    grouped = f"SELECT t.key_id, SUBSTR(t.value, 1, 64), COUNT(*) {of_runs} GROUP BY 1, 2"
    for id_, value, runs in tx.db.rows(grouped, values):
        counted[id_][value] = runs
    for id_, texts in counted.items():
        yield id_, _of_texts("", round(sum(texts.values()) * scale), list(texts), complete=True)


def _of_texts(name: str, runs: int, texts: Sequence[str], *, complete: bool) -> ColumnFacts:
    """The facts of a param or tag from its different values; from some of them when these are not complete."""
    numbers = [as_number(text) for text in texts]
    known = [number for number in numbers if number is not None]
    distinct = min(len(texts), MAX_DISTINCT)
    if not complete or not known or len(known) < len(texts):
        return ColumnFacts(name, runs, distinct)
    return ColumnFacts(name, runs, distinct, min(known), max(known))
