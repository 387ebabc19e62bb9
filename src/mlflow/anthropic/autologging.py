"""`mlflow.anthropic.autolog`: calls of the `anthropic` client, as spans."""

from __future__ import annotations

import importlib
import json
from collections.abc import Generator
from typing import Any

from millrace.model import SpanAttributeKey, SpanType
from mlflow.autologging import Call, Integration
from mlflow.tracing.library import Started, function_tool, inputs_of, parsed, set_usage, stream_inside, trace_calls
from mlflow.tracing.live import LiveSpan

FLAVOR_NAME = "anthropic"
_STARTED = "_mlflow_started"
"""The attribute by which a manager of a stream knows what it will ask."""


def autolog(log_traces: bool = True, disable: bool = False, silent: bool = False) -> None:
    """Record every message that the `anthropic` client creates as a span: under the active span, or as a trace.

    Synchronous and asynchronous, streamed (`stream=True`, `messages.stream`) or not, also by `client.beta`: what it
    took and gave, the tools that were offered, the tokens that were used. A stream's span ends with the stream.

    Args:
        log_traces: record traces, which is all that there is to record.
        disable: record nothing any more, and leave the client as it was.
        silent: show no messages of autologging.
    """
    INTEGRATION.enable(locals())


def _patch() -> None:
    for place in ("anthropic.resources.messages", "anthropic.resources.beta.messages"):
        try:
            messages = importlib.import_module(place)
        except ImportError:
            continue  # an older client
        for name in ("Messages", "AsyncMessages"):
            owner = getattr(messages, name, None)
            trace_calls(INTEGRATION, owner, "create", _begin, _finish)
            trace_calls(INTEGRATION, owner, "parse", _begin, _finish)
            if owner is not None and hasattr(owner, "stream"):
                INTEGRATION.trace(owner, "stream", _remember)
    managers = importlib.import_module("anthropic.lib.streaming")
    for name in ("MessageStreamManager", "BetaMessageStreamManager"):
        trace_calls(INTEGRATION, getattr(managers, name, None), "__enter__", _begin_stream, _finish_stream)
        trace_calls(INTEGRATION, getattr(managers, f"Async{name}", None), "__aenter__", _begin_stream, _finish_stream)


# -- the helper for streams, which asks when it is entered -----------------------------------------------------------
def _remember(call: Call) -> Generator[None, None, None]:
    """Have the manager that `messages.stream` makes know what it will ask."""
    started = _begin(call)
    yield
    setattr(call.result, _STARTED, started)


def _begin_stream(call: Call) -> Started | None:
    found: Started | None = getattr(call.owner, _STARTED, None)
    return found


def _finish_stream(flavor: str, span: LiveSpan, result: Any) -> Any:
    stream_inside(flavor, span, result._raw_stream, "_iterator", _gather)
    return result


# -- calls -----------------------------------------------------------------------------------------------------------
def _begin(call: Call) -> Started:
    inputs = inputs_of(call)
    attributes: dict[str, Any] = {SpanAttributeKey.MESSAGE_FORMAT: FLAVOR_NAME}
    tools = [_tool(tool) for tool in inputs.get("tools") or () if isinstance(tool, dict) and "name" in tool]
    if tools:
        attributes[SpanAttributeKey.CHAT_TOOLS] = tools
    return Started(f"{type(call.owner).__name__}.{call.function.__name__}", SpanType.CHAT_MODEL, inputs, attributes)


def _tool(tool: dict[str, Any]) -> dict[str, Any]:
    return function_tool(tool["name"], tool.get("description"), tool.get("input_schema"))


def _finish(flavor: str, span: LiveSpan, result: Any) -> Any:
    """End the span of a call, or leave that to the stream that it gave."""
    found = parsed(result)
    if hasattr(found, "_iterator"):
        stream_inside(flavor, span, found, "_iterator", _gather)
        return result
    span.set_outputs(found)
    usage = getattr(found, "usage", None)
    if usage is not None:
        set_usage(span, usage.input_tokens, usage.output_tokens)
    span.end()
    return result


def _gather(span: LiveSpan, events: list[Any]) -> None:
    """Set the message that the events of a stream come to."""
    message: dict[str, Any] = {}
    pieces: dict[int, dict[str, Any]] = {}
    for event in events:
        if event.type == "message_start":
            message = event.message.model_dump()
        elif event.type == "content_block_start":
            pieces[event.index] = event.content_block.model_dump()
        elif event.type == "content_block_delta":
            _add(pieces.setdefault(event.index, {}), event.delta)
        elif event.type == "message_delta":
            message.update({key: value for key, value in event.delta.model_dump().items() if value is not None})
            counts = {key: value for key, value in event.usage.model_dump().items() if value is not None}
            message["usage"] = {**message.get("usage", {}), **counts}
    if not message:
        span.set_outputs(events)
        return
    for piece in pieces.values():
        if "partial_json" in piece:
            text = piece.pop("partial_json")
            piece["input"] = _decoded(text) if text else piece.get("input")
    message["content"] = [pieces[index] for index in sorted(pieces)]
    span.set_outputs(message)
    usage = message.get("usage") or {}
    set_usage(span, usage.get("input_tokens"), usage.get("output_tokens"))


def _add(piece: dict[str, Any], delta: Any) -> None:
    for name in ("text", "thinking", "partial_json", "signature"):
        text = getattr(delta, name, None)
        if isinstance(text, str):
            piece[name] = (piece.get(name) or "") + text


def _decoded(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


INTEGRATION = Integration(FLAVOR_NAME, _patch, module="anthropic", supported=("0.41", "3"))
