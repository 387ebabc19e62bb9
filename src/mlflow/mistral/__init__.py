"""Mistral's client: what it asks models as traces."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import AsyncIterator, Iterator
from typing import Any

from millrace.model import SpanAttributeKey, SpanType
from mlflow.autologging import Call, Integration
from mlflow.openai.chunks import gather_chat
from mlflow.tracing.library import Started, function_tool, inputs_of, set_usage, trace_calls
from mlflow.tracing.live import LiveSpan
from mlflow.tracing.streams import end_readings, stream, stream_inside, stream_later

__all__ = ["FLAVOR_NAME", "autolog"]

FLAVOR_NAME = "mistral"


def autolog(log_traces: bool = True, disable: bool = False, silent: bool = False) -> None:
    """Record what the `mistralai` client asks models as spans from now on: under the active span, or as traces.

    Chat completions, those of agents and of code (`fim`), whole and streamed, and embeddings, synchronous and
    asynchronous: what they took and gave, the tools that were offered, the tokens that were used. A stream's span ends
    with the stream.

    Args:
        log_traces: record traces, which is all that there is to record.
        disable: record nothing any more, and leave the client as it was.
        silent: show no messages of autologging.
    """
    INTEGRATION.enable(locals())


_ANSWERING = ("complete", "complete_async")
_STREAMING = ("stream", "stream_async")
_KINDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "chat": (SpanType.CHAT_MODEL, (*_ANSWERING, *_STREAMING)),
    "agents": (SpanType.CHAT_MODEL, (*_ANSWERING, *_STREAMING)),
    "fim": (SpanType.LLM, (*_ANSWERING, *_STREAMING)),
    "embeddings": (SpanType.EMBEDDING, ("create", "create_async")),
}
"""The parts of the client: the type of their spans, and the methods."""


def _patch() -> None:
    package = "mistralai" if importlib.util.find_spec("mistralai.chat") else "mistralai.client"  # from version 2 on
    for name, (span_type, methods) in _KINDS.items():
        owner = getattr(importlib.import_module(f"{package}.{name}"), name.capitalize(), None)
        trace_calls(INTEGRATION, owner, methods, _Begin(span_type), _finish)
    streams = importlib.import_module(f"{package}.utils.eventstreaming")
    end_readings(INTEGRATION, getattr(streams, "EventStream", None), ("__exit__",))
    end_readings(INTEGRATION, getattr(streams, "EventStreamAsync", None), ("__aexit__",))


class _Begin:
    """What a call of a part of the client begins with."""

    def __init__(self, span_type: str) -> None:
        self._span_type = span_type

    def __call__(self, call: Call) -> Started:
        inputs = {name: value for name, value in inputs_of(call).items() if type(value).__name__ != "Unset"}
        attributes: dict[str, Any] = {}
        if self._span_type == SpanType.CHAT_MODEL:
            attributes[SpanAttributeKey.MESSAGE_FORMAT] = FLAVOR_NAME
        tools = [tool for each in inputs.get("tools") or () if (tool := _tool(each)) is not None]
        if tools:
            attributes[SpanAttributeKey.CHAT_TOOLS] = tools
        name = f"{type(call.owner).__name__}.{call.function.__name__}"
        return Started(name, self._span_type, inputs, attributes)


def _tool(tool: Any) -> dict[str, Any] | None:
    """A tool in one form; those that Mistral itself runs, such as its web search, have none."""
    found = tool if isinstance(tool, dict) else tool.model_dump()
    function = found.get("function")
    if function is None:
        return None
    return function_tool(function["name"], function.get("description"), function.get("parameters"))


def _finish(flavor: str, span: LiveSpan, result: Any) -> Any:
    """End the span of a call, or leave that to the stream that it gave."""
    if hasattr(result, "generator"):
        return stream_inside(flavor, span, result, "generator", _gather)
    if isinstance(result, AsyncIterator):  # of an older client
        return stream_later(flavor, span, result, _gather)
    if isinstance(result, Iterator):
        return stream(flavor, span, result, _gather)
    span.set_outputs(result)
    _tell_usage(span, getattr(result, "usage", None))
    span.end()
    return result


def _gather(span: LiveSpan, events: list[Any]) -> None:
    """Set the completion that the events of a stream come to."""
    chunks = [event.data for event in events]
    if chunks:
        span.set_outputs(gather_chat(chunks))
        _tell_usage(span, next((chunk.usage for chunk in reversed(chunks) if chunk.usage), None))


def _tell_usage(span: LiveSpan, usage: Any) -> None:
    if usage is not None and span.span_type != SpanType.EMBEDDING:
        set_usage(span, usage.prompt_tokens, usage.completion_tokens, usage.total_tokens)


INTEGRATION = Integration(FLAVOR_NAME, _patch, module="mistralai", supported=("1.2", "4"))
