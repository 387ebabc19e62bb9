"""The events of Bedrock's streams, put together, and what its models say of the tokens that they used."""

from __future__ import annotations

import json
from typing import Any

from millrace.model import SpanEvent
from mlflow.tracing.library import set_usage
from mlflow.tracing.live import LiveSpan
from mlflow.tracing.values import as_json


def decoded(data: bytes) -> Any:
    """The value of a JSON text; of other bytes how many they are."""
    try:
        return json.loads(data)
    except ValueError:
        return f"<{len(data):,} bytes>"


def event_of(index: int, event: dict[str, Any]) -> SpanEvent | None:
    """An event of a stream as one of its span, named as Bedrock or the model names it."""
    name, value = next(iter(event.items()), ("", {}))
    if name == "chunk":
        value = decoded(value.get("bytes", b""))
        name = value.get("type", name) if isinstance(value, dict) else name
    return SpanEvent(name, attributes={"json": as_json(value)}) if name else None


def gather_conversation(span: LiveSpan, events: list[dict[str, Any]]) -> None:
    """Set the answer that the events of `converse_stream` come to, as `converse` would have given it."""
    found: dict[str, Any] = {}
    role = "assistant"
    blocks: dict[int, dict[str, Any]] = {}
    for event in events:
        for name, value in event.items():
            if name == "messageStart":
                role = value.get("role", role)
            elif name == "contentBlockStart":
                blocks[value["contentBlockIndex"]] = {key: dict(start) for key, start in value["start"].items()}
            elif name == "contentBlockDelta":
                _add(blocks.setdefault(value["contentBlockIndex"], {}), value["delta"])
            elif name in ("messageStop", "metadata"):
                found.update(value)
    content = [_whole(blocks[index]) for index in sorted(blocks)]
    span.set_outputs({**found, "output": {"message": {"role": role, "content": content}}})
    tell_usage(span, found.get("usage"))


def _add(block: dict[str, Any], delta: dict[str, Any]) -> None:
    """Add a piece to the block of content that it belongs to: texts are joined, at any depth."""
    for name, value in delta.items():
        if isinstance(value, dict):
            _add(block.setdefault(name, {}), value)
        elif isinstance(value, str | bytes) and name in block:
            block[name] += value
        elif isinstance(value, list):
            block.setdefault(name, []).extend(value)
        else:
            block[name] = value


def _whole(block: dict[str, Any]) -> dict[str, Any]:
    """A block as `converse` has it, but for the input of a tool, which stays the text that MLflow keeps."""
    if "toolUse" in block:
        tool = block["toolUse"]
        return {"toolUse": {"input": tool.pop("input", ""), **tool}}
    reasoning = block.get("reasoningContent")
    if reasoning and "text" in reasoning:
        return {"reasoningContent": {"reasoningText": reasoning}}
    return block


def gather_invocation(result: dict[str, Any], span: LiveSpan, events: list[dict[str, Any]]) -> None:
    """Set what the chunks of `invoke_model_with_response_stream` hold; how to join them is each model's own affair."""
    chunks = [decoded(event["chunk"].get("bytes", b"")) for event in events if "chunk" in event]
    span.set_outputs({**result, "body": chunks})
    usage: dict[str, Any] = {}
    for chunk in chunks:
        if isinstance(chunk, dict):
            for told in (chunk, chunk.get("message"), chunk.get("metadata")):
                usage.update((isinstance(told, dict) and told.get("usage")) or {})
            usage.update(chunk.get("amazon-bedrock-invocationMetrics") or {})
    tell_usage(span, usage)


_COUNTS = (
    ("inputTokens", "input_tokens", "inputTokenCount"),
    ("outputTokens", "output_tokens", "outputTokenCount"),
    ("totalTokens", "total_tokens", ""),
)


def tell_usage(span: LiveSpan, usage: Any) -> None:
    """Set the tokens that an answer says were used, in the words of whichever model."""
    if isinstance(usage, dict):
        set_usage(span, *(next((usage[name] for name in names if name in usage), None) for names in _COUNTS))
