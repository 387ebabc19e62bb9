"""`mlflow.dspy.autolog`: modules, models and tools as spans; evaluations and optimizations as runs."""

from __future__ import annotations

import importlib
from collections.abc import Generator
from typing import Any

from mlflow.autologging import Call, Integration, class_tree
from mlflow.dspy.recording import Evaluation, Optimization

FLAVOR_NAME = "dspy"
WITHIN = "mlflow_within"
"""The setting of DSPy that names what goes on: DSPy hands settings on to the threads in which it evaluates."""
_kept: dict[str, Any] = {}


def autolog(
    log_traces: bool = True,
    log_traces_from_compile: bool = False,
    log_traces_from_eval: bool = True,
    log_compiles: bool = False,
    log_evals: bool = False,
    disable: bool = False,
    silent: bool = False,
) -> None:
    """Record what DSPy's modules do as spans from now on: under the active span, or as a trace.

    Modules, models, adapters and tools. Each trace of an evaluation gets the score of its example as a feedback.

    Args:
        log_traces: record traces.
        log_traces_from_compile: record them within optimizers too, which ask models very often.
        log_traces_from_eval: record them within `dspy.Evaluate`.
        log_compiles: log each `compile` of an optimizer to a run: its arguments, training and validation set, the
            program that came out of it, and its evaluations as child runs.
        log_evals: log each call of a `dspy.Evaluate` to a run: the program's parameters, its score, a table of results.
        disable: record nothing any more, and leave DSPy as it was.
        silent: show no messages of autologging.
    """
    INTEGRATION.enable(locals())
    if INTEGRATION.options is None:
        _remove()


def _patch() -> None:
    dspy = importlib.import_module("dspy")
    callbacks = dspy.settings.get("callbacks")
    if not _kept:
        _kept["callback"] = importlib.import_module("mlflow.dspy.callback").Callback()
    # In place: `dspy.configure` would make this thread the only one that may ever call it.
    if not any(each is _kept["callback"] for each in callbacks):
        callbacks.append(_kept["callback"])
    INTEGRATION.trace(importlib.import_module("dspy.evaluate").Evaluate, "__call__", _evaluate)
    for kind in class_tree(importlib.import_module("dspy.teleprompt").Teleprompter):
        if "compile" in vars(kind):
            INTEGRATION.trace(kind, "compile", _compile)


def _remove() -> None:
    if _kept:
        callbacks = importlib.import_module("dspy").settings.get("callbacks")
        callbacks[:] = [each for each in callbacks if each is not _kept["callback"]]


def _evaluate(call: Call) -> Generator[None, None, None]:
    dspy = importlib.import_module("dspy")
    optimization = dspy.settings.get(WITHIN)
    evaluation = Evaluation(call, optimization if isinstance(optimization, Optimization) else None)
    status = "FAILED"
    try:
        with dspy.context(**{WITHIN: evaluation}):
            yield
        status = "FINISHED"
        evaluation.finish(call.result)
    finally:
        evaluation.end(status)


def _compile(call: Call) -> Generator[None, None, None]:
    dspy = importlib.import_module("dspy")
    if dspy.settings.get(WITHIN) is not None:
        return  # an optimizer within another is a step of it
    optimization = Optimization(call)
    with dspy.context(**{WITHIN: optimization}):
        yield
    optimization.finish(call.result)


INTEGRATION = Integration(FLAVOR_NAME, _patch, module="dspy", supported=("2.6.27", "4"))
