"""The answers to GetExperimentOverview and FindAnything."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Literal, NamedTuple

from millrace.calls import (
    ExperimentFacts,
    ExperimentOverview,
    FindAnything,
    GetExperimentOverview,
    Hit,
    Hits,
)
from millrace.engine.experiments import COLUMNS
from millrace.engine.tx import Tx, answers, now_ms
from millrace.model import ExperimentTag, ViewType

DAY_MS = 86_400_000
DAYS = 30
"""How many days the overview counts runs of."""
NEWEST = 50_000
"""Among how many of the newest runs and models names are looked for, so that a search costs the same in any store."""
_KEYED: tuple[tuple[Literal["metric", "param", "tag"], str], ...] = (
    ("metric", "metric_latest"),
    ("param", "param"),
    ("tag", "tag"),
)
_ID = re.compile(r"[0-9a-f]{4,32}")


@answers(GetExperimentOverview)
def get_experiment_overview(tx: Tx, call: GetExperimentOverview) -> ExperimentOverview:
    """Get all experiments at a glance."""
    stages = ViewType.stages(call.view_type)
    marks = ",".join("?" * len(stages))
    rows = tx.db.rows(f"SELECT {COLUMNS} FROM experiment WHERE stage IN ({marks})", list(stages))
    today = now_ms() // DAY_MS
    runs = tx.kept(("overview", today), lambda: _runs(tx, today))
    tags: dict[int, list[ExperimentTag]] = defaultdict(list)
    for id_, key, value in tx.db.rows("SELECT experiment_id, key, value FROM experiment_tag ORDER BY key"):
        tags[id_].append(ExperimentTag(key, value))
    models: dict[int, int] = dict(
        tx.db.rows("SELECT experiment_id, COUNT(*) FROM logged_model WHERE stage = 'active' GROUP BY experiment_id")
    )
    found = []
    for id_, name, _, stage, created, updated in rows:
        of = runs.get(id_, _NO_RUNS)
        found.append(
            ExperimentFacts(
                str(id_),
                name,
                stage,
                created,
                updated,
                of.runs,
                of.running,
                models.get(id_, 0),
                max(of.last_ms, updated),
                list(of.days),
                tags[id_],
            )
        )
    return ExperimentOverview(sorted(found, key=lambda one: (-one.last_activity, int(one.experiment_id))))


class _Runs(NamedTuple):
    """What the overview says of the active runs of an experiment."""

    runs: int
    running: int
    last_ms: int
    days: tuple[int, ...]


_NO_RUNS = _Runs(0, 0, 0, ())


def _runs(tx: Tx, today: int) -> dict[int, _Runs]:
    first = (today - DAYS + 1) * DAY_MS
    days: dict[int, list[int]] = defaultdict(lambda: [0] * DAYS)
    for experiment, day, count in tx.db.rows(
        f"SELECT run.experiment_id, (run.start_ms - ?) / {DAY_MS}, COUNT(*) FROM experiment CROSS JOIN run"
        " WHERE run.experiment_id = experiment.id AND run.stage = 'active' AND run.start_ms >= ? AND run.start_ms < ?"
        " GROUP BY 1, 2",
        [first, first, (today + 1) * DAY_MS],
    ):
        days[experiment][day] = count
    return {
        experiment: _Runs(count, int(running), max(started, ended or 0), tuple(days.get(experiment, ())))
        for experiment, count, running, started, ended in tx.db.rows(
            "SELECT experiment_id, COUNT(*), SUM(CASE WHEN status IN ('RUNNING', 'SCHEDULED') THEN 1 ELSE 0 END),"
            " MAX(start_ms), MAX(end_ms) FROM run WHERE stage = 'active' GROUP BY experiment_id"
        )
    }


class _Found(NamedTuple):
    """A hit with what decides on its place."""

    rank: int
    """0 for the whole text, 1 for its beginning, 2 for the beginning of a word in it, 3 for a part of it."""
    kind: int
    age: int
    """Lower is newer."""
    hit: Hit


@answers(FindAnything)
def find_anything(tx: Tx, call: FindAnything) -> Hits:
    """Find things."""
    text = " ".join(call.text.split())
    names: dict[int, str] = dict(tx.db.rows("SELECT id, name FROM experiment WHERE stage = 'active'"))
    found = [
        *_experiments(text, names),
        *_runs_named(tx, text, names, call.max_hits),
        *_models(tx, text, names, call.max_hits),
    ]
    if text:
        found += _registered(tx, text)
        found += _keys(tx, text, names, call.max_hits)
    found.sort(key=lambda one: one[:3])
    return Hits([one.hit for one in found[: call.max_hits]])


def rank_of(text: str, name: str) -> int | None:
    """How well a name holds a text: the whole, beginning, at a word, inside; None where it does not."""
    low, wanted = name.casefold(), text.casefold()
    at = low.find(wanted)
    if at < 0:
        return None
    if at == 0:
        return 0 if len(low) == len(wanted) else 1
    return 2 if re.search(rf"(?<![^\W_]){re.escape(wanted)}", low) else 3


def _experiments(text: str, names: dict[int, str]) -> Iterator[_Found]:
    for id_, name in names.items():
        rank = 0 if text and str(id_) == text else rank_of(text, name)
        if rank is not None:
            yield _Found(rank, 0, -id_, Hit("experiment", str(id_), name, str(id_)))


def _like(text: str) -> str:
    """A pattern that takes at least what `rank_of` takes: characters whose lower case the databases see differently
    stand for any."""
    lowered = text.lower().replace("~", "~~").replace("%", "~%").replace("_", "~_")
    return "%" + "".join(one if one.isascii() else "%" for one in lowered) + "%"


def _runs_named(tx: Tx, text: str, names: dict[int, str], limit: int) -> Iterator[_Found]:
    """Runs by the beginning of their id, and by a part of the name among the newest."""
    columns = "id, uuid, name, experiment_id"
    rows = tx.db.rows(
        f"SELECT {columns} FROM (SELECT {columns}, stage FROM run ORDER BY id DESC LIMIT {NEWEST}) newest"
        " WHERE stage = 'active' AND LOWER(name) LIKE ? ESCAPE '~' ORDER BY id DESC LIMIT ?",
        [_like(text), 4 * limit],
    )
    low = text.lower()
    if _ID.fullmatch(low):
        rows += tx.db.rows(
            f"SELECT {columns} FROM run WHERE uuid >= ? AND uuid < ? AND stage = 'active' ORDER BY uuid LIMIT ?",
            [low, low + "g", limit],
        )
    for id_, uuid, name, experiment in dict.fromkeys(rows):
        rank = 1 if text and uuid.startswith(low) else rank_of(text, name)
        if rank is not None and experiment in names:
            yield _Found(rank, 1, -id_, Hit("run", uuid, name, str(experiment), names[experiment]))


def _models(tx: Tx, text: str, names: dict[int, str], limit: int) -> Iterator[_Found]:
    columns = "id, uuid, name, experiment_id"
    rows = tx.db.rows(
        f"SELECT {columns} FROM (SELECT {columns}, stage FROM logged_model ORDER BY id DESC LIMIT {NEWEST}) newest"
        " WHERE stage = 'active' AND (LOWER(name) LIKE ? ESCAPE '~' OR uuid = ?) ORDER BY id DESC LIMIT ?",
        [_like(text), text, 4 * limit],
    )
    for id_, uuid, name, experiment in rows:
        rank = 0 if uuid == text else rank_of(text, name)
        if text and rank is not None and experiment in names:
            yield _Found(rank, 3, -id_, Hit("logged_model", uuid, name, str(experiment), names[experiment]))


def _registered(tx: Tx, text: str) -> Iterator[_Found]:
    rows = tx.db.rows("SELECT id, name, last_version FROM registered_model ORDER BY id DESC LIMIT ?", [NEWEST])
    for id_, name, version in rows:
        rank = rank_of(text, name)
        if rank is not None:
            detail = f"version {version}" if version else ""
            yield _Found(rank, 2, -id_, Hit("registered_model", name, name, detail=detail))


def _keys(tx: Tx, text: str, names: dict[int, str], limit: int) -> Iterator[_Found]:
    """Keys by a part of their name; those that were logged in no experiment that is left are passed over."""
    rows = tx.db.rows("SELECT id, name FROM key ORDER BY id DESC LIMIT ?", [NEWEST])
    ranked = sorted((rank, -id_, name) for id_, name in rows if (rank := rank_of(text, name)) is not None)
    for rank, age, name in ranked[:limit]:
        if name.startswith("mlflow.") and not text.startswith("mlflow"):
            continue
        for place, (kind, table) in enumerate(_KEYED, 4):
            experiment = _newest_with(tx, table, -age, names)
            if experiment is not None:
                yield _Found(rank, place, age, Hit(kind, name, name, str(experiment), names[experiment]))


def _newest_with(tx: Tx, table: str, key: int, names: dict[int, str]) -> int | None:
    """The newest active experiment in which a key was logged: a few steps down the key's index."""
    at = 2**62
    for _ in range(5):
        row = tx.db.row(f"SELECT MAX(experiment_id) FROM {table} WHERE key_id = ? AND experiment_id < ?", [key, at])
        if row is None or row[0] is None:
            return None
        if row[0] in names:
            return int(row[0])
        at = row[0]
    return None
