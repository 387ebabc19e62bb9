"""`mlflow.fastai.autolog`: trainings of learners log themselves."""

from __future__ import annotations

import functools
import importlib
import os
import random
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any

from mlflow.autologging import AutologgedRun, Call, Integration, safe_callbacks
from mlflow.autologging.models import logged_model
from mlflow.fastai.model_io import FLAVOR, FLAVOR_NAME, log_model
from mlflow.models.checkpoints import numbers

_TRAINING = ("fit", "fit_one_cycle", "fit_flat_cos", "fit_sgdr", "fine_tune")
_NOT_LOGGED = frozenset(["cbs", "lr", "lr_max", "wd", "moms"])
"""Arguments that the optimizer knows better, and callbacks."""
_LOOKS = 100
"""At how many points of a training a schedule is looked at for its ends."""


def autolog(
    log_models: bool = True,
    log_datasets: bool = True,
    disable: bool = False,
    exclusive: bool = False,
    disable_for_unsupported_versions: bool = False,
    silent: bool = False,
    registered_model_name: str | None = None,
    extra_tags: dict[str, str] | None = None,
) -> None:
    """Log every training of a learner from now on, to the active run or to a run of its own.

    Trainings are `fit`, `fit_one_cycle`, `fit_flat_cos`, `fit_sgdr` and `fine_tune`. What is logged: their arguments,
    the optimizer's parameters and how they are scheduled, those of early stopping; the metrics of each epoch, those
    that are frozen included; a summary of the module; the learner. What cannot be logged is a warning; it never stops
    a training.

    Args:
        log_models: log the learner when it is trained.
        log_datasets: accepted for compatibility: loaders of data have no description.
        disable: stop logging instead, and leave fastai as it was.
        exclusive: log nothing while a run is active that the user started.
        disable_for_unsupported_versions: log nothing with versions of fastai that this was not made for.
        silent: show no messages of autologging.
        registered_model_name: also make a version of this registered model for each learner.
        extra_tags: tags of every run that autologging starts.
    """
    INTEGRATION.enable(locals())


def _patch() -> None:
    learner: Any = FLAVOR.library("fastai.learner").Learner
    FLAVOR.library("fastai.callback.schedule")  # which adds most of these methods
    for name in _TRAINING:
        INTEGRATION.watch(learner, name, _fit)
    INTEGRATION.mute(learner, "lr_find")  # a training for show


def _fit(call: Call) -> Generator[None, None, None]:
    learner, options = call.owner, call.options
    run = call.run()
    with call.safely("log the parameters"):
        run.log_params({name: value for name, value in call.arguments().items() if name not in _NOT_LOGGED})
    hooks = None
    with logged_model(call, run) as model_id:
        with call.safely("watch the training"):
            hooks = _callback_class()()
            hooks.log_to(run, model_id)
            learner.add_cb(hooks)
        try:
            yield
        finally:
            if hooks is not None:
                with call.safely("take the callback away"):
                    learner.remove_cb(hooks)
    with call.safely("log the module's summary"), _same_chance():
        run.log_text(str(learner.summary()), "module_summary.txt")
    if model_id is not None:
        with call.safely("log the learner"), _same_chance():
            log_model(learner, name="model", model_id=model_id, registered_model_name=options["registered_model_name"])


@contextmanager
def _same_chance() -> Iterator[None]:
    """Leave the generators of random numbers as they were: a summary draws a batch, and new loaders draw a seed."""
    import numpy as np
    import torch

    before, arrays = random.getstate(), np.random.get_state()
    try:
        with torch.random.fork_rng():
            yield
    finally:
        random.setstate(before)
        np.random.set_state(arrays)


@safe_callbacks(FLAVOR_NAME)
class _TrainingHooks:
    """What fastai calls during a training. (Names such as `run` and `epoch` are taken: they are the learner's.)"""

    order = 55
    """After the recorder (50), which counts, and before those (60) that may end the training with this epoch."""

    def log_to(self, run: AutologgedRun, model_id: str | None) -> None:
        """Say where to log."""
        self.logged_run = run
        self.logged_model = model_id
        self.epochs_logged = 0
        self.has_begun = False
        self.has_batch = False

    def before_fit(self) -> None:
        """Log what is known now that the optimizer is there; of a training in two parts, of the first one."""
        if self.has_begun:
            return
        self.has_begun = True
        learner: Any = self.learn  # type: ignore[attr-defined]
        params: dict[str, Any] = {
            "n_epoch": learner.n_epoch,
            "opt_func": _name(learner.opt_func),
            "num_layers": sum(not list(each.children()) for each in learner.model.modules()),
        }
        scheduled = _schedules(learner)
        for name in learner.opt.hypers[0]:
            if name not in scheduled:
                params[name] = [each.get(name) for each in learner.opt.hypers]
        for name, schedule in scheduled.items():
            values = [schedule(step / _LOOKS) for step in range(_LOOKS)]
            found = {"min": min(values, key=_size), "max": max(values, key=_size)}
            found |= {"init": values[0], "final": values[-1]}
            params |= {f"{name}_{what}": value for what, value in found.items()}
            self.logged_run.later(functools.partial(_draw, self.logged_run, name, [*map(_size, values)]))
        for each in learner.cbs:
            if type(each).__name__ == "EarlyStoppingCallback":
                params |= {f"early_stop_{name}": getattr(each, name) for name in ("monitor", "min_delta", "patience")}
                params["early_stop_comp"] = _name(each.comp)
        self.logged_run.log_params(params)

    def before_batch(self) -> None:
        """Log the shape of the first batch."""
        if not self.has_batch:
            self.has_batch = True
            shapes = [" x ".join(map(str, each.shape)) for each in self.learn.xb if hasattr(each, "shape")]  # type: ignore[attr-defined]
            self.logged_run.log_params({"input_size": shapes})

    def after_epoch(self) -> None:
        """Log the metrics of an epoch."""
        recorder: Any = self.learn.recorder  # type: ignore[attr-defined]
        found = dict(zip(recorder.metric_names, recorder.log, strict=False))
        found.pop("time", None)
        known = {name: value for name, value in found.items() if value is not None}
        self.logged_run.log_metrics(numbers(known), self.epochs_logged, model_id=self.logged_model)
        self.epochs_logged += 1


def _schedules(learner: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for each in learner.cbs:
        if isinstance(each, FLAVOR.library("fastai.callback.schedule").ParamScheduler):
            found |= dict(getattr(each, "scheds", {}))
    return found


def _size(value: Any) -> float:
    """By what values of groups of parameters are compared: those of the last group, which learns the most."""
    return float(value[-1]) if hasattr(value, "__len__") else float(value)


def _name(function: Any) -> str:
    function = getattr(function, "func", function)  # what a partial is of
    return str(getattr(function, "__name__", type(function).__name__))


def _draw(run: AutologgedRun, name: str, values: list[float]) -> None:
    figures: Any = importlib.import_module("matplotlib.figure")
    with tempfile.TemporaryDirectory() as scratch:
        figure = figures.Figure()
        axes = figure.subplots()
        axes.plot([step / _LOOKS for step in range(_LOOKS)], values)
        axes.set_xlabel("part of the training")
        axes.set_ylabel(name)
        path = os.path.join(scratch, f"{name}.png")
        figure.savefig(path)
        run.log_artifact(path)


@functools.cache
def _callback_class() -> Any:
    # Made at its first use: its base is fastai's, which is not there for everybody.
    base: Any = FLAVOR.library("fastai.callback.core").Callback
    return type("MlflowTrainingCallback", (_TrainingHooks, base), {})


INTEGRATION = Integration(FLAVOR_NAME, _patch, module="fastai", supported=("2.7", "3"))

__all__ = ["autolog"]
