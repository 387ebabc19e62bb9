"""Ray Tune's callback in a real tuner, of whose trials one fails, and `setup_mlflow`."""

import os
import shutil
import tempfile

import ray
from ray import tune
from ray.air.integrations.mlflow import MLflowLoggerCallback, setup_mlflow

URI = os.environ["MLFLOW_TRACKING_URI"]
SCRATCH = tempfile.mkdtemp(prefix="ray-", dir="/tmp")  # sockets lie in it, whose paths must be short


# A trial's id is a metric where chance makes a number of it, such as 96e51_00000.
os.environ["_TEST_TUNE_TRIAL_UUID"] = "trial"


def train(config):  # type: ignore[no-untyped-def]
    """Three steps, then the second trial fails."""
    for step in range(3):
        tune.report({"loss": config["x"] / (step + 1), "name": "no number"})
    if config["x"] == 2.0:
        raise ValueError("the second one fails")


def name(trial: tune.experiment.Trial) -> str:
    """A name that is the same each time."""
    return f"trial-{trial.config['x']}"


try:
    ray.init(
        address="local",
        num_cpus=2,
        include_dashboard=False,
        object_store_memory=80 * 1024**2,
        log_to_driver=False,
        logging_level="ERROR",
        _temp_dir=SCRATCH,
    )
    callback = MLflowLoggerCallback(
        tracking_uri=URI, experiment_name="tuned", tags={"team": "blue"}, save_artifact=False
    )
    tuner = tune.Tuner(
        train,
        param_space={"x": tune.grid_search([1.0, 2.0]), "layers": {"width": 3}},
        tune_config=tune.TuneConfig(max_concurrent_trials=1, trial_name_creator=name, trial_dirname_creator=name),
        run_config=tune.RunConfig(name="tuned", storage_path=os.getcwd(), verbose=0, callbacks=[callback]),
    )
    results = tuner.fit()
    assert len(results) == 2
    assert results.num_errors == 1
finally:
    ray.shutdown()
    shutil.rmtree(SCRATCH, ignore_errors=True)
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
