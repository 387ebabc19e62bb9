"""Ray Tune's callback, driven as a tuner drives it (a cluster takes a minute to start), and `setup_mlflow`."""

import os

from ray.air.integrations.mlflow import MLflowLoggerCallback, setup_mlflow
from ray.tune.experiment import Trial

URI = os.environ["MLFLOW_TRACKING_URI"]
callback = MLflowLoggerCallback(tracking_uri=URI, experiment_name="tuned", tags={"team": "blue"}, save_artifact=False)
callback.setup()
for x in (1.0, 2.0):
    trial = Trial("train", trial_id=f"trial{x:.0f}", config={"x": x, "layers": {"width": 3}}, stub=True)
    callback.on_trial_start(1, [trial], trial)
    for step in range(3):
        result = {"loss": x / (step + 1), "training_iteration": step, "config": trial.config, "name": "no number"}
        callback.on_trial_result(step, [trial], trial, result)
    if x == 1.0:
        callback.on_trial_complete(3, [trial], trial)
    else:
        callback.on_trial_error(3, [trial], trial)
logger = setup_mlflow(
    {"x": 1.0},
    experiment_name="by hand",
    tracking_uri=URI,
    tags={"team": "red"},
    run_name="mine",
    create_experiment_if_not_exists=True,
    rank_zero_only=False,
)
logger.log_metric("loss", 0.5)
