"""FLAML, which logs its trials by itself when mlflow is there.

It logs from threads that race with each other and with the training: what a copied run or a model's params hold is then
chance, and SQLite under the real MLflow answers that it is locked. So its pool is one that does each thing at once.
"""

from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any

import flaml.fabric.mlflow
import numpy as np
from flaml import AutoML

import mlflow


class AtOnce(Executor):
    """An executor that has done what it is given when `submit` returns."""

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        done: Future[Any] = Future()
        try:
            done.set_result(function(*args, **kwargs))
        except Exception as error:  # as from a thread: FLAML does not ask for it
            done.set_exception(error)
        return done


flaml.fabric.mlflow.executor = AtOnce()
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
