"""A plugin with one of each kind, at work: in the folder given first; the answer goes to the file given second."""

from __future__ import annotations

import http.server
import json
import os
import sys
import tempfile
import threading
import warnings
from pathlib import Path
from typing import Any

from refusals import refused

import mlflow
import mlflow.data
from mlflow import MlflowClient
from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository


def stores(folder: Path) -> dict[str, Any]:
    uri = f"plugged://{folder}/tracking"
    mlflow.set_tracking_uri(uri)
    client = MlflowClient()
    experiment = client.create_experiment("plugged", artifact_location="shelf://box/experiment")
    mlflow.set_experiment("plugged")
    with mlflow.start_run(run_name="one") as run:
        mlflow.log_param("p", 1)
        mlflow.log_metrics({"m": 0.5}, step=1)
        mlflow.log_metric("n", 2)
        mlflow.set_tag("t", "v")
        mlflow.log_text("text", "folder/a.txt")
        (folder / "file.bin").write_bytes(b"\0\1")
        mlflow.log_artifact(str(folder / "file.bin"))
    found = client.get_run(run.info.run_id)
    down = mlflow.artifacts.download_artifacts(
        run_id=run.info.run_id, artifact_path="folder/a.txt", dst_path=tempfile.mkdtemp()
    )
    return {
        "metrics": found.data.metrics,
        "params": found.data.params,
        "tags": {key: found.data.tags[key] for key in ("t", "plugin.context", "mlflow.source.name", "mlflow.runName")},
        "status": found.info.status,
        "where": found.info.artifact_uri.startswith("shelf://box/experiment/"),
        "history": [[m.value, m.step] for m in client.get_metric_history(run.info.run_id, "m")],
        "searched": [
            one.info.run_name for one in client.search_runs([experiment], "metrics.m > 0.1 and params.p = '1'")
        ],
        "frame": mlflow.search_runs([experiment])["metrics.n"].tolist(),
        "experiments": sorted(one.name for one in client.search_experiments()),
        "listed": [[one.path, one.is_dir, one.file_size] for one in client.list_artifacts(run.info.run_id)],
        "listed below": [one.path for one in client.list_artifacts(run.info.run_id, "folder")],
        "text": mlflow.artifacts.load_text(f"runs:/{run.info.run_id}/folder/a.txt"),
        "down": [Path(down).name, Path(down).read_text()],
        "absent": refused(lambda: client.get_run("0" * 32)).partition(":")[0],
    }


def registry(folder: Path) -> dict[str, Any]:
    os.environ["PLUGIN_MODEL"] = str(folder / "model")
    (folder / "model").mkdir()
    (folder / "model" / "MLmodel").write_text("flavors: {}")
    client = MlflowClient(registry_uri="catalog://here")
    model = client.get_registered_model("m")
    return {
        "model": [model.name, model.description],
        "uri": Path(client.get_model_version_download_uri("m", "1")).name,
    }


def repositories(folder: Path) -> dict[str, Any]:
    (folder / "locally").mkdir()
    (folder / "locally" / "a.txt").write_text("a")
    shelf = get_artifact_repository("shelf://box/direct")
    shelf.log_artifact(str(folder / "locally" / "a.txt"), "deep")
    answer = {
        "kind": type(shelf).__name__,
        "listed": [one.path for one in shelf.list_artifacts("deep")],
        "down": os.path.basename(shelf.download_artifacts("deep/a.txt")),
        "all down": sorted(one.name for one in Path(shelf.download_artifacts("")).rglob("*")),
        "by uri": mlflow.artifacts.load_text("shelf://box/direct/deep/a.txt"),
        "listed by uri": [one.path for one in mlflow.artifacts.list_artifacts("shelf://box/direct/deep")],
        "unknown scheme": refused(lambda: get_artifact_repository("nope://x")).partition(" ")[0],
    }
    shelf.delete_artifacts("deep")
    answer["deleted"] = shelf.list_artifacts("deep")
    return answer


def requests() -> dict[str, Any]:
    """The headers that a server gets."""
    got: list[dict[str, Any]] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            got.append({name: self.headers.get(name) for name in ("X-Plugin", "X-Stamp")})
            body = b'{"experiment": {"experiment_id": "0", "name": "x", "lifecycle_stage": "active"}}'
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    client = MlflowClient(f"http://127.0.0.1:{server.server_address[1]}")
    client.get_experiment("0")
    os.environ["MLFLOW_TRACKING_AUTH"] = "stamp"
    client.get_experiment("0")
    os.environ["MLFLOW_TRACKING_AUTH"] = "nobody"
    client.get_experiment("0")
    del os.environ["MLFLOW_TRACKING_AUTH"]
    server.shutdown()
    return {"got": got}


def datasets() -> dict[str, Any]:
    resolved = mlflow.data.from_pandas(mlflow.data.from_numbers(2).df, source="shelf:of books", name="n")
    return {
        "made": mlflow.data.from_numbers(3, name="three").to_dict(),
        "resolved": [type(resolved.source).__name__, resolved.source.to_json(), resolved.source.load()],
        "read": type(mlflow.data.get_source(resolved._to_mlflow_entity())).__name__,
        "known": hasattr(mlflow.data, "from_nothing"),
    }


def experiments(folder: Path) -> dict[str, Any]:
    mlflow.set_tracking_uri(f"plugged://{folder}/other")
    chosen = MlflowClient().create_experiment("chosen by the plugin")
    os.environ["PLUGIN_EXPERIMENT"] = chosen
    for name in ("MLFLOW_EXPERIMENT_ID", "MLFLOW_EXPERIMENT_NAME"):
        os.environ.pop(name, None)
    with mlflow.start_run() as run:
        pass
    return {"chosen": run.info.experiment_id == chosen}


def flow(folder: Path) -> dict[str, Any]:
    warnings.simplefilter("ignore")
    chosen = experiments(folder)
    del os.environ["PLUGIN_EXPERIMENT"]
    answer = {
        "experiments": chosen,
        "stores": stores(folder),
        "registry": registry(folder),
        "repositories": repositories(folder),
        "requests": requests(),
        "datasets": datasets(),
    }
    notes = Path(os.environ["PLUGIN_NOTES"]).read_text().splitlines()
    return {**answer, "notes": sorted({note.partition(" ")[0] for note in notes})}


if __name__ == "__main__":
    answer = flow(Path(sys.argv[1]))
    with open(sys.argv[2], "w", encoding="utf-8") as file:
        json.dump(answer, file)
