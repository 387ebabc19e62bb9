"""Google's client for Gemini: what it generates, embeds and says in chats as traces."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import AsyncIterator, Iterator
from typing import Any

from millrace.model import SpanAttributeKey, SpanType
from mlflow.autologging import Call, Integration
from mlflow.tracing.library import Started, function_tool, inputs_of, set_usage, stream, stream_later, trace_calls
from mlflow.tracing.live import LiveSpan

__all__ = ["FLAVOR_NAME", "autolog"]

FLAVOR_NAME = "gemini"


def autolog(log_traces: bool = True, disable: bool = False, silent: bool = False) -> None:
    """Record what the `google-genai` client does as spans from now on: under the active span, or as a trace.

    Generated contents, whole and streamed, embeddings, counted tokens and messages of chats, synchronous and
    asynchronous.

    Args:
        log_traces: record traces, which is all that there is to record.
        disable: record nothing any more, and leave the client as it was.
        silent: show no messages of autologging.
    """
    INTEGRATION.enable(locals())


_OF_MODELS = (
    "generate_content",
    "_generate_content",
    "generate_content_stream",
    "embed_content",
    "count_tokens",
)
_OF_CHATS = ("send_message", "send_message_stream")


def _patch() -> None:
    models, chats = (importlib.import_module(f"google.genai.{name}") for name in ("models", "chats"))
    for prefix in ("", "Async"):
        trace_calls(INTEGRATION, getattr(models, f"{prefix}Models", None), _OF_MODELS, _begin, _finish)
        trace_calls(INTEGRATION, getattr(chats, f"{prefix}Chat", None), _OF_CHATS, _begin, _finish)


def _begin(call: Call) -> Started:
    name = call.function.__name__
    inputs = inputs_of(call)
    attributes: dict[str, Any] = {SpanAttributeKey.MESSAGE_FORMAT: FLAVOR_NAME}
    with call.safely("read the tools that were offered"):
        tools = _tools(call, inputs.get("config"))
        if tools:
            attributes[SpanAttributeKey.CHAT_TOOLS] = tools
    kinds = {"embed_content": SpanType.EMBEDDING, **dict.fromkeys(_OF_CHATS, SpanType.CHAT_MODEL)}
    return Started(f"{type(call.owner).__name__}.{name}", kinds.get(name, SpanType.LLM), inputs, attributes)


def _tools(call: Call, config: Any) -> list[dict[str, Any]]:
    """The functions that a model may call: those that are declared, and those of Python."""
    offered = config.get("tools") if isinstance(config, dict) else getattr(config, "tools", None)
    found = []
    for declared in (each for tool in offered or () for each in _declared(call, tool)):
        parameters = getattr(declared, "parameters_json_schema", None)
        if parameters is None:
            schema = declared.parameters
            properties = {key: _schema(each) for key, each in ((schema and schema.properties) or {}).items()}
            parameters = {"type": "object", "properties": properties}
            if schema is not None and schema.required:
                parameters["required"] = schema.required
        found.append(function_tool(declared.name, declared.description, parameters))
    return found


def _declared(call: Call, tool: Any) -> list[Any]:
    types = importlib.import_module("google.genai.types")
    if inspect.isroutine(tool):
        client = getattr(call.owner, "_api_client", None)
        return [types.FunctionDeclaration.from_callable(client=client, callable=tool)]
    if isinstance(tool, dict):
        tool = types.Tool.model_validate(tool)
    return getattr(tool, "function_declarations", None) or []


def _schema(schema: Any) -> dict[str, Any]:
    told = {"type": schema.type and str(schema.type.value).lower(), "description": schema.description}
    return {key: value for key, value in {**told, "enum": schema.enum}.items() if value is not None}


def _finish(flavor: str, span: LiveSpan, result: Any) -> Any:
    if isinstance(result, AsyncIterator):
        return stream_later(flavor, span, result, _gather)
    if isinstance(result, Iterator):
        return stream(flavor, span, result, _gather)
    span.set_outputs(result)
    _tell_usage(span, result)
    span.end()
    return result


def _gather(span: LiveSpan, chunks: list[Any]) -> None:
    """Set what a stream gave: the last chunk with the parts of all of them, adjoining texts joined."""
    if not chunks:
        return
    parts: list[dict[str, Any]] = []
    for chunk in chunks:
        for candidate in (chunk.candidates or ())[:1]:
            for part in (candidate.content and candidate.content.parts) or ():
                _add(parts, part.model_dump(mode="json", exclude_none=True))
    whole = chunks[-1].model_dump(mode="json", exclude_none=True)
    for candidate in (whole.get("candidates") or ())[:1]:
        candidate["content"] = {"role": "model", "parts": parts}
    span.set_outputs(whole)
    _tell_usage(span, chunks[-1])


def _add(parts: list[dict[str, Any]], part: dict[str, Any]) -> None:
    before = parts[-1] if parts else {}
    if "text" in before and "text" in part and before.get("thought") == part.get("thought"):
        before.update(part, text=before["text"] + part["text"])
    elif part.get("text") != "":
        parts.append(part)


def _tell_usage(span: LiveSpan, result: Any) -> None:
    usage = getattr(result, "usage_metadata", None)
    if usage is not None:
        set_usage(span, usage.prompt_token_count, usage.candidates_token_count, usage.total_token_count)


INTEGRATION = Integration(FLAVOR_NAME, _patch, module="google.genai", package="google-genai", supported=("1.0", "4"))
