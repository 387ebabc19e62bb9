"""What training loops that are written by hand tell TensorBoard, as params and metrics of the active run.

A loop may say something at every step: until it is known that a value is to be logged, next to nothing is done.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import mlflow
from mlflow.autologging import AutologgedRun, safely
from mlflow.autologging.options import current
from mlflow.autologging.safety import inside, is_inside, quietly
from mlflow.models.checkpoints import numbers
from mlflow.pytorch.model_io import FLAVOR_NAME

MODULE = "torch.utils.tensorboard.writer"
"""Where the class `SummaryWriter` is."""

Options = dict[str, Any]


def _run(options: Options) -> AutologgedRun | None:
    """The active run; without one nothing is logged: a single value is no training, and starts none."""
    active = mlflow.active_run()
    if active is None or options["exclusive"]:
        return None
    return AutologgedRun(active.info.run_id, started=False)


def _is_due(options: Options, step: Any) -> bool:
    every = options["log_every_n_step"]
    return bool(every) and int(step or 0) % every == 0


def _log(options: Options, values: Mapping[str, Any], step: Any) -> None:
    run = _run(options)
    if run is not None:
        run.log_metrics(numbers(values), int(step or 0))


def _scalar(options: Options, tag: str, scalar_value: Any, global_step: Any = None, *_: Any, **__: Any) -> None:
    if _is_due(options, global_step):
        _log(options, {tag: scalar_value}, global_step)


def _scalars(
    options: Options, main_tag: str, tag_scalar_dict: Any, global_step: Any = None, *_: Any, **__: Any
) -> None:
    if _is_due(options, global_step):
        _log(options, {f"{main_tag}/{tag}": value for tag, value in tag_scalar_dict.items()}, global_step)


def _hparams(
    options: Options,
    hparam_dict: Any,
    metric_dict: Any = None,
    hparam_domain_discrete: Any = None,
    run_name: str | None = None,
    global_step: Any = None,
) -> None:
    run = _run(options)
    if run is not None:
        run.log_params(hparam_dict or {})
        run.log_metrics(numbers(metric_dict or {}), int(global_step or 0))


def _logging(log: Callable[..., None]) -> Callable[..., Any]:
    """What is put around a method: the call, then the logging of its arguments, which are those of `log`."""

    def around(call: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        with inside():  # hyperparameters are told by a writer of their own
            result = call(*args, **kwargs)
        options = current(FLAVOR_NAME)
        if options is not None and not is_inside():
            with quietly(bool(options["silent"])), safely(FLAVOR_NAME, "log what TensorBoard is told"):
                log(options, *args, **kwargs)
        return result

    return around


METHODS = {"add_scalar": _logging(_scalar), "add_scalars": _logging(_scalars), "add_hparams": _logging(_hparams)}
"""Methods of `SummaryWriter`, and what is put around them."""
