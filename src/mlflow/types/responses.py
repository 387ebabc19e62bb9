"""What a `ResponsesAgent` takes and gives, and functions that make it from chat completions and the other way round."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterable, Iterator
from typing import Any
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, model_validator

from mlflow.types.agent import ChatContext
from mlflow.types.chat_schemas import RESPONSES_AGENT_INPUT_SCHEMA, RESPONSES_AGENT_OUTPUT_SCHEMA
from mlflow.types.responses_helpers import (
    BaseRequestPayload,
    Message,
    OutputItem,
    Response,
    ResponseCompletedEvent,
    ResponseErrorEvent,
    ResponseOutputItemDoneEvent,
    ResponseTextAnnotationDeltaEvent,
    ResponseTextDeltaEvent,
)

RESPONSES_AGENT_INPUT_EXAMPLE = {"input": [{"role": "user", "content": "Hello!"}]}
_EVENTS: dict[str, type[BaseModel]] = {
    "response.output_text.delta": ResponseTextDeltaEvent,
    "response.output_text.annotation.added": ResponseTextAnnotationDeltaEvent,
    "response.output_item.done": ResponseOutputItemDoneEvent,
    "error": ResponseErrorEvent,
    "response.completed": ResponseCompletedEvent,
}


class ResponsesAgentRequest(BaseRequestPayload):
    """A request to an agent: what was said and done so far."""

    input: list[Message | OutputItem]
    custom_inputs: dict[str, Any] | None = None
    context: ChatContext | None = None


class ResponsesAgentResponse(Response):
    """What an agent answers."""

    custom_outputs: dict[str, Any] | None = None


class ResponsesAgentStreamEvent(BaseModel):
    """An event of a stream; its other fields depend on its type."""

    model_config = ConfigDict(extra="allow")

    type: str
    custom_outputs: dict[str, Any] | None = None

    @model_validator(mode="after")
    def check_type(self) -> ResponsesAgentStreamEvent:
        """Refuse fields that do not fit the type."""
        kind = _EVENTS.get(self.type)
        if kind is not None:
            kind(**self.model_dump())
        return self


# -- items and events ---------------------------------------------------------------------------------------
def create_text_delta(delta: str, item_id: str) -> dict[str, Any]:
    """The event of a piece of a text, for `ResponsesAgentStreamEvent(**…)`."""
    return {"type": "response.output_text.delta", "item_id": item_id, "delta": delta}


def create_annotation_added(
    item_id: str, annotation: dict[str, Any], annotation_index: int | None = 0
) -> dict[str, Any]:
    """The event of a note on a text."""
    return {
        "type": "response.output_text.annotation.added",
        "item_id": item_id,
        "annotation_index": annotation_index,
        "annotation": annotation,
    }


def create_text_output_item(text: str, id: str, annotations: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """The item of a message of the agent."""
    content: dict[str, Any] = {"text": text, "type": "output_text"}
    if annotations is not None:
        content["annotations"] = annotations
    return {"id": id, "content": [content], "role": "assistant", "type": "message"}


def create_reasoning_item(id: str, reasoning_text: str) -> dict[str, Any]:
    """The item of a thought."""
    return {"type": "reasoning", "summary": [{"type": "summary_text", "text": reasoning_text}], "id": id}


def create_function_call_item(id: str, call_id: str, name: str, arguments: str) -> dict[str, Any]:
    """The item of a call of a function, its arguments as JSON text."""
    return {"type": "function_call", "id": id, "call_id": call_id, "name": name, "arguments": arguments}


def create_function_call_output_item(call_id: str, output: str) -> dict[str, Any]:
    """The item of what a function answered."""
    return {"type": "function_call_output", "call_id": call_id, "output": output}


def create_mcp_approval_request_item(id: str, arguments: str, name: str, server_label: str) -> dict[str, Any]:
    """The item that asks whether a tool of an MCP server may be called, with its arguments as JSON text."""
    kind = "mcp_approval_request"
    return {"type": kind, "id": id, "arguments": arguments, "name": name, "server_label": server_label}


def create_mcp_approval_response_item(
    id: str, approval_request_id: str, approve: bool, reason: str | None = None
) -> dict[str, Any]:
    """The item that says whether a tool of an MCP server may be called."""
    return {
        "type": "mcp_approval_response",
        "id": id,
        "approval_request_id": approval_request_id,
        "approve": approve,
        "reason": reason,
    }


def responses_agent_output_reducer(chunks: list[ResponsesAgentStreamEvent | dict[str, Any]]) -> dict[str, Any]:
    """The whole response of a stream: the items that its events say are done."""
    items = []
    for chunk in chunks:
        event = chunk.model_dump() if isinstance(chunk, ResponsesAgentStreamEvent) else chunk
        if isinstance(event, dict) and event.get("type") == "response.output_item.done":
            items.append(event["item"])
    return ResponsesAgentResponse(output=items).model_dump(exclude_none=True)


# -- from and to chat completions ---------------------------------------------------------------------------
def responses_to_cc(message: dict[str, Any]) -> list[dict[str, Any]]:
    """One item as messages of chat completions; none for an item that they have no form for."""
    kind = message.get("type")
    if kind == "function_call":
        return [_asking(message["call_id"], message, "tool call")]
    if kind == "mcp_approval_request":
        return [_asking(message["id"], message, "mcp approval request")]
    if kind == "mcp_approval_response":
        answered = str(message["approve"])
        return [{"role": "tool", "content": answered, "tool_call_id": message["approval_request_id"]}]
    if kind == "function_call_output":
        return [{"role": "tool", "content": message["output"], "tool_call_id": message["call_id"]}]
    if kind == "reasoning":
        return [{"role": "assistant", "content": json.dumps(message["summary"])}]
    if kind == "message" and isinstance(message.get("content"), list):
        said = [part.get("text", part.get("refusal")) for part in message["content"]]
        return [{"role": message["role"], "content": each} for each in said if each is not None]
    if "role" in message:
        known = {key: value for key, value in message.items() if key in ("role", "content", "name")}
        return [{**known, **{key: message[key] for key in ("tool_calls", "tool_call_id") if key in message}}]
    return []


def _asking(call_id: str, call: dict[str, Any], content: str) -> dict[str, Any]:
    function = {"arguments": call["arguments"], "name": call["name"]}
    # Some servers refuse a message without content.
    tool_calls = [{"id": call_id, "type": "function", "function": function}]
    return {"role": "assistant", "content": content, "tool_calls": tool_calls}


def to_chat_completions_input(
    responses_input: list[dict[str, Any] | Message | OutputItem],
) -> list[dict[str, Any]]:
    """The items of a request as messages of chat completions."""
    messages = []
    for each in responses_input:
        item = each.model_dump(exclude_none=True) if isinstance(each, BaseModel) else each
        messages += responses_to_cc(item)
    return messages


def output_to_responses_items_stream(
    chunks: Iterator[dict[str, Any]], aggregator: list[dict[str, Any]] | None = None
) -> Generator[ResponsesAgentStreamEvent, None, None]:
    """The events of an agent's stream from a stream of chat completions, or of LangChain's messages.

    Args:
        chunks: chunks of chat completions, as dicts; or messages of LangChain.
        aggregator: a list that gets each item that is done.

    Returns:
        Events: a piece of text at a time, then each item that is done.
    """
    for event in _events(chunks):
        if aggregator is not None and event["type"] == "response.output_item.done":
            aggregator.append(event["item"])
        yield ResponsesAgentStreamEvent(**event)


def _done(item: dict[str, Any]) -> dict[str, Any]:
    return {"type": "response.output_item.done", "item": item}


def _events(chunks: Iterable[Any]) -> Iterator[dict[str, Any]]:
    text, thoughts, item_id = "", "", ""
    calls: dict[int, dict[str, str]] = {}
    for chunk in chunks:
        if not isinstance(chunk, dict):
            yield from map(_done, _items_of_langchain(chunk))
            continue
        choices = chunk.get("choices") or [{}]
        delta = choices[0].get("delta")
        if not delta:
            continue
        item_id = chunk.get("id") or item_id or str(uuid4())
        for call in delta.get("tool_calls") or ():
            _add_call(calls, call)
        for kind, piece in _pieces(delta.get("content")):
            if kind == "thought":
                thoughts += piece
                continue
            if thoughts:
                yield _done(create_reasoning_item(item_id, thoughts))
                thoughts = ""
            text += piece
            yield create_text_delta(piece, item_id)
    if thoughts:
        yield _done(create_reasoning_item(item_id, thoughts))
    if text:
        yield _done(create_text_output_item(text, item_id))
    for call in calls.values():
        yield _done(create_function_call_item(item_id, call["id"], call["name"], call["arguments"]))


def _add_call(calls: dict[int, dict[str, str]], piece: dict[str, Any]) -> None:
    """Put a piece of a call of a tool to what there is of the call."""
    call = calls.setdefault(piece.get("index", len(calls)), {"id": "", "name": "", "arguments": ""})
    function = piece.get("function") or {}
    call["id"] = call["id"] or piece.get("id") or ""
    call["name"] = call["name"] or function.get("name") or ""
    call["arguments"] += function.get("arguments") or ""


def _pieces(content: Any) -> Iterator[tuple[str, str]]:
    """The texts and thoughts in the content of a chunk, which is a text, or a list of parts."""
    if isinstance(content, str):
        if content:
            yield "text", content
        return
    for part in content or ():
        if part.get("type") == "reasoning":
            for thought in part.get("summary") or ():
                yield "thought", thought.get("text", "")
        elif part.get("type") == "text" and part.get("text"):
            yield "text", part["text"]


def _items_of_langchain(message: Any) -> list[dict[str, Any]]:
    """The items of a message of LangChain; none for messages to the agent."""
    if message.type == "tool":
        return [create_function_call_output_item(message.tool_call_id, _text_of(message.content))]
    if message.type not in ("ai", "AIMessageChunk"):
        return []
    item_id = message.id or str(uuid4())
    said = _text_of(message.content)
    items = [create_text_output_item(said, item_id)] if said else []
    for call in message.tool_calls:
        arguments = json.dumps(call["args"])
        items.append(create_function_call_item(item_id, call["id"] or str(uuid4()), call["name"], arguments))
    return items


def _text_of(content: Any) -> str:
    if isinstance(content, str):
        return content
    return "".join(part if isinstance(part, str) else part.get("text", "") for part in content)


__all__ = [
    "RESPONSES_AGENT_INPUT_EXAMPLE",
    "RESPONSES_AGENT_INPUT_SCHEMA",
    "RESPONSES_AGENT_OUTPUT_SCHEMA",
    "ResponsesAgentRequest",
    "ResponsesAgentResponse",
    "ResponsesAgentStreamEvent",
    "create_annotation_added",
    "create_function_call_item",
    "create_function_call_output_item",
    "create_mcp_approval_request_item",
    "create_mcp_approval_response_item",
    "create_reasoning_item",
    "create_text_delta",
    "create_text_output_item",
    "output_to_responses_items_stream",
    "responses_agent_output_reducer",
    "responses_to_cc",
    "to_chat_completions_input",
]
