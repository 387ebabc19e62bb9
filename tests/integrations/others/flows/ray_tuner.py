"""Ray Tune with its callback: a whole `Tuner.fit` on a cluster of one process, one trial after the other."""

import os
import tempfile

os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
os.environ["RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO"] = "0"
os.environ.pop("RAY_ADDRESS", None)

import ray
from ray import tune
from ray.air.integrations.mlflow import MLflowLoggerCallback, setup_mlflow

# Beside /tmp: the names of sockets below it have a limit, which the folder of a test exceeds.
scratch = tempfile.TemporaryDirectory(prefix="ray", dir="/tmp")
URI = os.environ["MLFLOW_TRACKING_URI"]
ray.init(
    address="local",
    num_cpus=1,
    include_dashboard=False,
    object_store_memory=80 * 2**20,
    log_to_driver=False,
    _node_ip_address="127.0.0.1",
    _temp_dir=scratch.name,
)


def train(config: dict[str, float]) -> None:
    logger = setup_mlflow(config, experiment_name="inside", tracking_uri=URI, run_name=f"inside {config['x']:.0f}")
    for step in range(3):
        logger.log_metric("inner", config["x"] * step, step=step)
        tune.report({"loss": config["x"] / (step + 1)})
    logger.end_run()


callback = MLflowLoggerCallback(tracking_uri=URI, experiment_name="tuned", tags={"team": "blue"}, save_artifact=False)
results = tune.Tuner(
    train,
    param_space={"x": tune.grid_search([1.0, 2.0])},
    tune_config=tune.TuneConfig(
        metric="loss",
        mode="min",
        max_concurrent_trials=1,
        trial_name_creator=lambda trial: f"trial {trial.config['x']:.0f}",
        trial_dirname_creator=lambda trial: f"trial-{trial.config['x']:.0f}",
    ),
    run_config=tune.RunConfig(
        name="tuned", storage_path=os.path.join(os.getcwd(), "out"), callbacks=[callback], verbose=0
    ),
).fit()
assert not results.errors
assert results.get_best_result().config == {"x": 1.0}
ray.shutdown()
scratch.cleanup()
