"""Stores for `ui.py`: written below the API, because the page is what is measured, and a million calls take long."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from millrace.calls import CreateExperiment, CreateRun, LogBatch, UpdateRun
from millrace.engine import Engine, open_engine
from millrace.model import Metric, Param, RunTag
from millrace.series.chunk import CHUNK, encode_chunk
from millrace.series.columns import Columns
from millrace.series.outline import encode_outline

DEMO = Path(__file__).resolve().parents[1] / "examples" / "demo_data.py"
START_MS, MINUTE_MS = 1_760_000_000_000, 60_000
TOGETHER = 200


def demo(python: Path, uri: str, folder: Path) -> None:
    """What the demo shows, written by the mlflow that an interpreter has."""
    subprocess.run([str(python), "-W", "ignore", DEMO, uri], cwd=folder, check=True, capture_output=True)


class Flat:
    """Facts by chance for runs of an experiment: a tag or two, params, metrics of one point each."""

    def __init__(self, runs: int, params: int, metrics: int, tags: int) -> None:
        self.runs = runs
        self._keys = [
            [f"{kind}_{n:02}" for n in range(count)]
            for kind, count in (("param", params), ("metric", metrics), ("tag", tags))
        ]

    def each(self) -> Iterator[tuple[str, str, int, dict[str, str], dict[str, float], dict[str, str]]]:
        """Id, name, start, params, metrics and tags of each run."""
        rng = random.Random(1)
        params, metrics, tags = self._keys
        for number in range(self.runs):
            yield (
                f"{rng.getrandbits(128):032x}",
                f"run-{number:06}",
                START_MS + number * MINUTE_MS,
                {key: str(rng.choice((0.001, 0.01, 0.1, 1, 10))) for key in params},
                {key: rng.random() for key in metrics},
                {key: rng.choice(("red", "green", "blue")) for key in tags},
            )


def write_ours(uri: str, name: str, data: Flat) -> str:
    """An experiment of such runs in one of our stores; returns its id."""
    engine = open_engine(uri)
    experiment = str(engine.call(CreateExperiment(name)).experiment_id)
    waiting: list[CreateRun | LogBatch | UpdateRun] = []
    for run_id, title, start, params, metrics, tags in data.each():
        waiting += [
            CreateRun(experiment, "ann", title, start, [], run_id),
            LogBatch(
                run_id,
                [Metric(key, value, start, 0) for key, value in metrics.items()],
                [Param(*pair) for pair in params.items()],
                [RunTag(*pair) for pair in tags.items()],
            ),
            UpdateRun(run_id, status="FINISHED", end_time=start + MINUTE_MS),
        ]
        if len(waiting) >= TOGETHER * 3:
            _call(engine, waiting)
    _call(engine, waiting)
    engine.close()
    return experiment


def _call(engine: Engine, waiting: list[CreateRun | LogBatch | UpdateRun]) -> None:
    for answer in engine.call_many(waiting):
        if isinstance(answer, Exception):
            raise answer
    waiting.clear()


def write_theirs(database: Path, name: str, data: Flat) -> str:
    """The same in a SQLite database that mlflow has made; returns the experiment's id."""
    with sqlite3.connect(database) as db:
        location = f"{database.parent}/artifacts"
        row = (name, location, "active", START_MS, START_MS)
        experiment = db.execute(
            "INSERT INTO experiments (name, artifact_location, lifecycle_stage, creation_time, last_update_time)"
            " VALUES (?, ?, ?, ?, ?)",
            row,
        ).lastrowid
        for run_id, title, start, params, metrics, tags in data.each():
            db.execute(
                "INSERT INTO runs (run_uuid, name, source_type, user_id, status, start_time, end_time, lifecycle_stage,"
                " artifact_uri, experiment_id) VALUES (?, ?, 'LOCAL', 'ann', 'FINISHED', ?, ?, 'active', ?, ?)",
                (run_id, title, start, start + MINUTE_MS, f"{location}/{run_id}/artifacts", experiment),
            )
            points = [(key, value, start, 0, 0, run_id) for key, value in metrics.items()]
            for table in ("metrics", "latest_metrics"):
                db.executemany(
                    f"INSERT INTO {table} (key, value, timestamp, step, is_nan, run_uuid) VALUES (?, ?, ?, ?, ?, ?)",
                    points,
                )
            db.executemany("INSERT INTO params VALUES (?, ?, ?)", [(*pair, run_id) for pair in params.items()])
            pairs = [*tags.items(), ("mlflow.runName", title), ("mlflow.user", "ann")]
            db.executemany("INSERT INTO tags VALUES (?, ?, ?)", [(*pair, run_id) for pair in pairs])
    return str(experiment)


def write_keys(uri: str, name: str, *, runs: int, keys: int) -> str:
    """An experiment whose runs have very many metrics; returns its id."""
    engine = open_engine(uri)
    experiment = str(engine.call(CreateExperiment(name)).experiment_id)
    rng = random.Random(2)
    for number in range(runs):
        run_id = uuid.UUID(int=rng.getrandbits(128)).hex
        start = START_MS + number * MINUTE_MS
        metrics = [Metric(f"layer_{n // 10:03}/stat_{n % 10}", rng.random(), start, 0) for n in range(keys)]
        engine.call(CreateRun(experiment, "ann", f"run-{number:03}", start, [], run_id))
        for begin in range(0, keys, 1000):
            engine.call(LogBatch(run_id, metrics[begin : begin + 1000]))
    engine.close()
    return experiment


def write_series(uri: str, name: str, *, runs: int, keys: int, points: int) -> str:
    """An experiment of long series; returns its id.

    Ten different walks are packed once, and each series is one of them: a billion points are not made one by one.
    """
    engine = open_engine(uri)
    experiment = str(engine.call(CreateExperiment(name)).experiment_id)
    rng = np.random.default_rng(3)
    names = [f"curve_{n}" for n in range(keys)]
    walks = [_walk(rng, points) for _ in range(10)]
    for number in range(runs):
        run_id = uuid.UUID(bytes=rng.bytes(16)).hex
        engine.call(CreateRun(experiment, "ann", f"run-{number:03}", START_MS, [], run_id))
        engine.call(LogBatch(run_id, [Metric(key, 0.0, START_MS - 1, -1) for key in names], [Param("n", str(number))]))
        with engine.database.write() as db:
            run = db.row("SELECT id FROM run WHERE uuid = ?", (run_id,))[0]
            for place, key in enumerate(names):
                id_ = db.row("SELECT id FROM key WHERE name = ?", (key,))[0]
                walk = walks[(number + place) % 10]
                free = db.row("SELECT COALESCE(MAX(id), 0) + 1 FROM chunk_data", ())[0]
                db.many(
                    "INSERT INTO chunk_data (id, data) VALUES (?, ?)",
                    [(free + n, one.data) for n, one in enumerate(walk)],
                )
                db.many(
                    "INSERT INTO chunk (run_id, key_id, data_id, first_ms, first_step, last_ms, last_step, n, outline)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    [(run, id_, free + n, *one.where, one.outline) for n, one in enumerate(walk)],
                )
                db.execute(
                    "UPDATE metric_latest SET n = ?, numbers = ?, step = ?, timestamp_ms = ?"
                    " WHERE run_id = ? AND key_id = ?",
                    (points + 1, points + 1, points - 1, START_MS + points, run, id_),
                )
    engine.close()
    return experiment


class _Chunk(NamedTuple):
    where: tuple[int, ...]
    """First and last time and step, and the number of points."""
    data: bytes
    outline: bytes


def _walk(rng: np.random.Generator, points: int) -> list[_Chunk]:
    """The chunks of a walk by chance with a spike."""
    values = np.cumsum(rng.normal(0, 0.01, points)).round(4)
    values[points // 3] += 5
    steps = np.arange(points)
    chunks = []
    for begin in range(0, points, CHUNK):
        part = slice(begin, begin + CHUNK)
        columns = Columns(steps[part], START_MS + steps[part], values[part])
        first, last = int(steps[part][0]), int(steps[part][-1])
        where = (START_MS + first, first, START_MS + last, last, len(columns))
        chunks.append(_Chunk(where, encode_chunk(columns), encode_outline(columns)))
    return chunks


if __name__ == "__main__":  # a process of its own, so that what it needed is gone when the page is measured
    what, uri, *numbers = sys.argv[1:]
    if what == "keys":
        print(write_keys(uri, "many-keys", runs=int(numbers[0]), keys=int(numbers[1])))
    elif what == "series":
        print(write_series(uri, "long-series", runs=int(numbers[0]), keys=int(numbers[1]), points=int(numbers[2])))
    elif what == "ours":
        print(write_ours(uri, f"flat-{numbers[0]}", Flat(*map(int, numbers))))
    else:
        print(write_theirs(Path(uri), f"flat-{numbers[0]}", Flat(*map(int, numbers))))
