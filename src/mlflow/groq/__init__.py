"""Groq's client: its chat completions as traces."""

from __future__ import annotations

import importlib
from typing import Any

from millrace.model import SpanAttributeKey, SpanType
from mlflow.autologging import Call, Integration
from mlflow.openai.chunks import gather_chat
from mlflow.tracing.library import Started, given, parsed, set_usage, stream_inside, trace_calls
from mlflow.tracing.live import LiveSpan

__all__ = ["FLAVOR_NAME", "autolog"]

FLAVOR_NAME = "groq"


def autolog(log_traces: bool = True, disable: bool = False, silent: bool = False) -> None:
    """Record every chat completion of the `groq` client as a span from now on: under the active span, or as a trace.

    Synchronous and asynchronous, streamed or not; a stream's span ends with the stream.

    Args:
        log_traces: record traces, which is all that there is to record.
        disable: record nothing any more, and leave the client as it was.
        silent: show no messages of autologging.
    """
    INTEGRATION.enable(locals())


def _patch() -> None:
    completions = importlib.import_module("groq.resources.chat.completions")
    for name in ("Completions", "AsyncCompletions"):
        trace_calls(INTEGRATION, getattr(completions, name, None), "create", _begin, _finish)


def _begin(call: Call) -> Started:
    inputs = given(call.kwargs)
    attributes: dict[str, Any] = {SpanAttributeKey.MESSAGE_FORMAT: FLAVOR_NAME}
    if inputs.get("tools"):
        attributes[SpanAttributeKey.CHAT_TOOLS] = inputs["tools"]
    return Started(type(call.owner).__name__, SpanType.CHAT_MODEL, inputs, attributes)


def _finish(flavor: str, span: LiveSpan, result: Any) -> Any:
    found = parsed(result)
    if hasattr(found, "_iterator"):
        stream_inside(flavor, span, found, "_iterator", _gather)
        return result
    span.set_outputs(found)
    usage = getattr(found, "usage", None)
    if usage is not None:
        set_usage(span, usage.prompt_tokens, usage.completion_tokens, usage.total_tokens)
    span.end()
    return result


def _gather(span: LiveSpan, chunks: list[Any]) -> None:
    """Set what the chunks of a stream come to; Groq tells the tokens with the last one, in a field of its own."""
    if not chunks:
        return
    found = gather_chat(chunks)
    told = [getattr(getattr(chunk, "x_groq", None), "usage", None) for chunk in chunks]
    usage = next((one.model_dump() for one in reversed(told) if one is not None), found["usage"])
    span.set_outputs({**found, "usage": usage})
    if usage:
        set_usage(span, usage.get("prompt_tokens"), usage.get("completion_tokens"), usage.get("total_tokens"))


INTEGRATION = Integration(FLAVOR_NAME, _patch, module="groq", supported=("0.13", "2"))
