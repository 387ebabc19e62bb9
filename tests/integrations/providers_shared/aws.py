"""Amazon's event streams: the answers of Bedrock that come in pieces."""

from __future__ import annotations

import base64
import json
import struct
from typing import Any
from zlib import crc32


def event(kind: str, payload: dict[str, Any], *, message: str = "event") -> bytes:
    """One event as bytes: lengths and their checksum, headers, payload, the checksum of all that."""
    told = {f":{message}-type": kind, ":content-type": "application/json", ":message-type": message}
    headers = b"".join(
        struct.pack("!B", len(name)) + name.encode() + struct.pack("!BH", 7, len(value)) + value.encode()
        for name, value in told.items()
    )
    body = json.dumps(payload).encode()
    lengths = struct.pack("!II", 12 + len(headers) + len(body) + 4, len(headers))
    before = lengths + struct.pack("!I", crc32(lengths)) + headers + body
    return before + struct.pack("!I", crc32(before))


def converse_events(request: dict[str, Any], model: str) -> list[bytes]:
    """The answer to Bedrock's `ConverseStream`; that of the model `model-breaks` ends with an error."""
    deltas: list[tuple[dict[str, Any], list[dict[str, Any]]]] = [({}, [{"text": "Good"}, {"text": " day."}])]
    if request.get("toolConfig"):
        parts = [{"toolUse": {"input": part}} for part in ('{"city": ', '"Oslo"}')]
        deltas.append(({"toolUse": {"toolUseId": "t1", "name": "get_weather"}}, parts))
    events = [event("messageStart", {"role": "assistant"})]
    for index, (start, parts) in enumerate(deltas):
        if start:
            events.append(event("contentBlockStart", {"start": start, "contentBlockIndex": index}))
        events += [event("contentBlockDelta", {"delta": part, "contentBlockIndex": index}) for part in parts]
        events.append(event("contentBlockStop", {"contentBlockIndex": index}))
    if model == "model-breaks":
        return [*events, event("throttlingException", {"message": "Too many."}, message="exception")]
    events.append(event("messageStop", {"stopReason": "tool_use" if request.get("toolConfig") else "end_turn"}))
    usage = {"inputTokens": 3, "outputTokens": 5, "totalTokens": 8}
    return [*events, event("metadata", {"usage": usage, "metrics": {"latencyMs": 7}})]


def invoke_events(request: dict[str, Any], model: str) -> list[bytes]:
    """The answer to Bedrock's `InvokeModelWithResponseStream`, of a model of Anthropic."""
    said: list[dict[str, Any]] = [
        {"type": "message_start", "message": {"role": "assistant", "usage": {"input_tokens": 4, "output_tokens": 1}}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Good day."}},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 5}},
        {"type": "message_stop"},
    ]
    return [event("chunk", {"bytes": base64.b64encode(json.dumps(each).encode()).decode()}) for each in said]
