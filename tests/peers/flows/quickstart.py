"""The documented quickstart: autologging, then logging by hand, then loading the model back."""

from __future__ import annotations

import json
import sys
from typing import Any

import numpy as np
from sklearn import datasets
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split

import mlflow
from mlflow import MlflowClient

PARAMS = {"solver": "lbfgs", "max_iter": 1000, "random_state": 8888}


def files(client: MlflowClient, run_id: str, path: str | None = None) -> list[str]:
    found: list[str] = []
    for one in client.list_artifacts(run_id, path):
        found += files(client, run_id, one.path) if one.is_dir else [one.path]
    return sorted(found)


def described(client: MlflowClient, run_id: str) -> dict[str, Any]:
    run = client.get_run(run_id)
    return {
        "status": run.info.status,
        "named": bool(run.info.run_name),
        "params": dict(run.data.params),
        "metrics": {key: round(value, 6) for key, value in run.data.metrics.items()},
        "tags": {key: value for key, value in run.data.tags.items() if key != "mlflow.runName"},
        "artifacts": files(client, run_id),
        "inputs": [
            {
                "name": one.dataset.name,
                "digest": one.dataset.digest,
                "source_type": one.dataset.source_type,
                "schema": json.loads(one.dataset.schema),
                "profile": json.loads(one.dataset.profile),
                "tags": {tag.key: tag.value for tag in one.tags},
            }
            for one in run.inputs.dataset_inputs
        ],
        "outputs": len(run.outputs.model_outputs),
    }


def model_described(model_id: str) -> dict[str, Any]:
    model = mlflow.get_logged_model(model_id)
    return {
        "name": model.name,
        "status": str(model.status),
        "model_type": model.model_type,
        "params": dict(model.params),
        "metrics": sorted((metric.key, round(metric.value, 6)) for metric in model.metrics or []),
        "tags": {key: value for key, value in model.tags.items() if key != "mlflow.model.size_bytes"},
    }


def flow() -> dict[str, Any]:
    mlflow.set_experiment("MLflow Quickstart")
    client = MlflowClient()
    features, labels = datasets.load_iris(return_X_y=True)
    train, test, train_labels, test_labels = train_test_split(features, labels, test_size=0.2, random_state=42)

    mlflow.sklearn.autolog()
    with mlflow.start_run() as automatic:
        fitted = LogisticRegression(**PARAMS).fit(train, train_labels)
        accuracy_score(test_labels, fitted.predict(test))
    mlflow.sklearn.autolog(disable=True)
    auto_model = client.get_run(automatic.info.run_id).outputs.model_outputs[0].model_id

    with mlflow.start_run() as manual:
        mlflow.log_params(PARAMS)
        lr = LogisticRegression(**PARAMS).fit(train, train_labels)
        info = mlflow.sklearn.log_model(sk_model=lr, name="iris_model", input_example=train[:2])
        predicted = lr.predict(test)
        mlflow.log_metric("accuracy", accuracy_score(test_labels, predicted))
        mlflow.set_tag("Training Info", "Basic LR model for iris data")

    loaded = mlflow.pyfunc.load_model(info.model_uri)
    automatic_again = mlflow.pyfunc.load_model(f"models:/{auto_model}")
    native = mlflow.sklearn.load_model(info.model_uri)
    metadata = mlflow.models.get_model_info(f"models:/{auto_model}")
    return {
        "automatic": described(client, automatic.info.run_id),
        "automatic model": model_described(auto_model),
        "automatic signature": metadata.signature.to_dict(),
        "automatic flavors": sorted(metadata.flavors),
        "manual": described(client, manual.info.run_id),
        "manual model": model_described(info.model_id),
        "manual signature": info.signature.to_dict(),
        "manual model uri": info.model_uri,
        "predictions": loaded.predict(test).tolist(),
        "predictions agree": bool(
            np.array_equal(native.predict(test), predicted) and np.array_equal(automatic_again.predict(test), predicted)
        ),
        "runs by search": len(mlflow.search_runs(output_format="list")),
        "columns by search": sorted(
            name for name in mlflow.search_runs().columns if name.startswith(("metrics.", "params.", "tags."))
        ),
    }


if __name__ == "__main__":
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        json.dump(flow(), file)
