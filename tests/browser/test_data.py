"""The data that the page is tested on is what `examples/demo_data.py` says it is."""

from __future__ import annotations

import math

import mlflow


def test_the_demo_data_has_something_of_everything(client: mlflow.MlflowClient) -> None:
    experiment = client.get_experiment_by_name("digits-sweep")
    assert experiment is not None
    runs = client.search_runs([experiment.experiment_id], max_results=1000)
    statuses = [run.info.status for run in runs]
    assert (len(runs), statuses.count("FAILED"), statuses.count("RUNNING")) == (62, 1, 1)
    children = [run for run in runs if "mlflow.parentRunId" in run.data.tags]
    assert len(children) == 57
    best = max(children, key=lambda run: run.data.metrics["test/accuracy"])
    assert best.data.metrics["test/accuracy"] > 0.9  # the training is real
    assert sum(not key.startswith("system/") for key in best.data.metrics) >= 24
    points = [point.value for run in children for point in client.get_metric_history(run.info.run_id, "train/loss")]
    assert any(map(math.isnan, points)), "some networks diverge"
    assert len(client.search_logged_models([experiment.experiment_id])) == 6
    assert len(client.search_model_versions("name = 'digits-classifier'")) == 3
    assert sum("/" in one.name for one in client.search_experiments()) == 7
