"""`mlflow.langchain.autolog`: a callback handler in every run of LangChain and LangGraph."""

from __future__ import annotations

import importlib
from typing import Any

from mlflow.autologging import Integration
from mlflow.tracing.library import is_on

FLAVOR_NAME = "langchain"
_kept: dict[str, Any] = {}


def autolog(
    disable: bool = False,
    exclusive: bool = False,
    disable_for_unsupported_versions: bool = False,
    silent: bool = False,
    log_traces: bool = True,
    run_tracer_inline: bool = False,
) -> None:
    """Record what LangChain and LangGraph run as spans from now on: under the active span, or as a trace.

    Chains, graphs and their nodes, models, tools, retrievers and parsers: what they took and gave, the tools that
    models were offered, the tokens that they used. Spans that nodes begin themselves are steps of theirs.

    Args:
        disable: record nothing any more.
        exclusive: accepted for compatibility: traces do not need a run.
        disable_for_unsupported_versions: accepted for compatibility.
        silent: show no messages of autologging.
        log_traces: record traces, which is all that there is to record.
        run_tracer_inline: accepted for compatibility: the handler always runs in the task that it tells of.
    """
    INTEGRATION.enable(locals())


class _Switch:
    """What LangChain asks for a handler each time that it makes a manager of callbacks; it looks like a ContextVar."""

    def get(self) -> Any:
        """The handler; None while nothing is recorded."""
        return _kept["handler"] if is_on(INTEGRATION) else None


def _register() -> None:
    """Have LangChain ask for our handler; it can be told so once only, and offers no way back."""
    if "handler" not in _kept:
        tracer = importlib.import_module("mlflow.langchain.tracer")
        _kept["handler"] = tracer.Tracer()
        context = importlib.import_module("langchain_core.tracers.context")
        context.register_configure_hook(_Switch(), inheritable=True)


INTEGRATION = Integration(
    FLAVOR_NAME, _register, module="langchain_core", package="langchain-core", supported=("0.3", "2")
)
