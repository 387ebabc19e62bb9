"""The active model of a thread, the tags and runs of the fluent API, and settings of the process."""

from __future__ import annotations

import json
import os
import sys
import threading
import warnings
from typing import Any

from refusals import refused

import mlflow
import mlflow.config
from mlflow import MlflowClient


def told(model_id: str | None) -> str | None:
    return mlflow.get_logged_model(model_id).name if model_id else None


def elsewhere(action: Any) -> Any:
    """What an action gives in a thread of its own."""
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(action()))
    thread.start()
    thread.join()
    return found[0]


def active_model() -> dict[str, Any]:
    answer: dict[str, Any] = {"at first": mlflow.get_active_model_id()}
    one = mlflow.set_active_model(name="one")
    answer["set"] = [type(one).__name__, one.name, one.status.value, dict(one.tags) == one.tags]
    answer["by name again"] = mlflow.set_active_model(name="one").model_id == one.model_id
    two = mlflow.create_external_model("two")
    with mlflow.set_active_model(model_id=two.model_id) as inner:
        answer["inside"] = [inner.name, told(mlflow.get_active_model_id())]
        with mlflow.set_active_model(name="three"):
            answer["deeper"] = told(mlflow.get_active_model_id())
        answer["out one"] = told(mlflow.get_active_model_id())
    answer["out"] = told(mlflow.get_active_model_id())
    answer["other thread"] = elsewhere(lambda: told(mlflow.get_active_model_id()))
    answer["set in a thread"] = elsewhere(lambda: mlflow.set_active_model(name="four").name)
    answer["not here"] = told(mlflow.get_active_model_id())
    with mlflow.start_run() as run:
        mlflow.log_metric("acc", 1)
        mlflow.log_metrics({"a": 1, "b": 2}, step=3)
        mlflow.log_metric("other", 1, model_id=two.model_id)
        mlflow.log_param("p", 1)
    answer["metrics of one"] = sorted(
        [m.key, m.step, m.run_id == run.info.run_id] for m in mlflow.get_logged_model(one.model_id).metrics
    )
    answer["metrics of two"] = sorted(m.key for m in mlflow.get_logged_model(two.model_id).metrics)
    answer["params of one"] = mlflow.get_logged_model(one.model_id).params
    mlflow.log_model_params({"x": "1"})
    answer["params"] = mlflow.get_logged_model(one.model_id).params
    mlflow.log_model_params({"x": 2}, model_id=two.model_id)
    answer["params of two"] = mlflow.get_logged_model(two.model_id).params
    answer["neither"] = refused(lambda: mlflow.set_active_model())
    answer["both"] = refused(lambda: mlflow.set_active_model(name="two", model_id=one.model_id)).replace(
        one.model_id, "ID"
    )
    answer["nobody"] = refused(lambda: mlflow.set_active_model(model_id="m-" + "0" * 32)).partition(":")[0]
    mlflow.clear_active_model()
    answer["cleared"] = mlflow.get_active_model_id()
    answer["no model"] = refused(lambda: mlflow.log_model_params({"x": "1"}))
    os.environ["MLFLOW_ACTIVE_MODEL_ID"] = two.model_id
    answer["by variable"] = told(mlflow.get_active_model_id())
    answer["by variable in a thread"] = elsewhere(lambda: told(mlflow.get_active_model_id()))
    with mlflow.set_active_model(model_id=one.model_id):
        answer["over the variable"] = told(mlflow.get_active_model_id())
    answer["after"] = told(mlflow.get_active_model_id())
    mlflow.clear_active_model()
    answer["cleared variable"] = [mlflow.get_active_model_id(), os.environ.get("MLFLOW_ACTIVE_MODEL_ID")]
    answer["last"] = [mlflow.last_logged_model().name, elsewhere(mlflow.last_logged_model)]
    answer["initialized"] = mlflow.initialize_logged_model("init").status.value
    answer["last now"] = mlflow.last_logged_model().name
    return answer


def runs() -> dict[str, Any]:
    answer: dict[str, Any] = {}
    with mlflow.start_run(run_name="parent") as parent:
        mlflow.set_tag("a", 1)
        mlflow.set_tags({"b": True, "c": None})
        mlflow.delete_tag("a")
        answer["absent tag"] = refused(lambda: mlflow.delete_tag("a")).replace(parent.info.run_id, "RUN")
        with mlflow.start_run(nested=True, run_name="child") as child:
            answer["parent"] = mlflow.get_parent_run(child.info.run_id).info.run_name
            answer["parent by client"] = MlflowClient().get_parent_run(child.info.run_id).info.run_name
            answer["active"] = mlflow.last_active_run().info.run_name
        answer["no parent"] = mlflow.get_parent_run(parent.info.run_id)
        answer["nobody's parent"] = refused(lambda: mlflow.get_parent_run("nobody")).partition(":")[0]
    answer["last"] = mlflow.last_active_run().info.run_name
    answer["last is finished"] = mlflow.last_active_run().info.status
    answer["tags"] = {
        k: v for k, v in mlflow.get_run(parent.info.run_id).data.tags.items() if not k.startswith("mlflow")
    }
    mlflow.set_experiment_tag("team", "a")
    mlflow.set_experiment_tags({"n": 5, "gone": True})
    mlflow.delete_experiment_tag("gone")
    tags = dict(mlflow.get_experiment_by_name("active").tags)
    answer["experiment"] = {key: value for key, value in tags.items() if not key.startswith("mlflow.")}
    answer["absent"] = refused(lambda: mlflow.delete_experiment_tag("gone")).partition(":")[0]
    experiment = mlflow.create_experiment("active too", tags={"x": "y"})
    MlflowClient().set_experiment_tag(experiment, "z", 1)
    MlflowClient().delete_experiment_tag(experiment, "x")
    tags = dict(mlflow.get_experiment(experiment).tags)
    answer["created"] = {key: value for key, value in tags.items() if not key.startswith("mlflow.")}
    return answer


def settings() -> dict[str, Any]:
    answer: dict[str, Any] = {"is set": mlflow.config.is_tracking_uri_set()}
    mlflow.config.enable_async_logging()
    with mlflow.start_run() as run:
        answer["later"] = type(mlflow.log_metric("a", 1)).__name__
        answer["param later"] = type(mlflow.log_param("p", "v")).__name__
        mlflow.log_metrics({"b": 2}).wait()
        mlflow.set_tag("t", "v").wait()
        mlflow.flush_async_logging()
    mlflow.config.enable_async_logging(False)
    found = mlflow.get_run(run.info.run_id).data
    answer["stored"] = [found.metrics, found.params, found.tags["t"]]
    names = "SAMPLING_INTERVAL SAMPLES_BEFORE_LOGGING NODE_ID"
    mlflow.config.set_system_metrics_sampling_interval(2)
    mlflow.config.set_system_metrics_samples_before_logging(3)
    mlflow.config.set_system_metrics_node_id("node")
    answer["system"] = {name: os.environ.get(f"MLFLOW_SYSTEM_METRICS_{name}") for name in names.split()}
    mlflow.config.set_system_metrics_sampling_interval(None)
    mlflow.config.set_system_metrics_samples_before_logging(None)
    mlflow.config.set_system_metrics_node_id(None)
    answer["system unset"] = {name: os.environ.get(f"MLFLOW_SYSTEM_METRICS_{name}") for name in names.split()}
    before = mlflow.get_tracking_uri()
    mlflow.config.set_registry_uri("http://127.0.0.1:9")
    answer["registry"] = mlflow.config.get_registry_uri()
    mlflow.config.set_registry_uri("")
    answer["registry is tracking"] = mlflow.get_registry_uri() == before
    return answer


def flow() -> dict[str, Any]:
    warnings.simplefilter("ignore")
    mlflow.set_experiment("active")
    return {"model": active_model(), "runs": runs(), "settings": settings()}


if __name__ == "__main__":
    answer = flow()
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        json.dump(answer, file)
