"""Logged models: initialised, finalised, tagged, measured, searched, external, deleted."""

from __future__ import annotations

import json
import sys
from typing import Any

from refusals import refused

import mlflow
from mlflow import MlflowClient


def shown(model: Any) -> dict[str, Any]:
    return {
        "name": model.name,
        "status": str(model.status),
        "type": model.model_type,
        "params": dict(model.params or {}),
        "tags": dict(model.tags or {}),
        "metrics": sorted([m.key, m.value, m.step, m.dataset_name, m.dataset_digest] for m in model.metrics or []),
        "source": bool(model.source_run_id),
        "location": model.artifact_location.replace(model.model_id, "MODEL").split("/")[-3:],
    }


def flow() -> dict[str, Any]:
    client = MlflowClient()
    experiment = mlflow.set_experiment("logged models").experiment_id
    with mlflow.start_run() as run:
        first = mlflow.initialize_logged_model("first", model_type="tree", params={"depth": "3"}, tags={"team": "red"})
        mlflow.log_metric("acc", 0.75, step=2, timestamp=5, model_id=first.model_id)
        mlflow.log_metric("acc", 0.5, step=1, timestamp=4, model_id=first.model_id)
        mlflow.log_model_params({"more": "yes"}, model_id=first.model_id)
    before = shown(mlflow.get_logged_model(first.model_id))
    mlflow.finalize_logged_model(first.model_id, "READY")
    mlflow.set_logged_model_tags(first.model_id, {"team": "blue", "gone": "x"})
    mlflow.delete_logged_model_tag(first.model_id, "gone")
    second = client.create_logged_model(experiment, name="second", params={"depth": "5"})
    client.finalize_logged_model(second.model_id, "FAILED")
    external = mlflow.create_external_model(name="outside", params={"where": "there"}, model_type="agent")
    doomed = client.create_logged_model(experiment, name="doomed")
    client.delete_logged_model(doomed.model_id)
    unnamed = client.create_logged_model(experiment)

    def names(**options: Any) -> list[str]:
        found = client.search_logged_models([experiment], **options)
        return [model.name for model in found if model.name in ("first", "second", "outside", "doomed")]

    pages, token = 0, None
    while True:
        page = client.search_logged_models([experiment], max_results=2, page_token=token)
        pages, token = pages + 1, page.token
        if not token:
            break
    mlflow.set_active_model(name="active one")
    active = mlflow.get_active_model_id()
    mlflow.clear_active_model()
    frame = mlflow.search_logged_models([experiment], filter_string="name = 'first'")
    return {
        "before": before,
        "after": shown(mlflow.get_logged_model(first.model_id)),
        "second": shown(client.get_logged_model(second.model_id)),
        "external": shown(mlflow.get_logged_model(external.model_id)),
        "unnamed": bool(unnamed.name),
        "last": mlflow.last_logged_model().name,
        "run's metrics": dict(client.get_run(run.info.run_id).data.metrics),
        "active": mlflow.get_logged_model(active).name,
        "searched": names(order_by=[{"field_name": "name"}]),
        "by param": names(filter_string="params.depth = '3'"),
        "by metric": names(filter_string="metrics.acc > 0.6"),
        "by name": names(filter_string="name LIKE 's%'"),
        "by metric descending": names(
            order_by=[{"field_name": "metrics.acc", "ascending": False}, {"field_name": "name"}]
        ),
        "pages": pages,
        "columns": sorted(frame.columns),
        "rows": len(frame),
        "refused": {
            "deleted": refused(lambda: client.get_logged_model(doomed.model_id)).replace(doomed.model_id, "MODEL"),
            "unknown": refused(lambda: client.get_logged_model("m-nope")),
            "name": refused(lambda: client.create_logged_model(experiment, name="a/b")),
            "status": refused(lambda: client.finalize_logged_model(first.model_id, "DONE")) != "accepted",
            "filter": refused(lambda: names(filter_string="foo.bar = 'x'")),
            "order": refused(lambda: names(order_by=[{"field_name": "nothing"}])),
        },
    }


if __name__ == "__main__":
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        json.dump(flow(), file)
