"""FLAML, which logs its trials by itself when mlflow is there."""

import numpy as np
from flaml import AutoML

import mlflow

x, y = np.arange(80.0).reshape(40, 2), np.array([0, 1] * 20)
mlflow.set_experiment("automl")
with mlflow.start_run(run_name="mine"):
    AutoML().fit(
        x,
        y,
        task="classification",
        estimator_list=["rf"],
        max_iter=2,
        time_budget=-1,
        metric="accuracy",
        eval_method="holdout",
        verbose=0,
        seed=1,
        n_jobs=1,
    )
