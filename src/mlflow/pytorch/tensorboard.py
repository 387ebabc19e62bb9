"""What training loops that are written by hand tell TensorBoard, as params and metrics of the active run."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any

import mlflow
from mlflow.autologging import AutologgedRun, Call
from mlflow.models.checkpoints import numbers

MODULE = "torch.utils.tensorboard.writer"
"""Where the class `SummaryWriter` is."""


def _run(call: Call) -> AutologgedRun | None:
    """The active run; without one nothing is logged: a single value is no training, and starts none."""
    active = mlflow.active_run()
    if active is None or call.options["exclusive"]:
        return None
    return AutologgedRun(active.info.run_id, started=False)


def _log(call: Call, values: Mapping[str, Any]) -> None:
    every, step = call.options["log_every_n_step"], int(call.argument("global_step") or 0)
    if not every or step % every:
        return
    run = _run(call)
    if run is not None:
        run.log_metrics(numbers(values), step)


def log_scalar(call: Call) -> Generator[None, None, None]:
    """Log what `add_scalar` is told, at every `log_every_n_step`-th step."""
    yield
    with call.safely("log a scalar"):
        _log(call, {call.argument("tag"): call.argument("scalar_value")})


def log_scalars(call: Call) -> Generator[None, None, None]:
    """Log what `add_scalars` is told, as `<main tag>/<tag>`."""
    yield
    with call.safely("log scalars"):
        main = call.argument("main_tag")
        _log(call, {f"{main}/{tag}": value for tag, value in call.argument("tag_scalar_dict").items()})


def log_hparams(call: Call) -> Generator[None, None, None]:
    """Log what `add_hparams` is told: params, and metrics."""
    yield
    with call.safely("log hyperparameters"):
        run = _run(call)
        if run is not None:
            run.log_params(call.argument("hparam_dict") or {})
            run.log_metrics(numbers(call.argument("metric_dict") or {}), int(call.argument("global_step") or 0))


HOOKS = {"add_scalar": log_scalar, "add_scalars": log_scalars, "add_hparams": log_hparams}
"""Methods of `SummaryWriter`, and what is done when they are called."""
