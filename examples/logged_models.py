"""Models as outputs of runs: checkpoints of a training, the best of them, a model that lives elsewhere, active models.

Run it with any tracking URI, or with none: then everything is kept in ./mlruns.
"""

from __future__ import annotations

import math
import tempfile
from pathlib import Path

import mlflow
from mlflow import MlflowClient
from mlflow.entities import LoggedModelOutput


def main() -> None:
    """Run the three parts."""
    mlflow.set_experiment("Logged models")
    checkpoints()
    outside()
    active()


def checkpoints() -> None:
    """Keep a model every few steps, and find the best one."""
    with mlflow.start_run(run_name="training"):
        for step in range(0, 50, 10):
            model = mlflow.initialize_logged_model(f"checkpoint-{step}", params={"step": str(step)}, model_type="curve")
            with tempfile.TemporaryDirectory() as folder:
                Path(folder, "weights.txt").write_text(f"weights after {step} steps")
                MlflowClient().log_model_artifacts(model.model_id, folder)
            mlflow.log_outputs([LoggedModelOutput(model_id=model.model_id, step=step)])
            mlflow.log_metric("loss", math.exp(-step / 20) + 0.01 * step, step=step, model_id=model.model_id)
            mlflow.finalize_logged_model(model.model_id, "READY")
    best = mlflow.search_logged_models(
        filter_string="model_type = 'curve'",
        order_by=[{"field_name": "metrics.loss", "ascending": True}],
        max_results=1,
        output_format="list",
    )[0]
    mlflow.set_logged_model_tags(best.model_id, {"chosen": "yes"})
    weights = mlflow.artifacts.load_text(f"models:/{best.model_id}/weights.txt")
    print(f"Best checkpoint: {best.name}, {weights!r}")
    version = mlflow.register_model(f"models:/{best.model_id}", "curve")
    MlflowClient().set_registered_model_alias("curve", "champion", version.version)
    print(f"Registered: {sorted(one.path for one in mlflow.artifacts.list_artifacts('models:/curve@champion'))}")


def outside() -> None:
    """A model whose files are not here can have params, metrics and tags all the same."""
    model = mlflow.create_external_model("served elsewhere", params={"provider": "somebody"}, model_type="agent")
    with mlflow.start_run(run_name="judging"):
        mlflow.log_metric("helpful", 0.8, model_id=model.model_id)
    found = mlflow.get_logged_model(model.model_id)
    print(f"{found.name}: {found.status}, helpful {found.metrics[0].value}")


def active() -> None:
    """What is logged while a model is active belongs to it."""
    with mlflow.set_active_model(name="agent-7") as model:
        mlflow.log_model_params({"temperature": "0.2"})
        with mlflow.start_run(run_name="evaluation"):
            mlflow.log_metric("latency", 0.4)
    print(f"Active model afterwards: {mlflow.get_active_model_id()}")
    found = mlflow.get_logged_model(model.model_id)
    print(f"{found.name}: {found.params}, {[metric.key for metric in found.metrics]}")


if __name__ == "__main__":
    main()
