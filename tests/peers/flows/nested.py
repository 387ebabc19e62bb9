"""Nested and parallel runs through the fluent API, runs that fail, runs that are opened again."""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from refusals import refused

import mlflow


def child(number: int, parent: str) -> str:
    with mlflow.start_run(run_name=f"thread {number}", nested=True, parent_run_id=parent) as run:
        mlflow.log_metric("number", number)
        mlflow.log_param("number", number)
    return run.info.run_id


def failing() -> str:
    try:
        with mlflow.start_run(run_name="fails") as run:
            mlflow.log_metric("before", 1)
            raise ValueError("on purpose")
    except ValueError:
        return mlflow.get_run(run.info.run_id).info.status


def flow() -> dict[str, Any]:
    experiment = mlflow.set_experiment("nested")
    with mlflow.start_run(run_name="parent", description="the parent", tags={"team": "blue"}) as parent:
        for number in range(3):
            with mlflow.start_run(run_name=f"child {number}", nested=True):
                mlflow.log_metrics({"loss": 1 / (number + 1), "accuracy": number / 3}, step=number)
                mlflow.log_params({"number": number, "text": "a b"})
                mlflow.set_tags({"kind": "child", "odd": number % 2})
                with mlflow.start_run(run_name=f"grandchild {number}", nested=True) as grandchild:
                    mlflow.log_metric("depth", 2)
        not_nested = refused(lambda: mlflow.start_run())
        changed = refused(lambda: [mlflow.log_param("p", 1), mlflow.log_param("p", 2)])
        with ThreadPoolExecutor(4) as pool:
            threads = list(pool.map(lambda number: child(number, parent.info.run_id), range(8)))
    with mlflow.start_run(run_id=parent.info.run_id) as again:
        mlflow.log_metric("later", 2.5, step=7)
    mlflow.start_run(run_name="by hand")
    mlflow.end_run("KILLED")
    killed = mlflow.last_active_run()

    client = mlflow.MlflowClient()
    runs = client.search_runs([experiment.experiment_id], order_by=["attributes.run_name ASC"])
    names = {run.info.run_id: run.info.run_name for run in runs}
    return {
        "same run": again.info.run_id == parent.info.run_id,
        "status": failing(),
        "killed": killed.info.status,
        "not nested": not_nested,
        "changed": changed,
        "unknown": refused(lambda: mlflow.start_run(run_id="0" * 32)),
        "active": mlflow.active_run() is None,
        "threads": len(set(threads)),
        "grandchild's parent": names[client.get_run(grandchild.info.run_id).data.tags["mlflow.parentRunId"]],
        "parent of grandchild": client.get_parent_run(grandchild.info.run_id).info.run_name,
        "runs": [
            {
                "name": run.info.run_name,
                "status": run.info.status,
                "parent": names.get(run.data.tags.get("mlflow.parentRunId", "")),
                "metrics": dict(run.data.metrics),
                "params": dict(run.data.params),
                "tags": {key: value for key, value in run.data.tags.items() if key != "mlflow.parentRunId"},
                "ended": run.info.end_time is not None,
            }
            for run in runs
        ],
        "children": sorted(
            run.info.run_name
            for run in mlflow.search_runs(
                search_all_experiments=True,
                filter_string=f"tags.mlflow.parentRunId = '{parent.info.run_id}'",
                output_format="list",
            )
        ),
    }


if __name__ == "__main__":
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        json.dump(flow(), file)
