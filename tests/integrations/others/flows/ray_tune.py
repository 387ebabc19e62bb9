"""Ray Tune's callback and `setup_mlflow`."""

import os

import ray
from ray import tune
from ray.air.integrations.mlflow import MLflowLoggerCallback, setup_mlflow

import mlflow

URI = os.environ["MLFLOW_TRACKING_URI"]
ray.init(num_cpus=1, include_dashboard=False, log_to_driver=False, logging_level="ERROR")


def train(config: dict[str, object]) -> None:
    for step in range(3):
        tune.report({"loss": float(config["x"]) / (step + 1)})


def train_by_hand(config: dict[str, object]) -> None:
    logger = setup_mlflow(
        config, experiment_name="by hand", tracking_uri=URI, tags={"team": "red"}, create_experiment_if_not_exists=True
    )
    logger.log_metric("loss", float(config["x"]))
    tune.report({"loss": 1.0})


callback = MLflowLoggerCallback(tracking_uri=URI, experiment_name="tuned", tags={"team": "blue"}, save_artifact=False)
for function, callbacks in ((train, [callback]), (train_by_hand, [])):
    tune.Tuner(
        function,
        param_space={"x": tune.grid_search([1.0, 2.0])},
        run_config=tune.RunConfig(callbacks=callbacks, storage_path=os.path.abspath("ray"), verbose=0),
    ).fit()
ray.shutdown()
mlflow.set_tracking_uri(URI)
