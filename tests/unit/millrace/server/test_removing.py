"""Runs that are purged through a server: which artifacts go with them."""

from __future__ import annotations

from pathlib import Path

from millrace.artifacts import LocalArtifacts
from millrace.calls import ChangeRuns, CreateExperiment, CreateRun
from millrace.engine import open_engine
from millrace.server.places import Places
from millrace.server.removing import change_runs


def test_artifacts_below_served_roots_go_and_others_stay(tmp_path: Path) -> None:
    store = open_engine(str(tmp_path / "store"), home_as="mlflow-artifacts:")
    served, rooted, outside = tmp_path / "served", tmp_path / "rooted", tmp_path / "outside"
    places = Places(LocalArtifacts(served), (str(rooted),))
    folders = {}
    for location, root in (("", served), (str(rooted), rooted), (str(outside), outside), ("s3://bucket/x", None)):
        experiment = store.call(CreateExperiment(f"at {location}", location)).experiment_id
        run_id = store.call(CreateRun(experiment)).run.info.run_id
        if root is not None:
            below = root / experiment if root is served else root
            (below / run_id / "artifacts" / "d").mkdir(parents=True)
            (below / run_id / "artifacts" / "d" / "a.txt").write_bytes(b"hi")
            folders[run_id] = below / run_id / "artifacts" / "d"
        else:
            folders[run_id] = Path("nowhere")
    ids = list(folders)
    assert change_runs(store, places, ChangeRuns("purge", ids)).run_ids == []
    assert [folder.exists() for folder in folders.values()] == [True, True, True, False]
    assert change_runs(store, places, ChangeRuns("delete", ids)).run_ids == ids
    answer = change_runs(store, places, ChangeRuns("purge", ids))
    assert answer.run_ids == ids
    assert answer.artifact_uris == [f"{outside}/{ids[2]}/artifacts", f"s3://bucket/x/{ids[3]}/artifacts"]
    assert [folder.exists() for folder in folders.values()] == [False, False, True, False]
    assert not (rooted / ids[1]).exists()
    assert rooted.exists()
    store.close()
