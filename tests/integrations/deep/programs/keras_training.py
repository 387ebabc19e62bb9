"""Trains with Keras and autologging, and with its callback, in several ways; answers what each stored."""

from __future__ import annotations

import os
import sys
import warnings
from pathlib import Path
from typing import Any

import keras
import numpy as np
import report
import tiny

import mlflow

warnings.simplefilter("ignore")
X = np.random.RandomState(0).randn(32, 3).astype("float32")
Y = X.sum(1, keepdims=True)


class Boom(keras.callbacks.Callback):
    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        raise ValueError("on purpose")


def train(**changes: Any) -> Any:
    return tiny.keras_model().fit(X, Y, verbose=0, **{"epochs": 2, "batch_size": 8, **changes})


def fail() -> None:
    try:
        train(callbacks=[Boom()])
    except ValueError as error:
        assert str(error) == "on purpose"


def within_a_run() -> None:
    with mlflow.start_run():
        train()


def batches() -> Any:
    while True:
        yield X, Y


def from_a_generator() -> None:
    tiny.keras_model().fit(batches(), steps_per_epoch=2, verbose=0)


def with_callback() -> None:
    mlflow.keras.autolog(disable=True)
    with mlflow.start_run():
        model = tiny.keras_model()
        model.fit(X, Y, epochs=2, verbose=0, callbacks=[mlflow.keras.MlflowCallback()])
        model.evaluate(X, Y, verbose=0, callbacks=[mlflow.keras.MlflowCallback()])


def with_callback_of_steps() -> None:
    with mlflow.start_run():
        callback = mlflow.keras.MlflowCallback(log_every_epoch=False, log_every_n_steps=3)
        train(callbacks=[callback])


STOPPING = {"monitor": "val_loss", "patience": 1, "min_delta": 100}
# The real one keeps the options of its first call for how often metrics are logged: these are the same in all.
CASES: dict[str, tuple[dict[str, Any], Any]] = {
    "all": ({"extra_tags": {"extra": "1"}}, lambda: train(validation_split=0.25)),
    "example": ({"log_input_examples": True, "registered_model_name": "net"}, train),
    "unsigned": ({"log_model_signatures": False, "log_datasets": False}, train),
    "stopped": (
        {"log_models": False, "log_datasets": False},
        lambda: train(epochs=5, validation_data=(X, Y), callbacks=[keras.callbacks.EarlyStopping(**STOPPING)]),
    ),
    "failed": ({"log_models": False}, fail),
    "own run": ({"log_models": False}, within_a_run),
    "generator": ({"log_models": False}, from_a_generator),
    "exclusive": ({"exclusive": True, "log_models": False}, within_a_run),
    "disabled": ({"disable": True}, train),
    "callback": ({"disable": True}, with_callback),
    "callback of steps": ({"disable": True}, with_callback_of_steps),
}


def main() -> None:
    folder = Path(sys.argv[1])
    report.start(folder)
    os.chdir(folder)
    found = {}
    for name, (options, work) in CASES.items():
        mlflow.set_experiment(name)
        mlflow.keras.autolog(**options)
        keras.utils.clear_session()
        work()
        found[name] = report.of_experiment(name)
    report.answer(found)


main()
