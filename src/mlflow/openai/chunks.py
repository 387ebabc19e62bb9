"""The pieces of streams of OpenAI's protocol, put together."""

from __future__ import annotations

import importlib
import json
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
    for name in ("content", "refusal", "reasoning", "reasoning_content"):
        text = getattr(delta, name, None)
        if isinstance(text, str):
            message[name] = message.get(name, "") + text
    role = getattr(delta, "role", None)
    message["role"] = role if isinstance(role, str) and role else message["role"]
    told = getattr(delta, "tool_calls", None)
    for call in told if isinstance(told, list) else ():
        calls = message.setdefault("tool_calls", {})
        index = getattr(call, "index", len(calls))  # an older client of Mistral, whose calls come whole
        one = calls.setdefault(index, {"id": "", "type": "function", "function": {"name": "", "arguments": ""}})
        one["id"] = call.id or one["id"]
        if call.function is not None:
            one["function"]["name"] += call.function.name or ""
            arguments = call.function.arguments or ""
            one["function"]["arguments"] += arguments if isinstance(arguments, str) else json.dumps(arguments)


def completion_of(fields: dict[str, Any]) -> Any:
    """A chat completion as an object of the client, so that it is written as one that was not streamed."""
    return importlib.import_module("openai.types.chat").ChatCompletion.model_validate(fields)


def gather_completion(chunks: list[Any]) -> str:
    """The text that the chunks of a completion come to, which is all that MLflow keeps of it."""
    return "".join(choice.text or "" for chunk in chunks for choice in chunk.choices or ())


def gather_response(chunks: list[Any]) -> Any:
    """The response that events come to: the one that the last event holds, else the events themselves."""
    for chunk in reversed(chunks):
        if getattr(chunk, "type", "") in ("response.completed", "response.incomplete", "response.failed"):
            return chunk.response
    return chunks
