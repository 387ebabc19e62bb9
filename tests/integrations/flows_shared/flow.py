"""Run one flow, then write all that its store holds, read through the client: `python flow.py FLOW ANSWER`."""

from __future__ import annotations

import json
import os
import re
import runpy
import sys
from pathlib import Path
from typing import Any

import mlflow
from mlflow import MlflowClient
from mlflow.entities import ViewType

CHANGING = re.compile(
    r"time|second|duration|speed|_per_|memory|timestamp|trial_id|^dur$|train_flos|\bpid\b|host", re.IGNORECASE
)
"""Metrics and params whose values differ from one run of a flow to the next."""

IDENTIFIERS = re.compile(r"\b(?:m-)?[0-9a-f]{32}\b|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
READING = "registered_model_meta"
"""A file that MLflow leaves in a model that it loads from the registry, be it in the store itself."""
SHOWN_TAGS = ("mlflow.source.type", "mlflow.autologging", "mlflow.note.content")


def main(flow: str, answer: str) -> None:
    """Run the flow, and write what it left."""
    runpy.run_path(flow, run_name="__main__")
    while mlflow.active_run():
        mlflow.end_run()
    Path(answer).write_text(json.dumps(_store(MlflowClient()), indent=1, sort_keys=True, default=str), "utf-8")


def _store(client: MlflowClient) -> dict[str, Any]:
    found = {}
    for experiment in client.search_experiments():
        runs = client.search_runs([experiment.experiment_id], run_view_type=ViewType.ALL, max_results=500)
        names = {run.info.run_id: _name(run) for run in runs}
        models = client.search_logged_models([experiment.experiment_id])
        described = [_run(client, run, names) for run in runs]
        described.sort(key=lambda each: json.dumps(each, default=str, sort_keys=True))
        found[experiment.name] = {"runs": described, "models": sorted((_model(each) for each in models), key=str)}
    return found


def _name(run: Any) -> str:
    name = run.info.run_name or ""
    return "(made up)" if re.fullmatch(r"[a-z]+-[a-z]+-\d+", name) else _plain(name)


def _run(client: MlflowClient, run: Any, names: dict[str, str]) -> dict[str, Any]:
    tags = {
        key: _plain(value) for key, value in run.data.tags.items() if key in SHOWN_TAGS or not key.startswith("mlflow.")
    }
    parent = run.data.tags.get("mlflow.parentRunId")
    return {
        "name": names[run.info.run_id],
        "status": run.info.status,
        "params": {key: _value(key, value) for key, value in run.data.params.items()},
        "metrics": {key: _history(client, run, key) for key in sorted(run.data.metrics)},
        "tags": tags,
        "parent": names.get(parent) if parent else None,
        "artifacts": sorted(_artifacts(client, run.info.run_id, "")),
        "datasets": [(each.dataset.name, each.dataset.digest) for each in run.inputs.dataset_inputs],
        "outputs": len(run.outputs.model_outputs),
    }


def _value(key: str, value: str) -> str:
    if CHANGING.search(key):
        return "(changes)"
    return _plain(value)


def _plain(value: str) -> str:
    value = value.replace(os.getcwd(), "(folder)")
    value = re.sub(r"0x[0-9a-f]{6,}", "(address)", value)
    value = re.sub(r"\d{4}-\d{2}-\d{2}[ T_]\d{2}[:_-]\d{2}[:_-]\d{2}(\.\d+)?", "(time)", value)
    return IDENTIFIERS.sub("(id)", value)


def _history(client: MlflowClient, run: Any, key: str) -> list[Any]:
    points = sorted(client.get_metric_history(run.info.run_id, key), key=lambda each: (each.step, each.timestamp))
    return [(each.step, "(changes)" if CHANGING.search(key) else round(each.value, 5)) for each in points]


def _artifacts(client: MlflowClient, run_id: str, path: str) -> list[str]:
    found = []
    for each in client.list_artifacts(run_id, path):
        found += _artifacts(client, run_id, each.path) if each.is_dir else [_plain(each.path)]
    return found


def _model(model: Any) -> tuple[str, str, list[str], dict[str, str]]:
    found = (str(each.path) for each in MlflowClient().list_logged_model_artifacts(model.model_id, ""))
    files = sorted(path for path in found if path != READING)
    params = {key: _value(key, value) for key, value in model.params.items()}
    return _plain(model.name), str(model.status), files, params


if __name__ == "__main__":
    main(*sys.argv[1:])
