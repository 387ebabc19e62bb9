"""What a run and its models hold, read through the public API of whichever `mlflow` there is; and how a flow is run."""

from __future__ import annotations

import json
import re
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mlflow
from mlflow import MlflowClient


def run_flows(*flows: Callable[[], Any]) -> None:
    """Run flows, each in an experiment of its name, and write what its runs hold to the file that argument 1 names."""
    found = {}
    for flow in flows:
        mlflow.set_experiment(flow.__name__)
        answer = flow()
        found[flow.__name__] = {"answer": answer, "runs": _runs(flow.__name__)}
        while mlflow.active_run():
            mlflow.end_run()
    Path(sys.argv[1]).write_text(json.dumps(found, sort_keys=True, default=str))


def _runs(experiment: str) -> list[dict[str, Any]]:
    client = MlflowClient()
    known = client.get_experiment_by_name(experiment)
    runs = client.search_runs([known.experiment_id], order_by=["attributes.start_time ASC"])
    return [_run(client, run) for run in sorted(runs, key=_place)]


def _place(run: Any) -> list[tuple[str, str]]:
    """Children of a search start in the same millisecond: they come behind all others, by their params."""
    return sorted(run.data.params.items()) if "mlflow.parentRunId" in run.data.tags else []


def _run(client: MlflowClient, run: Any) -> dict[str, Any]:
    run_id = run.info.run_id
    histories = {}
    for key in run.data.metrics:
        points = {
            (point.step, _rounded(point.value), bool(point.model_id), point.dataset_name or "")
            for point in client.get_metric_history(run_id, key)
        }
        histories[key] = sorted(points)
    outputs = run.outputs.model_outputs if run.outputs else []
    return {
        "status": run.info.status,
        "params": run.data.params,
        "metrics": histories,
        "tags": {key: value for key, value in run.data.tags.items() if _is_said(key)},
        "inputs": sorted((_input(each) for each in run.inputs.dataset_inputs), key=str),
        "artifacts": sorted(_paths(client, run_id, "")),
        "texts": {path: _text(run_id, path) for path in _paths(client, run_id, "") if path.endswith((".json", ".txt"))},
        "models": [_model(client, each.model_id, each.step) for each in outputs],
    }


def _rounded(value: float) -> float:
    # MLflow's SQL store keeps the greatest number in place of infinity.
    return min(round(value, 9), 1.7976931348623157e308)


def _is_said(tag: str) -> bool:
    return tag not in ("mlflow.user", "mlflow.runName", "mlflow.log-model.history") and not tag.startswith(
        "mlflow.source"
    )


def _input(each: Any) -> dict[str, Any]:
    held = each.dataset
    tags = {tag.key: tag.value for tag in each.tags}
    return {"name": held.name, "digest": held.digest, "type": held.source_type, "schema": held.schema, "tags": tags}


def _paths(client: MlflowClient, run_id: str, folder: str) -> list[str]:
    found = []
    for each in client.list_artifacts(run_id, folder or None):
        found += _paths(client, run_id, each.path) if each.is_dir else [each.path]
    return found


def _text(run_id: str, path: str) -> Any:
    with tempfile.TemporaryDirectory() as scratch:
        file = mlflow.artifacts.download_artifacts(run_id=run_id, artifact_path=path, dst_path=scratch)
        text = Path(file).read_text()
        return json.loads(text) if path.endswith(".json") else re.sub(r"\b\d\d:\d\d:\d\d\b", "<time>", text)


def _model(client: MlflowClient, model_id: str, step: int) -> dict[str, Any]:
    logged = client.get_logged_model(model_id)
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(mlflow.artifacts.download_artifacts(f"models:/{model_id}", dst_path=scratch))
        return {
            "name": logged.name,
            "step": step,
            "status": str(logged.status),
            "params": logged.params,
            "metrics": _last(logged.metrics or ()),
            **directory(path),
        }


def _last(points: Any) -> dict[str, Any]:
    """The last point of each metric: MLflow's model holds all of them."""
    found: dict[str, Any] = {}
    for point in sorted(points, key=lambda point: point.step):
        found[point.key] = [point.step, _rounded(point.value), point.dataset_name or ""]
    return found


def directory(path: Path) -> dict[str, Any]:
    """What a model's directory holds."""
    described = mlflow.models.Model.load(str(path)).to_dict()
    volatile = ("model_uuid", "model_id", "run_id", "artifact_path", "utc_time_created", "model_size_bytes")
    return {
        "files": sorted(str(each.relative_to(path)) for each in path.rglob("*") if _is_kept(each)),
        "requirements": sorted((path / "requirements.txt").read_text().split()),
        "MLmodel": {key: value for key, value in described.items() if key not in volatile},
    }


def write_answer(answer: Any) -> None:
    """Write what a script found to the file that argument 1 names."""
    Path(sys.argv[1]).write_text(json.dumps(answer, sort_keys=True, default=str))


def _is_kept(path: Path) -> bool:
    # MLflow writes the former when it downloads a model.
    return path.is_file() and path.name != "registered_model_meta" and "__pycache__" not in path.parts
