"""`mlflow gc` removes what was deleted, all of it, and nothing else."""

from __future__ import annotations

import random
import time
import tracemalloc
from pathlib import Path

import pytest

from millrace.artifacts import open_artifacts
from millrace.calls import (
    AppendSpans,
    CreateExperiment,
    CreateLoggedModel,
    CreateRun,
    DeleteExperiment,
    DeleteLoggedModel,
    DeleteRun,
    GetExperiment,
    GetLoggedModel,
    GetRun,
    GetTraceInfoV3,
    LogBatch,
    RestoreRun,
    TracePart,
)
from millrace.cli.gc import age_s
from millrace.engine import Engine, open_engine
from millrace.engine.gc import Selection, choose, remove
from millrace.errors import InvalidParameterValue, ResourceMissing
from millrace.model import Metric, Param, RunTag, Span
from tests.unit.millrace.cli.conftest import Run

_OF_RUNS = """
SELECT m.name, c.name FROM sqlite_schema m JOIN pragma_table_info(m.name) c
WHERE m.type = 'table' AND (c.name = 'run_id' AND c.type = 'BIGINT' OR m.name = 'run' AND c.name = 'id')
"""
"""Every table that has rows of runs, with the column that says of which: also those that are still to come."""


@pytest.fixture
def engine(run: Run, request: pytest.FixtureRequest) -> Engine:
    """The store that commands work on; `run` has made its folder the current one."""
    opened = open_engine("mlruns")
    request.addfinalizer(opened.close)
    return opened


def logged(engine: Engine, experiment_id: str = "0") -> str:
    """A run with a value of each kind and an artifact."""
    info = engine.call(CreateRun(experiment_id)).run.info
    engine.call(LogBatch(info.run_id, [Metric("m", 1.0, 1, 1)], [Param("p", "1")], [RunTag("t", "1")]))
    open_artifacts(info.artifact_uri or "").write("deep/file.txt", b"bytes")
    return info.run_id


def files() -> list[Path]:
    """All artifacts."""
    return [path for path in Path("mlruns").rglob("*") if path.is_file() and not path.name.startswith("millrace.db")]


def by_table(engine: Engine) -> dict[str, int]:
    """How many rows each table has that belong to runs; only tables that have any."""
    with engine.database.read() as db:
        names = [name for name, _ in db.rows(_OF_RUNS)]
    return {name: number for name in names if (number := count(engine, name))}


def count(engine: Engine, table: str) -> int:
    """How many rows a table has."""
    with engine.database.read() as db:
        row = db.row(f"SELECT COUNT(*) FROM {table}")
    assert row is not None
    return int(row[0])


def test_deleted_runs_go_and_active_ones_stay(run: Run, engine: Engine) -> None:
    kept, gone = logged(engine), logged(engine)
    before = by_table(engine)
    assert {"run", "metric_latest", "param", "tag"} <= before.keys()
    engine.call(DeleteRun(gone))
    assert gone in run("gc").stdout
    with pytest.raises(ResourceMissing):
        engine.call(GetRun(gone))
    assert engine.call(GetRun(kept)).run.data.metrics == {"m": 1.0}
    assert [path.parts[2] for path in files()] == [kept]
    # Both runs had the same in each table.
    assert {table: number * 2 for table, number in by_table(engine).items()} == before
    assert not Path("mlruns/0", gone).exists()
    assert run("gc").stdout == ""


def test_named_things_that_are_active_are_refused(run: Run, engine: Engine) -> None:
    active = logged(engine)
    deleted = logged(engine)
    engine.call(DeleteRun(deleted))
    model = engine.call(CreateLoggedModel("0", "m")).model.info.model_id
    for words in (("--run-ids", f"{deleted},{active}"), ("--experiment-ids", "0"), ("--logged-model-ids", model)):
        assert "not in the `deleted` lifecycle stage" in run("gc", *words, fails=1).stderr
    run("gc", "--run-ids", "0" * 32, fails=1)
    # Nothing at all is removed when one of several is refused.
    assert len(files()) == 2
    assert engine.call(GetRun(deleted)).run.data.params == {"p": "1"}


def test_only_what_is_named_goes(run: Run, engine: Engine) -> None:
    one, two = logged(engine), logged(engine)
    experiment = engine.call(CreateExperiment("e")).experiment_id
    engine.call(DeleteExperiment(experiment))
    for id_ in (one, two):
        engine.call(DeleteRun(id_))
    run("gc", "--run-ids", one)
    assert [path.parts[2] for path in files()] == [two]
    assert engine.call(GetExperiment(experiment)).experiment.lifecycle_stage == "deleted"


def test_an_experiment_goes_with_all_that_is_in_it(run: Run, engine: Engine) -> None:
    experiment = engine.call(CreateExperiment("e")).experiment_id
    logged(engine, experiment)
    model = engine.call(CreateLoggedModel(experiment, "m")).model.info
    open_artifacts(model.artifact_uri).write("MLmodel", b"x")
    span = Span("tr-1", "0" * 15 + "1", "step", 1, 2)
    engine.call(AppendSpans(traces=[TracePart("tr-1", experiment, tags={"a": "b"})], spans=[span]))
    location = engine.call(GetTraceInfoV3("tr-1")).trace.trace_info.tags["mlflow.artifactLocation"]
    open_artifacts(location).write("traces.json", b"{}")
    other = logged(engine)
    engine.call(DeleteExperiment(experiment))
    run("gc")
    with pytest.raises(ResourceMissing):
        engine.call(GetExperiment(experiment))
    for table in ("logged_model", "trace", "trace_tag", "span", "span_content"):
        assert count(engine, table) == 0
    assert [path.parts[2] for path in files()] == [other]
    assert not Path("mlruns", experiment).exists()


def test_an_experiment_with_a_restored_run_stays(run: Run, engine: Engine) -> None:
    experiment = engine.call(CreateExperiment("e")).experiment_id
    restored = logged(engine, experiment)
    engine.call(DeleteExperiment(experiment))
    engine.call(RestoreRun(restored))
    run("gc")
    assert "which is active" in run("gc", "--experiment-ids", experiment, fails=1).stderr
    assert engine.call(GetRun(restored)).run.data.params == {"p": "1"}
    assert len(files()) == 1


def test_deleted_models_go(run: Run, engine: Engine) -> None:
    kept, gone = (engine.call(CreateLoggedModel("0", name)).model.info for name in ("kept", "gone"))
    for one in (kept, gone):
        open_artifacts(one.artifact_uri).write("MLmodel", b"x")
    engine.call(DeleteLoggedModel(gone.model_id))
    run("gc", "--logged-model-ids", gone.model_id)
    assert engine.call(GetLoggedModel(kept.model_id)).model.info.name == "kept"
    assert [path.parts[3] for path in files()] == [kept.model_id]


def test_what_is_not_old_enough_stays(run: Run, engine: Engine) -> None:
    id_ = logged(engine)
    engine.call(DeleteRun(id_))
    assert run("gc", "--older-than", "1d").stdout == ""
    assert "more recently" in run("gc", "--older-than", "1d", "--run-ids", id_, fails=1).stderr
    time.sleep(0.02)  # deletions are known to the millisecond
    assert id_ in run("gc", "--older-than", "0.01s").stdout


def test_links_do_not_lead_out(run: Run, engine: Engine, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    (outside / "artifacts").mkdir(parents=True)
    (outside / "artifacts" / "precious.txt").write_text("precious")
    ids = [logged(engine) for _ in range(3)]
    homes = [Path("mlruns/0", id_) for id_ in ids]
    for home in homes:
        (home / "artifacts" / "deep" / "file.txt").unlink()
        (home / "artifacts" / "deep").rmdir()
    (homes[0] / "artifacts" / "link").symlink_to(outside, target_is_directory=True)
    (homes[1] / "artifacts").rmdir()
    (homes[1] / "artifacts").symlink_to(outside / "artifacts", target_is_directory=True)
    (homes[2] / "artifacts").rmdir()
    homes[2].rmdir()
    homes[2].symlink_to(outside, target_is_directory=True)
    for id_ in ids:
        engine.call(DeleteRun(id_))
    run("gc")
    assert count(engine, "run") == 0
    assert (outside / "artifacts" / "precious.txt").read_text() == "precious"


def test_only_a_run_s_own_folder_goes_where_others_keep_files_too(run: Run, engine: Engine, tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    (shared / "other.txt").write_text("other")
    experiment = engine.call(CreateExperiment("e", str(shared))).experiment_id
    id_ = logged(engine, experiment)
    (shared / id_ / "notes.txt").write_text("notes")
    engine.call(DeleteExperiment(experiment))
    run("gc")
    assert sorted(path.name for path in shared.rglob("*") if path.is_file()) == ["notes.txt", "other.txt"]


def test_artifacts_behind_a_server_need_its_destination(run: Run, tmp_path: Path) -> None:
    root = tmp_path / "served"
    engine = open_engine("sqlite:///s.db", artifact_root="mlflow-artifacts:/in")
    info = engine.call(CreateRun("0")).run.info
    at = root / "in" / "0" / info.run_id / "artifacts" / "file.txt"
    at.parent.mkdir(parents=True)
    at.write_text("bytes")
    engine.call(DeleteRun(info.run_id))
    told = run("gc", "--backend-store-uri", "sqlite:///s.db", fails=1).stderr
    assert "--artifacts-destination" in told
    assert engine.call(GetRun(info.run_id)).run.info.lifecycle_stage == "deleted"
    run("gc", "--backend-store-uri", "sqlite:///s.db", "--artifacts-destination", root)
    assert not at.exists()
    assert count(engine, "run") == 0
    engine.close()


def test_the_points_of_a_run_are_dropped_unread(engine: Engine) -> None:
    id_ = engine.call(CreateRun("0")).run.info.run_id
    noise = random.Random(0)
    for start in range(0, 100_000, 1000):
        engine.call(LogBatch(id_, [Metric("m", noise.random(), step, step) for step in range(start, start + 1000)]))
    engine.call(DeleteRun(id_))
    chosen = choose(engine, Selection())
    tracemalloc.start()
    try:
        assert remove(engine, chosen) == chosen
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert most < 100_000 * 2  # as numbers they are 24 bytes each, as compressed chunks about 7
    assert by_table(engine) == {}


def test_what_is_restored_in_between_stays(engine: Engine) -> None:
    id_ = logged(engine)
    engine.call(DeleteRun(id_))
    chosen = choose(engine, Selection())
    engine.call(RestoreRun(id_))
    assert remove(engine, chosen) == []
    assert engine.call(GetRun(id_)).run.data.tags["t"] == "1"


def test_on_postgresql_too(postgres_uri: str, request: pytest.FixtureRequest) -> None:
    engine = open_engine(postgres_uri, artifact_root="elsewhere")
    request.addfinalizer(engine.close)
    kept, gone = logged(engine), logged(engine)
    experiment = engine.call(CreateExperiment("e")).experiment_id
    logged(engine, experiment)
    engine.call(CreateLoggedModel(experiment, "m"))
    engine.call(DeleteExperiment(experiment))
    engine.call(DeleteRun(gone))
    chosen = choose(engine, Selection())
    assert [one.kind for one in chosen] == ["run", "run", "model", "experiment"]
    assert remove(engine, chosen) == chosen
    for call in (GetRun(gone), GetExperiment(experiment)):
        with pytest.raises(ResourceMissing):
            engine.call(call)
    assert engine.call(GetRun(kept)).run.data.params == {"p": "1"}


def test_a_server_s_address_is_no_store(run: Run) -> None:
    assert "--backend-store-uri" in run("gc", "--backend-store-uri", "http://127.0.0.1:1", fails=2).stderr


@pytest.mark.parametrize(
    ("text", "seconds"), [("1d2h3m4.5s", 93784.5), ("30d", 2592000), ("1.5h", 5400), ("2m", 120), ("0s", 0)]
)
def test_ages(text: str, seconds: float) -> None:
    assert age_s(text) == seconds


@pytest.mark.parametrize("text", ["", "1", "1w", "-1d", "1h1d", "1d 2h", "1.2.3d", ".d"])
def test_what_is_no_age(text: str) -> None:
    with pytest.raises(InvalidParameterValue, match=r"1d2h3m4\.5s"):
        age_s(text)
