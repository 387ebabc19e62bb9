"""`mlflow.openai.autolog`: calls of the `openai` client, as spans."""

from __future__ import annotations

import importlib
from typing import Any

from millrace.model import SpanAttributeKey, SpanType
from mlflow.autologging import Call, Integration
from mlflow.autologging.imports import when_imported
from mlflow.openai.agents import watch_agents
from mlflow.openai.chunks import completion_of, gather_chat, gather_completion, gather_response
from mlflow.tracing.library import Started, function_tool_of, given, parsed, set_usage, stream_inside, trace_calls
from mlflow.tracing.live import LiveSpan

FLAVOR_NAME = "openai"


def autolog(
    disable: bool = False,
    exclusive: bool = False,
    disable_for_unsupported_versions: bool = False,
    silent: bool = False,
    log_traces: bool = True,
) -> None:
    """Record every call of the `openai` client as a span from now on: under the active span, or as a trace.

    Chat completions, completions, responses and embeddings, of OpenAI's clients and of Azure's, synchronous and
    asynchronous, streamed or not: what they took and gave, the tools that were offered, the tokens that were used. A
    stream's span ends with the stream. So are runs of agents by the package `openai-agents`, and their steps.

    Args:
        disable: record nothing any more, and leave the client as it was.
        exclusive: accepted for compatibility: traces do not need a run.
        disable_for_unsupported_versions: accepted for compatibility.
        silent: show no messages of autologging.
        log_traces: record traces, which is all that there is to record.
    """
    INTEGRATION.enable(locals())


_KINDS: dict[str, tuple[str, tuple[str, ...], str]] = {
    "chat.completions": (SpanType.CHAT_MODEL, ("create", "parse"), "messages"),
    "beta.chat.completions": (SpanType.CHAT_MODEL, ("parse",), "messages"),
    "completions": (SpanType.LLM, ("create",), ""),
    "embeddings": (SpanType.EMBEDDING, ("create",), "input"),
    "responses": (SpanType.CHAT_MODEL, ("create", "parse"), "input"),
}
"""The resources: the type of their spans, the methods, and the argument that is no attribute."""


def _patch() -> None:
    for resource, (span_type, methods, subject) in _KINDS.items():
        try:
            module = importlib.import_module(f"openai.resources.{resource}")
        except ImportError:
            continue  # an older client
        name = resource.rpartition(".")[2].capitalize()
        for owner in (getattr(module, name, None), getattr(module, f"Async{name}", None)):
            trace_calls(INTEGRATION, owner, methods, _Begin(span_type, subject), _finish)
    when_imported("agents", lambda: watch_agents(INTEGRATION), key="mlflow.openai")


class _Begin:
    """What a call of a resource begins with."""

    def __init__(self, span_type: str, subject: str) -> None:
        self._span_type = span_type
        self._subject = subject

    def __call__(self, call: Call) -> Started:
        inputs = given(call.kwargs)
        attributes = {name: value for name, value in inputs.items() if name != self._subject}
        if self._span_type != SpanType.EMBEDDING:
            attributes[SpanAttributeKey.MESSAGE_FORMAT] = FLAVOR_NAME
        tools = [tool for tool in map(_tool, inputs.get("tools") or ()) if tool is not None]
        if tools and self._span_type == SpanType.CHAT_MODEL:
            attributes[SpanAttributeKey.CHAT_TOOLS] = tools
        return Started(type(call.owner).__name__, self._span_type, inputs, attributes)


def _tool(tool: Any) -> dict[str, Any] | None:
    """A tool in one form; those that OpenAI itself runs, such as its web search, have none."""
    if not isinstance(tool, dict) or tool.get("type") != "function":
        return None
    return function_tool_of(tool.get("function", tool))


def _finish(flavor: str, span: LiveSpan, result: Any) -> Any:
    """End the span of a call, or leave that to the stream that it gave."""
    found = parsed(result)
    if hasattr(found, "_iterator"):
        stream_inside(flavor, span, found, "_iterator", _gather)
        return result
    span.set_outputs(found)
    tell_usage(span, found)
    span.end()
    return result


def tell_usage(span: LiveSpan, found: Any) -> None:
    """Set the tokens that a completion or response says it used."""
    usage = getattr(found, "usage", None)
    if usage is None or span.span_type != SpanType.CHAT_MODEL:
        return
    if hasattr(usage, "prompt_tokens"):
        set_usage(span, usage.prompt_tokens, usage.completion_tokens, usage.total_tokens)
    elif hasattr(usage, "input_tokens"):
        set_usage(span, usage.input_tokens, usage.output_tokens, usage.total_tokens)


def _gather(span: LiveSpan, chunks: list[Any]) -> None:
    """Set what the pieces of a stream come to."""
    if not chunks:
        return
    kind = getattr(chunks[0], "object", None)
    if kind == "chat.completion.chunk":
        found: Any = completion_of(gather_chat(chunks))
    elif kind == "text_completion":
        found = gather_completion(chunks)
    else:
        found = gather_response(chunks)
    span.set_outputs(found)
    tell_usage(span, found)


INTEGRATION = Integration(FLAVOR_NAME, _patch, module="openai", supported=("1.57", "4"))
