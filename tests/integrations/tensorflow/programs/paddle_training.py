"""Trains with Paddle and autologging in several ways; answers what each stored."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import paddle
import paddle_models
import report

import mlflow


class Boom(paddle.callbacks.Callback):
    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        raise ValueError("on purpose")


def train(model: Any = None, data: Any = None, **changes: Any) -> Any:
    data = data or paddle_models.Rows()
    model = model or paddle_models.high_level()
    model.fit(data, **{"eval_data": data, "batch_size": 4, "epochs": 3, "verbose": 0, "shuffle": False, **changes})
    return model


def fail() -> None:
    try:
        train(callbacks=[Boom()])
    except ValueError as error:
        assert str(error) == "on purpose"


def within_a_run() -> None:
    with mlflow.start_run():
        train()


def scheduled() -> Any:
    net = paddle_models.Net()
    decay = paddle.optimizer.lr.ExponentialDecay(learning_rate=0.1, gamma=0.9)
    return paddle_models.high_level(net, paddle.optimizer.SGD(decay, parameters=net.parameters()))


def stopping(**changes: Any) -> list[Any]:
    chosen = {"monitor": "loss", "patience": 1, "min_delta": 10, "save_best_model": False, **changes}
    return [paddle.callbacks.EarlyStopping(**chosen)]


CASES: dict[str, tuple[dict[str, Any], Any]] = {
    "all": ({"extra_tags": {"extra": "1"}}, train),
    "stopped": ({"log_models": False}, lambda: train(epochs=5, callbacks=stopping())),
    "not stopped": ({"log_models": False}, lambda: train(callbacks=stopping(patience=5, mode="max", baseline=0.5))),
    "sparse": ({"log_models": False, "log_every_n_epoch": 2}, lambda: train(epochs=4, eval_freq=2)),
    "no validation": ({"registered_model_name": "net"}, lambda: train(eval_data=None)),
    "scheduled": ({"log_models": False}, lambda: train(scheduled())),
    "by position": ({"log_models": False}, lambda: paddle_models.high_level().fit(paddle_models.Rows(), None, 4, 1)),
    "failed": ({"log_models": False}, fail),
    "own run": ({"log_models": False}, within_a_run),
    "exclusive": ({"exclusive": True, "log_models": False}, within_a_run),
    "disabled": ({"disable": True}, train),
}


def main() -> None:
    folder = Path(sys.argv[1])
    report.start(folder)
    os.chdir(folder)
    found = {}
    for name, (options, work) in CASES.items():
        mlflow.set_experiment(name)
        mlflow.paddle.autolog(**options)
        paddle.seed(0)
        work()
        stored = report.of_experiment(name)
        found[name] = stored
    report.answer(found)


main()
