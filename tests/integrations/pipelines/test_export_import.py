"""mlflow-export-import moves an experiment from a server of MLflow to one of ours, and back, by either client."""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integrations.flows_shared.running import settings_of
from tests.serving import awaited

pytestmark = pytest.mark.timeout(600)

FILL = """
import sys, mlflow
mlflow.set_experiment(sys.argv[1])
mlflow.set_experiment_tag("team", "blue")
with mlflow.start_run(run_name="parent", description="a note"):
    mlflow.log_params({"rate": 0.1, "text": "ü ✓"})
    for step in range(40):
        mlflow.log_metric("loss", 1 / (step + 1), step=step)
    mlflow.log_metric("big", 1e300)
    mlflow.log_text("hello", "notes/note.txt")
    mlflow.log_dict({"a": [1, 2]}, "plain.json")
    with mlflow.start_run(run_name="child", nested=True):
        mlflow.set_tag("kind", "small")
        mlflow.log_text("small", "size.txt")
        mlflow.log_metric("loss", -1.5, step=-3)
"""

EXPORT = """
import sys, mlflow
from mlflow_export_import.experiment.export_experiment import ExperimentExporter
ExperimentExporter(mlflow.MlflowClient()).export_experiment(sys.argv[1], sys.argv[2])
"""

IMPORT = """
import sys, mlflow
from mlflow_export_import.experiment.import_experiment import ExperimentImporter
ExperimentImporter(mlflow.MlflowClient()).import_experiment(sys.argv[1], sys.argv[2])
"""

READ = """
import json, os, sys, mlflow
from mlflow.artifacts import download_artifacts
client = mlflow.MlflowClient()
experiment = client.get_experiment_by_name(sys.argv[1])
runs = client.search_runs([experiment.experiment_id])
found = {}
for run in runs:
    files = download_artifacts(run_id=run.info.run_id)
    tags = {key: value for key, value in run.data.tags.items() if key in ("kind", "mlflow.note.content")}
    found[run.info.run_name] = {
        "params": run.data.params,
        "tags": tags,
        "metrics": {
            key: sorted((each.step, each.value) for each in client.get_metric_history(run.info.run_id, key))
            for key in run.data.metrics
        },
        "files": sorted(
            (os.path.relpath(os.path.join(folder, name), files), open(os.path.join(folder, name)).read())
            for folder, _, inside in os.walk(files) for name in inside
        ),
    }
open(sys.argv[2], "w").write(json.dumps(found))
"""


@contextlib.contextmanager
def serving(sdk: str, folder: Path) -> Iterator[str]:
    """The address of the server of an SDK on a store of its own."""
    folder.mkdir()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    store = [
        "--backend-store-uri",
        f"sqlite:///{folder}/store.db",
        "--artifacts-destination",
        str(folder / "artifacts"),
    ]
    command = [sys.executable, "-m", "mlflow", "server", "--port", str(port), "--workers", "1", *store]
    log = folder / "server.log"
    with log.open("w") as written:
        process = subprocess.Popen(
            command, cwd=folder, env=settings_of(sdk, folder), stdout=written, stderr=subprocess.STDOUT
        )
        try:
            awaited(f"http://127.0.0.1:{port}", process, log, seconds=240)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(60)


def run(sdk: str, url: str, code: str, experiment: str, path: Path) -> None:
    """Run a script about an experiment of a server by an SDK."""
    settings = {**settings_of(sdk, path.parent), "MLFLOW_TRACKING_URI": url, "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2"}
    done = subprocess.run(
        [sys.executable, "-c", code, experiment, str(path)],
        cwd=path.parent,
        env=settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-5000:]


def read(sdk: str, url: str, experiment: str, path: Path) -> Any:
    """What a server has of an experiment, by run; not whose child a run is, which gets another id."""
    run(sdk, url, READ, experiment, path)
    return json.loads(path.read_text())


def test_an_experiment_moves_there_and_back(tmp_path: Path) -> None:
    with serving("mlflow", tmp_path / "theirs") as theirs, serving("millrace", tmp_path / "ours") as ours:
        # Each client also talks to the other's server, so that all four pairs are used.
        run("mlflow", theirs, FILL, "going", tmp_path / "unused")
        run("millrace", ours, FILL, "coming", tmp_path / "unused")
        run("millrace", theirs, EXPORT, "going", tmp_path / "going")
        run("mlflow", ours, IMPORT, "going", tmp_path / "going")
        run("mlflow", ours, EXPORT, "coming", tmp_path / "coming")
        run("millrace", theirs, IMPORT, "coming", tmp_path / "coming")
        expected = read("mlflow", theirs, "going", tmp_path / "expected.json")
        assert len(expected["parent"]["metrics"]["loss"]) == 40
        assert read("millrace", ours, "going", tmp_path / "there.json") == expected
        assert read("mlflow", theirs, "coming", tmp_path / "back.json") == expected
