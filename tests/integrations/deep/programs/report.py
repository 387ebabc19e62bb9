"""What an experiment holds after a training, in terms that are the same for us and for the real MLflow."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mlflow
from mlflow import MlflowClient

TAGS = ("Mode", "mlflow.autologging", "mlflow.latest_checkpoint_artifact", "extra")


def start(folder: Path) -> None:
    """Log to a folder: ours to a store of ours, the real one to its file store."""
    real = "upstream" in str(mlflow.__file__)
    mlflow.set_tracking_uri(f"file://{folder}/runs" if real else str(folder / "runs"))


def answer(value: Any) -> None:
    """Say what the program found, as its last line."""
    sys.stdout.write("\n" + json.dumps(value, default=str) + "\n")


def _files(client: MlflowClient, run_id: str, path: str | None = None) -> Iterator[str]:
    for each in client.list_artifacts(run_id, path):
        if each.is_dir:
            yield from _files(client, run_id, each.path)
        else:
            yield each.path


def text_of(run_id: str, path: str) -> str:
    """The text of an artifact."""
    return Path(MlflowClient().download_artifacts(run_id, path)).read_text()


def _run(client: MlflowClient, run: Any) -> dict[str, Any]:
    run_id = run.info.run_id
    # The real one stores a point again when it becomes a model's.
    points = {
        key: {(one.step, round(one.value, 4)) for one in client.get_metric_history(run_id, key)}
        for key in run.data.metrics
    }
    datasets = [
        {
            "name": each.dataset.name,
            "digest": each.dataset.digest,
            "schema": each.dataset.schema,
            "profile": each.dataset.profile,
            "context": {tag.key: tag.value for tag in each.tags},
        }
        for each in run.inputs.dataset_inputs
    ]
    files = sorted(_files(client, run_id))
    texts = {path: text_of(run_id, path) for path in files if path.endswith(("summary.txt", ".json"))}
    return {
        "status": run.info.status,
        "params": run.data.params,
        "tags": {key: value for key, value in run.data.tags.items() if key in TAGS},
        "metrics": {key: sorted(each) for key, each in points.items()},
        "files": files,
        "texts": texts,
        "datasets": sorted(datasets, key=str),
        "models": len(run.outputs.model_outputs) if run.outputs else 0,
    }


def _model(model: Any) -> dict[str, Any]:
    found = mlflow.models.get_model_info(f"models:/{model.model_id}") if str(model.status).endswith("READY") else None
    return {
        "name": model.name,
        "status": str(model.status).rpartition(".")[2],
        "params": model.params,
        "metrics": sorted({(one.key, one.step, round(one.value, 4)) for one in model.metrics or ()}),
        "flavors": found.flavors if found else None,
        "signature": found.signature.to_dict() if found and found.signature else None,
        "example": found.saved_input_example_info if found else None,
        "versions": "mlflow.modelVersions" in model.tags,
    }


def of_experiment(name: str) -> dict[str, Any]:
    """All runs, oldest first, and logged models of an experiment."""
    client = MlflowClient()
    experiment = client.get_experiment_by_name(name)
    runs = client.search_runs([experiment.experiment_id], order_by=["attributes.start_time ASC"])
    models = client.search_logged_models([experiment.experiment_id])
    return {
        "runs": [_run(client, run) for run in runs],
        "models": sorted((_model(model) for model in models), key=str),
    }
