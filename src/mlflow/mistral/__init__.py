"""Mistral's client: its chat completions as traces."""

from __future__ import annotations

import importlib
from typing import Any

from millrace.model import SpanAttributeKey, SpanType
from mlflow.autologging import Call, Integration
from mlflow.tracing.library import Started, function_tool, inputs_of, set_usage, trace_calls
from mlflow.tracing.live import LiveSpan

__all__ = ["FLAVOR_NAME", "autolog"]

FLAVOR_NAME = "mistral"


def autolog(log_traces: bool = True, disable: bool = False, silent: bool = False) -> None:
    """Record every chat completion of the `mistralai` client as a span from now on: under the active span, or a trace.

    Those that are answered whole, synchronous and asynchronous; streams are not recorded.

    Args:
        log_traces: record traces, which is all that there is to record.
        disable: record nothing any more, and leave the client as it was.
        silent: show no messages of autologging.
    """
    INTEGRATION.enable(locals())


def _patch() -> None:
    chat = getattr(importlib.import_module("mistralai.chat"), "Chat", None)
    trace_calls(INTEGRATION, chat, ("complete", "complete_async"), _begin, _finish)


def _begin(call: Call) -> Started:
    inputs = {name: value for name, value in inputs_of(call).items() if type(value).__name__ != "Unset"}
    attributes: dict[str, Any] = {SpanAttributeKey.MESSAGE_FORMAT: FLAVOR_NAME}
    tools = [_tool(each) for each in inputs.get("tools") or ()]
    if tools:
        attributes[SpanAttributeKey.CHAT_TOOLS] = tools
    return Started(f"Chat.{call.function.__name__}", SpanType.CHAT_MODEL, inputs, attributes)


def _tool(tool: Any) -> dict[str, Any]:
    found = tool if isinstance(tool, dict) else tool.model_dump()
    function = found["function"]
    return function_tool(function["name"], function.get("description"), function.get("parameters"))


def _finish(flavor: str, span: LiveSpan, result: Any) -> Any:
    span.set_outputs(result)
    usage = getattr(result, "usage", None)
    if usage is not None:
        set_usage(span, usage.prompt_tokens, usage.completion_tokens, usage.total_tokens)
    span.end()
    return result


INTEGRATION = Integration(FLAVOR_NAME, _patch, module="mistralai", supported=("1.2", "2"))
