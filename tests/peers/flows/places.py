"""Where artifacts and models are found by every kind of URI, and where they land when they are downloaded."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from refusals import refused

import mlflow
from mlflow import MlflowClient

PATHS = ("a/b/c.txt", "a/b", "a", "e.txt")
OF_MODEL = ("", "/x", "/x/y", "/x/y/z")


def landed(download: Callable[[str], str]) -> Any:
    """The path that a download gives and the files that it leaves, seen from its folder."""
    folder = tempfile.mkdtemp()
    try:
        given = download(folder)
    except Exception as error:
        return refused(lambda error=error: (_ for _ in ()).throw(error))
    files = sorted(str(one.relative_to(folder)) for one in Path(folder).rglob("*") if one.is_file())
    return [os.path.relpath(given, folder), files]


def paths(found: Any) -> Any:
    return sorted(one.path for one in found)


def make() -> tuple[str, str]:
    """A run with artifacts and a logged model of two files."""
    client = MlflowClient()
    mlflow.set_experiment("places")
    with mlflow.start_run() as run:
        for path in ("a/b/c.txt", "a/b/d.txt", "e.txt"):
            mlflow.log_text(path, path)
        model = mlflow.initialize_logged_model("m")
        folder = Path(tempfile.mkdtemp())
        (folder / "x" / "y").mkdir(parents=True)
        (folder / "x" / "y" / "z").write_text("z")
        (folder / "MLmodel").write_text("flavors: {}")
        client.log_model_artifacts(model.model_id, str(folder))
        mlflow.finalize_logged_model(model.model_id, "READY")
    client.create_registered_model("placed")
    client.create_model_version("placed", f"models:/{model.model_id}", model_id=model.model_id)
    client.set_registered_model_alias("placed", "best", "1")
    return run.info.run_id, model.model_id


def of_run(run_id: str) -> dict[str, Any]:
    client = MlflowClient()
    answer: dict[str, Any] = {}
    for path in ("", *PATHS, "a/b/", "m", "m/x", "m/x/y/z"):
        uri = f"runs:/{run_id}/{path}"
        answer[f"client {path}"] = landed(lambda to, path=path: client.download_artifacts(run_id, path, to))
        answer[f"module {path}"] = landed(
            lambda to, path=path: mlflow.artifacts.download_artifacts(run_id=run_id, artifact_path=path, dst_path=to)
        )
        answer[f"uri {path}"] = landed(lambda to, uri=uri: mlflow.artifacts.download_artifacts(uri, dst_path=to))
        if not path.endswith("/"):
            answer[f"listed by client {path}"] = paths(client.list_artifacts(run_id, path))
            answer[f"listed {path}"] = paths(mlflow.artifacts.list_artifacts(run_id=run_id, artifact_path=path))
        if path and not path.endswith("/"):
            answer[f"listed by uri {path}"] = paths(mlflow.artifacts.list_artifacts(uri))
    answer["new folder"] = landed(lambda to: client.download_artifacts(run_id, "a/b/c.txt", f"{to}/new/er"))
    answer["text of a model"] = mlflow.artifacts.load_text(f"runs:/{run_id}/m/x/y/z")
    return answer


def of_models(model_id: str) -> dict[str, Any]:
    answer: dict[str, Any] = {}
    for kind, root in (
        ("version", "models:/placed/1"),
        ("alias", "models:/placed@best"),
        ("latest", "models:/placed/latest"),
        ("id", f"models:/{model_id}"),
    ):
        for path in OF_MODEL if kind != "id" else ("",):
            uri = root + path
            answer[f"{kind} {path}"] = landed(lambda to, uri=uri: mlflow.artifacts.download_artifacts(uri, dst_path=to))
            answer[f"{kind} listed {path}"] = paths(mlflow.artifacts.list_artifacts(uri))
        folder = tempfile.mkdtemp()
        mlflow.artifacts.download_artifacts(root, dst_path=folder)
        answer[f"{kind} named"] = Path(folder, "registered_model_meta").read_text()
    for uri in ("models:/nobody/1", "models:/placed/7", "models:/placed@nope", "models:/placed/Production"):
        answer[uri] = refused(lambda uri=uri: mlflow.artifacts.download_artifacts(uri)).partition(":")[0]
    return answer


def flow() -> dict[str, Any]:
    run_id, model_id = make()
    answer = {"run": of_run(run_id), "models": of_models(model_id)}
    mlflow.MlflowClient().delete_registered_model("placed")  # other flows list what the server has
    return answer


if __name__ == "__main__":
    answer = flow()
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        json.dump(answer, file)
