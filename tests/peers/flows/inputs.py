"""Datasets and models as inputs and outputs of runs, metrics on them, and what is found by them."""

from __future__ import annotations

import json
import sys
import warnings
from typing import Any

import numpy as np
import pandas as pd
from refusals import refused

import mlflow
from mlflow import MlflowClient
from mlflow.data.meta_dataset import MetaDataset
from mlflow.data.sources import HTTPDatasetSource, LocalArtifactDatasetSource
from mlflow.entities import Dataset, DatasetInput, InputTag, LoggedModelInput, LoggedModelOutput
from mlflow.types import ColSpec, Schema

FRAME = pd.DataFrame({"x": [1.0, 2.0], "y": [0, 1]})


def inputs(run_id: str) -> Any:
    found = MlflowClient().get_run(run_id).inputs
    return {
        "datasets": sorted(
            [
                one.dataset.name,
                one.dataset.digest,
                one.dataset.source_type,
                "code" if one.dataset.source_type == "code" else one.dataset.source,
                one.dataset.schema,
                one.dataset.profile,
                sorted([tag.key, tag.value] for tag in one.tags),
            ]
            for one in found.dataset_inputs
        ),
        "models": len(found.model_inputs),
    }


def outputs(run_id: str, names: dict[str, str]) -> Any:
    return sorted(
        [names.get(one.model_id, "nobody"), one.step] for one in MlflowClient().get_run(run_id).outputs.model_outputs
    )


def data() -> dict[str, Any]:
    web = HTTPDatasetSource("https://example.com/a.csv")
    schema = Schema([ColSpec("double", "x"), ColSpec("long", "y")])
    return {
        "frame": mlflow.data.from_pandas(FRAME, source="s3://bucket/a.csv", targets="y", name="frame"),
        "same frame": mlflow.data.from_pandas(FRAME, name="frame"),
        "arrays": mlflow.data.from_numpy(FRAME.to_numpy(), targets=np.arange(2), name="arrays", source="/data/a.npy"),
        "meta": MetaDataset(web, name="meta", schema=schema),
        "unnamed": mlflow.data.from_pandas(FRAME[["x"]], source=web),
    }


def logged(names: dict[str, str]) -> dict[str, Any]:
    found = data()
    answer: dict[str, Any] = {}
    with mlflow.start_run(run_name="inputs") as run:
        mlflow.log_input(found["frame"], context="training")
        mlflow.log_input(found["frame"], context="testing", tags={"part": "1"})
        mlflow.log_input(found["arrays"], tags={"n": "5"})
        mlflow.log_input(found["meta"])
        mlflow.log_input(found["unnamed"], context="")
        mlflow.log_inputs([found["meta"], found["same frame"]], ["eval", None], [None, {"a": "b"}])
        model = mlflow.create_external_model("used")
        names[model.model_id] = "used"
        mlflow.log_input(model=LoggedModelInput(model_id=model.model_id))
        mlflow.log_input(found["unnamed"], context="both", model=LoggedModelInput(model_id=model.model_id))
        mlflow.log_metric("acc", 0.5, dataset=found["frame"], model_id=model.model_id)
        mlflow.log_metrics({"acc": 0.25, "loss": 2}, step=3, dataset=found["arrays"], model_id=model.model_id)
        mlflow.log_metric("acc", 0.75, step=4, dataset=found["frame"]._to_mlflow_entity(), model_id=model.model_id)
        mlflow.log_metric("plain", 1)
        mlflow.log_metric("only data", 1, dataset=found["frame"])
        answer["nothing"] = refused(lambda: mlflow.log_input())
        answer["no dataset"] = refused(lambda: mlflow.log_input("x")).partition(":")[0]
        answer["lengths"] = refused(lambda: mlflow.log_inputs([found["meta"]], ["a", "b"], [None]))
        answer["no lists"] = refused(lambda: mlflow.log_inputs())
        answer["nobody's model"] = refused(lambda: mlflow.log_input(model=LoggedModelInput(model_id="m-" + "0" * 32)))
        entity = Dataset("raw", "digest", "custom", '{"any": "thing"}')
        MlflowClient().log_inputs(run.info.run_id, [DatasetInput(entity, [InputTag("mlflow.data.context", "raw")])])
        MlflowClient().log_inputs(run.info.run_id)
    answer["inputs"] = inputs(run.info.run_id)
    answer["metrics"] = dict(sorted(MlflowClient().get_run(run.info.run_id).data.metrics.items()))
    answer["model metrics"] = sorted(
        [one.key, one.value, one.step, one.dataset_name, one.dataset_digest]
        for one in mlflow.get_logged_model(model.model_id).metrics
    )
    first = MlflowClient().get_run(run.info.run_id).inputs.dataset_inputs[0]
    answer["source"] = type(mlflow.data.get_source(first)).__name__
    answer["sources"] = sorted(
        type(mlflow.data.get_source(one)).__name__ if one.dataset.source_type != "custom" else "custom"
        for one in MlflowClient().get_run(run.info.run_id).inputs.dataset_inputs
    )
    answer["unknown source"] = refused(lambda: mlflow.data.get_source(entity))
    local = mlflow.data.get_source(found["arrays"])
    answer["local"] = [isinstance(local, LocalArtifactDatasetSource), local.uri]
    return answer


def steps(names: dict[str, str]) -> dict[str, Any]:
    """Checkpoints: models of one run at steps."""
    answer: dict[str, Any] = {}
    with mlflow.start_run(run_name="checkpoints") as run:
        made = [mlflow.initialize_logged_model(f"checkpoint-{step}", params={"step": str(step)}) for step in (1, 2, 3)]
        for step, model in enumerate(made, 1):
            names[model.model_id] = model.name
            mlflow.log_outputs([LoggedModelOutput(model_id=model.model_id, step=step * 10)])
            mlflow.log_metric("loss", 1 / step, step=step * 10, model_id=model.model_id)
            mlflow.finalize_logged_model(model.model_id, "READY")
        answer["nobody's"] = refused(lambda: mlflow.log_outputs([LoggedModelOutput("m-" + "0" * 32, 1)]))
    answer["outputs"] = outputs(run.info.run_id, names)
    best = mlflow.search_logged_models(
        filter_string=f"source_run_id = '{run.info.run_id}'",
        order_by=[{"field_name": "metrics.loss", "ascending": True}],
        max_results=1,
        output_format="list",
    )
    answer["best"] = [one.name for one in best]
    return answer


def searched() -> dict[str, Any]:
    client = MlflowClient()
    ids = [client.get_experiment_by_name("inputs").experiment_id]

    def names(filter_string: str) -> Any:
        try:
            return sorted(run.info.run_name for run in client.search_runs(ids, filter_string))
        except Exception as error:
            return refused(lambda error=error: (_ for _ in ()).throw(error)).partition(":")[0]

    digest = data()["frame"].digest
    filters = [
        "dataset.name = 'frame'",
        "datasets.name = 'frame'",
        f"dataset.digest = '{digest}'",
        "dataset.context = 'training'",
        "dataset.context = 'TRAINING'",
        "dataset.context LIKE '%ing'",
        "dataset.context ILIKE '%ING'",
        "dataset.name != 'frame'",
        "dataset.name IN ('frame', 'x')",
        "dataset.name NOT IN ('frame')",
        "dataset.name = 'meta' AND dataset.context = 'eval'",
        "dataset.name = 'frame' AND dataset.context = 'eval'",
        "dataset.name = 'frame' AND dataset.name = 'meta'",
        "dataset.name = 'nope'",
        "dataset.source = 'x'",
        "dataset.name > 'a'",
        "dataset.name = 5",
        "dataset.name = 'frame' AND metrics.acc > 0.1",
    ]
    return {text: names(text) for text in filters}


def models(names: dict[str, str]) -> dict[str, Any]:
    frame, arrays = data()["frame"], data()["arrays"]

    def found(**options: Any) -> Any:
        try:
            hits = mlflow.search_logged_models(output_format="list", **options)
        except Exception as error:
            return refused(lambda error=error: (_ for _ in ()).throw(error))
        return [one.name for one in hits if one.model_id in names]

    on_frame = [{"dataset_name": "frame"}]
    pair = [{"dataset_name": "frame", "dataset_digest": frame.digest}]
    table = mlflow.search_logged_models(filter_string="name LIKE 'checkpoint%'", order_by=[{"field_name": "name"}])
    return {
        "all": sorted(found()),
        "by data": found(filter_string="metrics.acc > 0.6", datasets=on_frame),
        "by data and digest": found(filter_string="metrics.acc > 0.6", datasets=pair),
        "by other data": found(filter_string="metrics.acc > 0.6", datasets=[{"dataset_name": "arrays"}]),
        "by one of two": found(filter_string="metrics.acc > 0.6", datasets=[*on_frame, {"dataset_name": "arrays"}]),
        "by wrong digest": found(
            filter_string="metrics.acc > 0.6", datasets=[{"dataset_name": "frame", "dataset_digest": arrays.digest}]
        ),
        "data without a filter": sorted(found(datasets=on_frame)),
        "ordered on data": found(
            order_by=[
                {"field_name": "metrics.acc", "ascending": False, "dataset_name": "frame"},
                {"field_name": "name"},
            ]
        ),
        "descending": found(order_by=[{"field_name": "name", "ascending": False}]),
        "by two": found(order_by=[{"field_name": "status"}, {"field_name": "name"}]),
        "by type": found(filter_string="model_type = 'none'"),
        "by tags": found(filter_string="tags.`mlflow.model.isExternal` = 'true'"),
        "by step": sorted(found(filter_string="params.step IN ('1', '2')")),
        "limited": len(found(max_results=2, order_by=[{"field_name": "name"}])),
        "no field": found(order_by=[{"ascending": True}]).partition(":")[0],
        "no such field": found(order_by=[{"field_name": "nope"}]).partition(":")[0],
        "no name": found(datasets=[{"dataset_digest": "x"}]),
        "bad filter": found(filter_string="nope = 1").partition(":")[0],
        "bad format": refused(lambda: mlflow.search_logged_models(output_format="nope")),
        "columns": sorted(table.columns),
        "rows": table["name"].tolist(),
        "status": [str(one) for one in table["status"]],
        "params": table["params"].tolist(),
        "metrics": [[[one.key, one.value, one.step] for one in row] for row in table["metrics"]],
        "types": {column: type(table[column].iloc[0]).__name__ for column in table.columns if column != "status"},
        "empty": [len(found) for found in [mlflow.search_logged_models(filter_string="name = 'nope'")]],
    }


def flow() -> dict[str, Any]:
    warnings.simplefilter("ignore")
    mlflow.set_experiment("inputs")
    names: dict[str, str] = {}
    return {
        "logged": logged(names),
        "steps": steps(names),
        "searched": searched(),
        "models": models(names),
    }


if __name__ == "__main__":
    answer = flow()
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        json.dump(answer, file)
