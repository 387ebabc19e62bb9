"""Trains with Keras on TensorFlow and autologging in several ways; answers what each stored."""

from __future__ import annotations

import os
import re
import sys
import warnings
from pathlib import Path
from typing import Any

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import numpy as np
import report
import tensorflow as tf

import mlflow

warnings.simplefilter("ignore")
X = np.random.RandomState(0).randn(32, 3).astype("float32")
Y = X.sum(1, keepdims=True)


def model() -> Any:
    keras.utils.clear_session()
    keras.utils.set_random_seed(1)
    found = keras.Sequential([keras.layers.Input((3,)), keras.layers.Dense(1)])
    found.compile(optimizer="adam", loss="mse", metrics=["mae"])
    return found


def train(*data: Any, **changes: Any) -> None:
    model().fit(*(data or (X, Y)), verbose=0, **{"epochs": 2, **({} if data else {"batch_size": 8}), **changes})


STOPPING = {"monitor": "val_loss", "patience": 1, "min_delta": 100, "restore_best_weights": True}
CASES: dict[str, tuple[dict[str, Any], Any]] = {
    "all": ({"extra_tags": {"extra": "1"}}, lambda: train(validation_data=(X, Y))),
    "stopped": (
        {"log_models": False, "checkpoint": False, "log_every_epoch": False, "log_every_n_steps": 2},
        lambda: train(epochs=5, validation_data=(X, Y), callbacks=[keras.callbacks.EarlyStopping(**STOPPING)]),
    ),
    "batches": (
        {
            "log_models": False,
            "log_datasets": False,
            "checkpoint_save_best_only": False,
            "checkpoint_save_weights_only": True,
        },
        lambda: train(tf.data.Dataset.from_tensor_slices((X, Y)).batch(4)),
    ),
    "steps": (
        {"log_models": False, "checkpoint_save_best_only": False, "checkpoint_save_freq": 3},
        train,
    ),
    "disabled": ({"disable": True}, train),
}


def main() -> None:
    folder = Path(sys.argv[1])
    report.start(folder)
    os.chdir(folder)
    found = {}
    for name, (options, work) in CASES.items():
        mlflow.set_experiment(name)
        mlflow.tensorflow.autolog(**options)
        work()
        stored = report.of_experiment(name)
        for run in stored["runs"]:  # files for TensorBoard are named after the time and the process
            run["files"] = [re.sub(r"tfevents.*", "tfevents", path) for path in run["files"]]
        for one in stored["models"]:
            # Of metrics that a model has, the real one's file store says those of step 0 again.
            one["metrics"] = sorted({key for key, _, _ in one["metrics"]})
        found[name] = stored
    report.answer(found)


main()
