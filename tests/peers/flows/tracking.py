"""Everything that MlflowClient does with experiments, runs, metrics, params, tags and datasets; and what it refuses."""

from __future__ import annotations

import json
import math
import sys
from typing import Any

import numpy as np
from refusals import refused

import mlflow
from mlflow import MlflowClient
from mlflow.entities import Metric, Param, RunTag, ViewType


def experiments(client: MlflowClient) -> dict[str, Any]:
    made = client.create_experiment("made", tags={"team": "blue"})
    client.create_experiment("elsewhere", artifact_location="mlflow-artifacts:/elsewhere")
    before = client.get_experiment(made)
    client.rename_experiment(made, "renamed")
    client.set_experiment_tag(made, "color", "red")
    client.set_experiment_tag(made, "gone", "x")
    client.delete_experiment_tag(made, "gone")
    client.delete_experiment(made)
    deleted = client.get_experiment(made)
    listed = [one.name for one in client.search_experiments(view_type=ViewType.DELETED_ONLY)]
    client.restore_experiment(made)
    after = client.get_experiment_by_name("renamed")
    pages = []
    for number in range(5):
        client.create_experiment(f"page {number}")
    token = None
    while True:
        page = client.search_experiments(max_results=2, filter_string="name LIKE 'page%'", page_token=token)
        pages.append([one.name for one in page])
        token = page.token
        if not token:
            break
    return {
        "before": [
            before.name,
            before.lifecycle_stage,
            dict(before.tags),
            before.artifact_location.endswith(f"/{made}"),
        ],
        "deleted": [deleted.lifecycle_stage, listed],
        "after": [after.experiment_id == made, after.lifecycle_stage, dict(after.tags)],
        "elsewhere": client.get_experiment_by_name("elsewhere").artifact_location,
        "absent": client.get_experiment_by_name("no such"),
        "pages": pages,
        "refused": {
            "twice": refused(lambda: client.create_experiment("renamed")).split(" Error")[0],
            "unknown": refused(lambda: client.get_experiment("98765")),
            "empty": refused(lambda: client.create_experiment("")),
            "none": refused(lambda: client.create_experiment(None)),
            "filter": refused(lambda: client.search_experiments(filter_string="nothing = 'x'")),
            "bad order": refused(lambda: client.search_experiments(order_by=["name UP"])),
            "max_results": refused(lambda: client.search_experiments(max_results=0)),
            "set deleted": refused(lambda: mlflow.set_experiment(experiment_id="98765")),
            "both": refused(lambda: mlflow.set_experiment("a", experiment_id="1")),
        },
    }


def runs(client: MlflowClient) -> dict[str, Any]:
    experiment = client.create_experiment("runs")
    run = client.create_run(experiment, start_time=5, run_name="first", tags={"a": "b"})
    id_ = run.info.run_id
    client.log_metric(id_, "loss", 0.5, timestamp=10, step=1)
    client.log_metric(id_, "loss", 0.25, timestamp=20, step=2)
    client.log_metric(id_, "nan", math.nan, timestamp=10, step=0)
    client.log_metric(id_, "numpy", np.float32(0.5), timestamp=10)
    client.log_param(id_, "lr", 0.1)
    client.log_param(id_, "none", None)
    client.log_batch(
        id_,
        metrics=[Metric("batch", step / 10, step, step) for step in range(25)],
        params=[Param("p", "1"), Param("long", "v" * 6000)],
        tags=[RunTag("t", "1"), RunTag("mlflow.note.content", "note")],
    )
    client.set_tag(id_, "number", 5)
    client.set_tag(id_, "gone", "x")
    client.delete_tag(id_, "gone")
    dataset = mlflow.data.from_numpy(np.arange(6).reshape(3, 2), targets=np.array([0, 1, 0]), name="numbers")
    client.log_inputs(id_, [mlflow.entities.DatasetInput(dataset._to_mlflow_entity(), [])])
    client.update_run(id_, status="FINISHED", name="second")
    client.set_terminated(id_, "FAILED", end_time=99)
    done = client.get_run(id_)
    client.delete_run(id_)
    deleted = client.get_run(id_).info.lifecycle_stage
    write_to_deleted = refused(lambda: client.log_metric(id_, "late", 1, timestamp=1))
    client.restore_run(id_)
    return {
        "info": [done.info.run_name, done.info.status, done.info.start_time, done.info.end_time, done.info.user_id],
        "lifecycle": [done.info.lifecycle_stage, deleted, client.get_run(id_).info.lifecycle_stage],
        "metrics": {key: str(value) for key, value in done.data.metrics.items()},
        "params": {key: len(value) if len(value) > 50 else value for key, value in done.data.params.items()},
        "tags": dict(done.data.tags),
        "as dict": sorted(done.to_dictionary()),
        "as dict data": sorted(done.to_dictionary()["data"]),
        "dataset": [
            [one.dataset.name, one.dataset.digest, one.dataset.source_type, one.dataset.schema, one.dataset.profile]
            for one in done.inputs.dataset_inputs
        ],
        "history": [[m.step, m.timestamp, m.value] for m in client.get_metric_history(id_, "batch")],
        "loss": [[m.step, m.timestamp, m.value] for m in client.get_metric_history(id_, "loss")],
        "no history": client.get_metric_history(id_, "never"),
        "uri": done.info.artifact_uri.replace(id_, "RUN").split("/")[-2:],
        "refused": {
            "unknown run": refused(lambda: client.get_run("0" * 32)),
            "change param": refused(lambda: client.log_param(id_, "lr", 0.2)).replace(id_, "RUN"),
            "bad key": refused(lambda: client.log_param(id_, "a!", 1)),
            "long key": refused(lambda: client.log_metric(id_, "k" * 251, 1)),
            "bad value": refused(lambda: client.log_metric(id_, "m", "text")),
            "none value": refused(lambda: client.log_metric(id_, "m", None)),
            "up": refused(lambda: client.log_metric(id_, "../a", 1)),
            "empty tag": refused(lambda: client.set_tag(id_, "", 1)),
            "none tag": refused(lambda: client.set_tag(id_, None, 1)),
            "no tag": refused(lambda: client.delete_tag(id_, "nope")).replace(id_, "RUN"),
            "batch": refused(lambda: client.log_batch(id_, metrics=[Metric("m", 1, 1, 1)] * 1001)),
            "params batch": refused(lambda: client.log_batch(id_, params=[Param(f"x{i}", "1") for i in range(101)])),
            "wrong type": refused(lambda: client.log_batch(id_, metrics=["m"])),
            "deleted": write_to_deleted.replace(id_, "RUN"),
            "status": refused(lambda: client.set_terminated(id_, "DONE")),
        },
    }


def flow() -> dict[str, Any]:
    client = MlflowClient()
    return {"experiments": experiments(client), "runs": runs(client)}


if __name__ == "__main__":
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        json.dump(flow(), file)
