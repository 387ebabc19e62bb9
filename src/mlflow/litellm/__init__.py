"""LiteLLM: its completions as traces, by the logger that LiteLLM itself has for MLflow."""

from __future__ import annotations

import importlib
from typing import Any

from mlflow.autologging import Integration

__all__ = ["FLAVOR_NAME", "autolog"]

FLAVOR_NAME = "litellm"
_NAME = "mlflow"
"""What LiteLLM calls its logger."""


def autolog(log_traces: bool = True, disable: bool = False, silent: bool = False) -> None:
    """Record every completion by LiteLLM as a span from now on: under the active span, or as a trace.

    LiteLLM tells of completions, embeddings and the like in a thread of its own, a moment after they ended.

    Args:
        log_traces: record traces, which is all that there is to record.
        disable: record nothing any more.
        silent: show no messages of autologging.
    """
    INTEGRATION.enable(locals())
    if disable or not log_traces:
        _take_away()


def _lists() -> list[list[Any]]:
    litellm = importlib.import_module("litellm")
    names = "success_callback failure_callback callbacks _async_success_callback _async_failure_callback".split()
    return [found for name in names if isinstance(found := getattr(litellm, name, None), list)]


def _patch() -> None:
    options = INTEGRATION.options or {}
    if options.get("log_traces", True):
        for found in _lists()[:2]:
            if _NAME not in found:
                found.append(_NAME)


def _take_away() -> None:
    for found in _lists():
        # LiteLLM puts an object in the place of the name at its first use.
        found[:] = [each for each in found if each != _NAME and type(each).__name__ != "MlflowLogger"]


INTEGRATION = Integration(FLAVOR_NAME, _patch, module="litellm", supported=("1.63", "2"))
