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
import pandas as pd
import report
import tensorflow as tf

import mlflow

warnings.simplefilter("ignore")
X = np.random.RandomState(0).randn(32, 3).astype("float32")
Y = X.sum(1, keepdims=True)


def model(loss: Any = "mse") -> Any:
    keras.utils.clear_session()
    keras.utils.set_random_seed(1)
    found = keras.Sequential([keras.layers.Input((3,)), keras.layers.Dense(1)])
    found.compile(optimizer="adam", loss=loss, metrics=[] if loss != "mse" else ["mae"])
    return found


class Batches(keras.utils.PyDataset):
    def __len__(self) -> int:
        return 4

    def __getitem__(self, index: int) -> Any:
        return X[index * 8 : index * 8 + 8], Y[index * 8 : index * 8 + 8]


def batched(rows: int) -> Any:
    return tf.data.Dataset.from_tensor_slices((X[:rows], Y[:rows])).batch(4)


def named() -> Any:
    a, b = keras.layers.Input((3,), name="a"), keras.layers.Input((3,), name="b")
    found = keras.Model({"a": a, "b": b}, keras.layers.Dense(1)(keras.layers.Add()([a, b])))
    found.compile(optimizer="adam", loss="mse")
    return found


def train_named() -> None:
    keras.utils.set_random_seed(1)
    named().fit(tf.data.Dataset.from_tensor_slices(({"a": X, "b": X}, Y)).batch(4), verbose=0)


def with_callbacks() -> None:
    mlflow.tensorflow.autolog(disable=True)
    with mlflow.start_run() as run:
        keep = mlflow.tensorflow.MlflowModelCheckpointCallback(monitor="loss", save_best_only=False)
        train(callbacks=[mlflow.tensorflow.MlflowCallback(), keep], loss=keras.losses.MeanSquaredError())
    for step, chosen in enumerate(({}, {"epoch": 0}, {"epoch": 1})):
        found = mlflow.tensorflow.load_checkpoint(run_id=run.info.run_id, **chosen)
        log_prediction(found, run, step)
    with mlflow.start_run() as run:
        train(callbacks=[mlflow.tensorflow.MlflowModelCheckpointCallback("loss", save_weights_only=True)])
    log_prediction(mlflow.tensorflow.load_checkpoint(model(), run.info.run_id), run)


def compiled_by_name() -> None:
    with mlflow.start_run() as run:
        train(callbacks=[mlflow.tensorflow.MlflowModelCheckpointCallback("loss")])
        try:
            found = mlflow.tensorflow.load_checkpoint()
        except TypeError:  # Keras 3.0 does not read what it wrote, with or without the optimizer
            return
        log_prediction(found, run)


def log_prediction(model: Any, run: Any, step: int = 0) -> None:
    value = float(model.predict(X[:1], verbose=0)[0, 0])
    mlflow.MlflowClient().log_metric(run.info.run_id, "predicted", value, step=step)


def train(*data: Any, **changes: Any) -> None:
    made = model(changes.pop("loss", "mse"))
    made.fit(*(data or (X, Y)), verbose=0, **{"epochs": 2, **({} if data else {"batch_size": 8}), **changes})


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
            "checkpoint_save_best_only": False,
            "checkpoint_save_weights_only": True,
        },
        lambda: train(batched(32), validation_data=batched(8)),
    ),
    "tensors": ({"checkpoint": False}, lambda: train(tf.constant(X), tf.constant(Y), validation_data=(X[:8], Y[:8]))),
    "named tensors": ({"checkpoint": False}, train_named),
    "steps": (
        {"log_models": False, "checkpoint_save_best_only": False, "checkpoint_save_freq": 3},
        train,
    ),
    "disabled": ({"disable": True}, train),
    "callbacks": ({"disable": True}, with_callbacks),
}
OF_KERAS: dict[str, tuple[dict[str, Any], Any]] = {
    "keras batches": ({}, lambda: train(batched(32))),
    "keras tensors": ({"log_models": False}, lambda: train(tf.constant(X), tf.constant(Y))),
}
OF_OURS_ONLY: dict[str, tuple[dict[str, Any], Any]] = {
    "table": ({"checkpoint": False}, lambda: train(pd.DataFrame(X, columns=list("abc")), pd.DataFrame(Y))),
    "batches by number": ({"checkpoint": False}, lambda: train(Batches())),
    "compiled by name": ({"disable": True}, compiled_by_name),
    "endless": ({"log_models": False}, lambda: train(batched(8).repeat(), steps_per_epoch=2)),
}


def main() -> None:
    folder = Path(sys.argv[1])
    report.start(folder)
    os.chdir(folder)
    found = {}
    cases = {name: (mlflow.tensorflow, *case) for name, case in CASES.items()}
    if "upstream" not in str(mlflow.__file__):
        cases |= {name: (mlflow.tensorflow, *case) for name, case in OF_OURS_ONLY.items()}
    cases |= {name: (mlflow.keras, *case) for name, case in OF_KERAS.items()}
    for name, (flavor, options, work) in cases.items():
        mlflow.set_experiment(name)
        flavor.autolog(**options)
        work()
        flavor.autolog(disable=True)
        stored = report.of_experiment(name)
        for run in stored["runs"]:  # files for TensorBoard are named after the time and the process
            run["files"] = [re.sub(r"tfevents.*", "tfevents", path) for path in run["files"]]
        for one in stored["models"]:
            # Of metrics that a model has, the real one's file store says those of step 0 again.
            one["metrics"] = sorted({key for key, _, _ in one["metrics"]})
        found[name] = stored
    report.answer(found)


main()
