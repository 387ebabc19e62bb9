"""`mlflow.llama_index.autolog`: handlers at the root of LlamaIndex's own instrumentation."""

from __future__ import annotations

import importlib
from typing import Any

from mlflow.autologging import Integration

FLAVOR_NAME = "llama_index"
_kept: dict[str, Any] = {}


def autolog(log_traces: bool = True, disable: bool = False, silent: bool = False) -> None:
    """Record what LlamaIndex runs as spans from now on: under the active span, or as a trace.

    Query and chat engines, retrievers, models, embeddings, tools, agents, and the steps of workflows: what they took
    and gave, the tools that models were offered, the tokens that they used. A stream's span ends with the stream.

    Args:
        log_traces: record traces, which is all that there is to record.
        disable: record nothing any more, and take the handlers out of LlamaIndex.
        silent: show no messages of autologging.
    """
    INTEGRATION.enable(locals())
    if INTEGRATION.options is None or not log_traces:
        _remove()


def _patch() -> None:
    """Add our handlers to the dispatcher that all others hand on to, once."""
    root = importlib.import_module("llama_index.core.instrumentation").get_dispatcher()
    if not _kept:
        handlers = importlib.import_module("mlflow.llama_index.tracer")
        tracer = handlers.Tracer()
        _kept.update(spans=handlers.SpanHandler(tracer), events=handlers.EventHandler(tracer))
    if not any(each is _kept["spans"] for each in root.span_handlers):
        root.add_span_handler(_kept["spans"])
        root.add_event_handler(_kept["events"])


def _remove() -> None:
    if _kept:
        root = importlib.import_module("llama_index.core.instrumentation").get_dispatcher()
        root.span_handlers[:] = [each for each in root.span_handlers if each is not _kept["spans"]]
        root.event_handlers[:] = [each for each in root.event_handlers if each is not _kept["events"]]


INTEGRATION = Integration(
    FLAVOR_NAME, _patch, module="llama_index.core", package="llama-index-core", supported=("0.12.6", "0.15")
)
