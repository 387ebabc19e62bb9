"""Stores of many runs for benchmarks, written below the calls: a million runs would take half an hour through them."""

from __future__ import annotations

import random
from pathlib import Path

from millrace.calls import CreateExperiment
from millrace.engine import Engine, open_engine

PARAMS, METRICS, CHOICES = 10, 10, 20
START_MS = 1_700_000_000_000
_PART = 20_000


def seed_runs(folder: str | Path, count: int, *, metrics: int = METRICS, params: int = PARAMS) -> str:
    """Make a store in a folder; its experiment gets so many runs of metrics m0, m1, … (uniform in 0 to 1) and params
    p0, p1, … (v0 to v19). Returns the experiment's id."""
    engine = open_engine(str(folder))
    experiment = engine.call(CreateExperiment("runs")).experiment_id
    rng = random.Random(0)
    with engine.database.write() as db:
        dropped = db.rows("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
        for name, _ in dropped:
            db.execute(f"DROP INDEX {name}")
        keys = [f"m{number}" for number in range(metrics)] + [f"p{number}" for number in range(params)]
        db.many("INSERT INTO key (name) VALUES (?)", [(key,) for key in keys])
        ids = dict(db.rows("SELECT name, id FROM key"))
    for start in range(0, count, _PART):
        _write(engine, int(experiment), range(start, min(start + _PART, count)), ids, (metrics, params), rng)
    with engine.database.write() as db:
        for _, sql in dropped:
            db.execute(sql)
    engine.close()
    return experiment


def _write(
    engine: Engine, experiment: int, numbers: range, ids: dict[str, int], sizes: tuple[int, int], rng: random.Random
) -> None:
    runs = [
        (n + 1, f"{rng.getrandbits(128):032x}", experiment, f"run-{n}", "", "FINISHED", START_MS + n, START_MS + n + 9)
        for n in numbers
    ]
    values = [
        (run[0], ids[f"m{key}"], experiment, value, 0, run[6], 1, 1, value, value, value, 0)
        for run in runs
        for key in range(sizes[0])
        for value in (rng.random(),)
    ]
    texts = [
        (run[0], ids[f"p{key}"], experiment, f"v{rng.randrange(CHOICES)}") for run in runs for key in range(sizes[1])
    ]
    with engine.database.write() as db:
        db.many(
            "INSERT INTO run (id, uuid, experiment_id, name, user_id, status, start_ms, end_ms, stage)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'active')",
            runs,
        )
        db.many(
            "INSERT INTO metric_latest (run_id, key_id, experiment_id, value, step, timestamp_ms, n, numbers, total,"
            " minimum, maximum, first_step) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            values,
        )
        db.many("INSERT INTO param (run_id, key_id, experiment_id, value) VALUES (?, ?, ?, ?)", texts)
