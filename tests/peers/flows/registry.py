"""The model registry: models, versions, tags, aliases, stages, search; and a registered model that is loaded."""

from __future__ import annotations

import json
import sys
import warnings
from typing import Any

import numpy as np
from refusals import refused
from sklearn.linear_model import LinearRegression

import mlflow
from mlflow import MlflowClient


def version_shown(version: Any) -> dict[str, Any]:
    return {
        "name": version.name,
        "version": str(version.version),
        "stage": version.current_stage,
        "description": version.description or "",
        "source": version.source.split("/")[0],
        "run": bool(version.run_id),
        "status": version.status,
        "tags": dict(version.tags),
        "aliases": sorted(version.aliases),
    }


def flow() -> dict[str, Any]:
    warnings.simplefilter("ignore")  # stages are deprecated
    client = MlflowClient()
    mlflow.set_experiment("registry")
    model = LinearRegression().fit([[0.0], [1.0], [2.0]], [0.0, 2.0, 4.0])
    with mlflow.start_run() as run:
        info = mlflow.sklearn.log_model(model, name="linear", input_example=np.array([[1.0]]))
        registered = mlflow.sklearn.log_model(model, name="again", registered_model_name="straight")
    by_uri = mlflow.register_model(info.model_uri, "by uri", tags={"a": "b"})
    client.create_registered_model("lonely", tags={"team": "red"}, description="alone")
    client.update_registered_model("lonely", "still alone")
    client.set_registered_model_tag("lonely", "size", "big")
    client.delete_registered_model_tag("lonely", "team")
    client.rename_registered_model("lonely", "hermit")
    hermit = client.get_registered_model("hermit")
    second = client.create_model_version("by uri", info.model_uri, run.info.run_id, description="second")
    client.update_model_version("by uri", second.version, "updated")
    client.set_model_version_tag("by uri", second.version, "k", "v")
    client.set_model_version_tag("by uri", second.version, "gone", "v")
    client.delete_model_version_tag("by uri", second.version, "gone")
    client.set_registered_model_alias("by uri", "champion", 1)
    client.set_registered_model_alias("by uri", "champion", 2)
    client.set_registered_model_alias("by uri", "old", 1)
    client.delete_registered_model_alias("by uri", "old")
    client.transition_model_version_stage("by uri", 1, "Staging")
    client.transition_model_version_stage("by uri", 2, "Production", archive_existing_versions=True)
    loaded = {
        uri: mlflow.pyfunc.load_model(uri).predict(np.array([[3.0]])).tolist()
        for uri in ("models:/by uri/1", "models:/by uri@champion", "models:/by uri/latest", "models:/by uri/Production")
    }
    answer = {
        "registered": [registered.registered_model_version, by_uri.version, by_uri.name],
        "hermit": [hermit.name, hermit.description, dict(hermit.tags), len(hermit.latest_versions)],
        "versions": [
            version_shown(v) for v in client.search_model_versions("name = 'by uri'", order_by=["version_number"])
        ],
        "version": version_shown(client.get_model_version("by uri", "2")),
        "by alias": version_shown(client.get_model_version_by_alias("by uri", "champion")),
        "latest": sorted(str(v.version) for v in client.get_latest_versions("by uri")),
        "aliases": client.get_registered_model("by uri").aliases,
        "models": [m.name for m in client.search_registered_models(order_by=["name DESC"])],
        "filtered": [m.name for m in client.search_registered_models("name LIKE 'by%'")],
        "tagged": [m.name for m in client.search_registered_models("tags.size = 'big'")],
        "pages": [],
        "download": client.get_model_version_download_uri("by uri", "1").split("/")[0],
        "loaded": loaded,
        "native": mlflow.sklearn.load_model("models:/straight/1").predict(np.array([[3.0]])).tolist(),
        "model's tags": sorted(mlflow.get_logged_model(info.model_id).tags),
        "refused": {
            "twice": refused(lambda: client.create_registered_model("hermit")).split(" Error")[0],
            "unknown": refused(lambda: client.get_registered_model("nope")),
            "version": refused(lambda: client.get_model_version("by uri", "99")),
            "alias": refused(lambda: client.get_model_version_by_alias("by uri", "nope")),
            "reserved": refused(lambda: client.set_registered_model_alias("by uri", "latest", 1)),
            "like a version": refused(lambda: client.set_registered_model_alias("by uri", "v1", 1)),
            "stage": refused(lambda: client.transition_model_version_stage("by uri", 1, "Nowhere")),
            "filter": refused(lambda: client.search_model_versions("nothing = 'x'")),
            "source": refused(lambda: client.create_model_version("by uri", "/etc")),
            "empty name": refused(lambda: client.create_registered_model("")),
            "slash": refused(lambda: client.create_registered_model("a/b")),
            "load": refused(lambda: mlflow.pyfunc.load_model("models:/nope/1")),
        },
    }
    token = None
    while True:
        page = client.search_registered_models(max_results=2, page_token=token)
        answer["pages"].append([m.name for m in page])
        token = page.token
        if not token:
            break
    client.delete_model_version("by uri", "1")
    client.delete_registered_model("hermit")
    answer["after"] = [
        [v.version for v in client.search_model_versions("name = 'by uri'")],
        refused(lambda: client.get_registered_model("hermit")),
    ]
    return answer


if __name__ == "__main__":
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        json.dump(flow(), file)
