"""The pieces of streams of OpenAI's protocol, put together."""

from __future__ import annotations

import importlib
from typing import Any


def gather_chat(chunks: list[Any]) -> dict[str, Any]:
    """The chat completion that chunks come to, with the text and the tool calls of each choice joined."""
    choices: dict[int, dict[str, Any]] = {}
    usage = None
    for chunk in chunks:
        usage = getattr(chunk, "usage", None) or usage
        for choice in chunk.choices or ():
            one = choices.setdefault(
                choice.index, {"index": choice.index, "finish_reason": None, "message": {"role": "assistant"}}
            )
            one["finish_reason"] = choice.finish_reason or one["finish_reason"]
            if choice.delta is not None:
                _add(one["message"], choice.delta)
    for one in choices.values():
        message = one["message"]
        message.setdefault("content", "")
        if "tool_calls" in message:
            message["tool_calls"] = [message["tool_calls"][index] for index in sorted(message["tool_calls"])]
        one["finish_reason"] = one["finish_reason"] or "stop"
    first = chunks[0]
    return {
        "id": first.id,
        "choices": [choices[index] for index in sorted(choices)],
        "created": first.created,
        "model": first.model,
        "object": "chat.completion",
        "system_fingerprint": getattr(first, "system_fingerprint", None),
        "usage": usage.model_dump() if usage is not None else None,
    }


def _add(message: dict[str, Any], delta: Any) -> None:
    for name in ("content", "refusal"):
        text = getattr(delta, name, None)
        if text is not None:
            message[name] = message.get(name, "") + text
    message["role"] = getattr(delta, "role", None) or message["role"]
    for call in getattr(delta, "tool_calls", None) or ():
        calls = message.setdefault("tool_calls", {})
        one = calls.setdefault(call.index, {"id": "", "type": "function", "function": {"name": "", "arguments": ""}})
        one["id"] = call.id or one["id"]
        if call.function is not None:
            one["function"]["name"] += call.function.name or ""
            one["function"]["arguments"] += call.function.arguments or ""


def completion_of(fields: dict[str, Any]) -> Any:
    """A chat completion as an object of the client, so that it is written as one that was not streamed."""
    return importlib.import_module("openai.types.chat").ChatCompletion.model_validate(fields)


def gather_completion(chunks: list[Any]) -> Any:
    """The completion that chunks come to."""
    text = "".join(choice.text or "" for chunk in chunks for choice in chunk.choices or ())
    fields = chunks[-1].model_dump()
    fields["choices"] = [{"index": 0, "text": text, "finish_reason": "stop", "logprobs": None}]
    return importlib.import_module("openai.types").Completion.model_validate(fields)


def gather_response(chunks: list[Any]) -> Any:
    """The response that events come to: the one that the last event holds, else the events themselves."""
    for chunk in reversed(chunks):
        if getattr(chunk, "type", "") in ("response.completed", "response.incomplete", "response.failed"):
            return chunk.response
    return chunks
