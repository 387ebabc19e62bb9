"""Artifacts up and down: files, folders, texts, dictionaries, figures, tables."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from refusals import kind

import mlflow
from mlflow import MlflowClient


def tree(client: MlflowClient, run_id: str, path: str | None = None) -> list[Any]:
    found: list[Any] = []
    for one in client.list_artifacts(run_id, path):
        found.append([one.path, one.is_dir, one.file_size or 0])
        if one.is_dir:
            found += tree(client, run_id, one.path)
    return sorted(found)


def refused(action: Any) -> str:
    try:
        action()
    except Exception as error:
        return kind(error)
    return "accepted"


def local_tree(folder: str) -> list[Any]:
    files = sorted(path for path in Path(folder).rglob("*") if path.is_file())
    return [[str(path.relative_to(folder)), hashlib.sha256(path.read_bytes()).hexdigest()[:8]] for path in files]


def flow() -> dict[str, Any]:
    client = MlflowClient()
    mlflow.set_experiment("artifacts")
    work = Path(tempfile.mkdtemp())
    (work / "one.txt").write_text("one")
    (work / "folder" / "deep").mkdir(parents=True)
    (work / "folder" / "two.bin").write_bytes(bytes(range(256)))
    (work / "folder" / "deep" / "with space.txt").write_text("three")
    (work / "folder" / "empty").write_bytes(b"")
    (work / "big").write_bytes(os.urandom(1) * 5_000_000)
    with mlflow.start_run() as run:
        mlflow.log_artifact(str(work / "one.txt"))
        mlflow.log_artifact(str(work / "one.txt"), artifact_path="put/here")
        mlflow.log_artifact(str(work / "folder"), artifact_path="whole")
        mlflow.log_artifacts(str(work / "folder"), artifact_path="content")
        mlflow.log_artifact(str(work / "big"))
        mlflow.log_text("some text", "texts/a.txt")
        mlflow.log_text("<b>html</b>", "texts/a.html")
        mlflow.log_dict({"a": [1, 2], "b": None}, "dicts/a.json")
        mlflow.log_dict({"a": [1, 2], "b": None}, "dicts/a.yaml")
        mlflow.log_dict({"a": 1}, "dicts/a")
        mlflow.log_table({"x": [1, 2], "y": ["a", "b"]}, "tables/t.json")
        mlflow.log_table(pd.DataFrame({"x": [3], "y": ["c"]}), "tables/t.json")
        mlflow.log_image(np.zeros((4, 4, 3), dtype=np.uint8), "images/black.png")
        uri = mlflow.get_artifact_uri("texts/a.txt")
    id_ = run.info.run_id
    down = client.download_artifacts(id_, "", tempfile.mkdtemp())
    one = mlflow.artifacts.download_artifacts(artifact_uri=f"runs:/{id_}/content/two.bin")
    return {
        "tree": [row for row in tree(client, id_) if not row[0].startswith("images")],
        "images": [row[0] for row in tree(client, id_) if row[0].startswith("images")],
        "listed file": [one.path for one in client.list_artifacts(id_, "one.txt")],
        "listed nothing": client.list_artifacts(id_, "nothing"),
        "down": [row for row in local_tree(down) if row[0] not in ("big", "images/black.png")],
        "one": hashlib.sha256(Path(one).read_bytes()).hexdigest(),
        "text": mlflow.artifacts.load_text(f"runs:/{id_}/texts/a.txt"),
        "dict": mlflow.artifacts.load_dict(f"runs:/{id_}/dicts/a.json"),
        "image": mlflow.artifacts.load_image(f"runs:/{id_}/images/black.png").size,
        "table": mlflow.load_table("tables/t.json", run_ids=[id_]).to_dict("list"),
        "uri": uri.replace(id_, "RUN").split("/")[-3:],
        "listed by module": sorted(one.path for one in mlflow.artifacts.list_artifacts(run_id=id_)),
        "refused": {
            "absent": refused(lambda: mlflow.artifacts.load_text(f"runs:/{id_}/nope.txt")),
            "absent file": refused(lambda: client.log_artifact(id_, "/no/such/file")),
            "up": refused(lambda: client.list_artifacts(id_, "../..")),
            "text up": refused(lambda: client.log_text(id_, "x", "../../x.txt")),
        },
    }


if __name__ == "__main__":
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        json.dump(flow(), file)
