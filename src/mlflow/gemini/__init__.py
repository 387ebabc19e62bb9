"""Google's client for Gemini: what it generates, embeds and says in chats as traces."""

from __future__ import annotations

import importlib
import inspect
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


def _patch() -> None:
    models, chats = (importlib.import_module(f"google.genai.{name}") for name in ("models", "chats"))
    for prefix in ("", "Async"):
        trace_calls(INTEGRATION, getattr(models, f"{prefix}Models", None), _OF_MODELS, _begin, _finish)
        trace_calls(INTEGRATION, getattr(chats, f"{prefix}Chat", None), "send_message", _begin, _finish)


def _begin(call: Call) -> Started:
    name = call.function.__name__
    inputs = inputs_of(call)
    attributes: dict[str, Any] = {SpanAttributeKey.MESSAGE_FORMAT: FLAVOR_NAME}
    tools = _tools(inputs.get("config"))
    if tools:
        attributes[SpanAttributeKey.CHAT_TOOLS] = tools
    kinds = {"embed_content": SpanType.EMBEDDING, "send_message": SpanType.CHAT_MODEL}
    return Started(f"{type(call.owner).__name__}.{name}", kinds.get(name, SpanType.LLM), inputs, attributes)


def _tools(config: Any) -> list[dict[str, Any]]:
    """The functions that a model may call, as far as their declarations are given."""
    offered = config.get("tools") if isinstance(config, dict) else getattr(config, "tools", None)
    found = []
    for tool in offered or ():
        for declared in getattr(tool, "function_declarations", None) or ():
            schema = declared.parameters
            properties = {key: _schema(each) for key, each in ((schema and schema.properties) or {}).items()}
            parameters: dict[str, Any] = {"type": "object", "properties": properties}
            if schema is not None and schema.required:
                parameters["required"] = schema.required
            found.append(function_tool(declared.name, declared.description, parameters))
    return found


def _schema(schema: Any) -> dict[str, Any]:
    told = {"type": schema.type and str(schema.type.value).lower(), "description": schema.description}
    return {key: value for key, value in {**told, "enum": schema.enum}.items() if value is not None}


def _finish(flavor: str, span: LiveSpan, result: Any) -> Any:
    if inspect.isasyncgen(result):
        return stream_later(flavor, span, result, _gather)
    if inspect.isgenerator(result):
        return stream(flavor, span, result, _gather)
    span.set_outputs(result)
    _tell_usage(span, result)
    span.end()
    return result


def _gather(span: LiveSpan, chunks: list[Any]) -> None:
    """Set what a stream gave: the last chunk with the text of all of them."""
    if not chunks:
        return
    texts = [
        part.text
        for chunk in chunks
        for candidate in (chunk.candidates or ())[:1]
        for part in (candidate.content and candidate.content.parts) or ()
        if part.text
    ]
    whole = chunks[-1].model_dump(mode="json", exclude_none=True)
    for candidate in (whole.get("candidates") or ())[:1]:
        candidate["content"] = {"role": "model", "parts": [{"text": "".join(texts)}]}
    span.set_outputs(whole)
    _tell_usage(span, chunks[-1])


def _tell_usage(span: LiveSpan, result: Any) -> None:
    usage = getattr(result, "usage_metadata", None)
    if usage is not None:
        set_usage(span, usage.prompt_token_count, usage.candidates_token_count, usage.total_token_count)


INTEGRATION = Integration(FLAVOR_NAME, _patch, module="google.genai", package="google-genai", supported=("1.0", "2"))
