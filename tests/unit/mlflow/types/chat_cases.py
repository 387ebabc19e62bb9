"""What the classes of chats and agents take, refuse and become; runs under MLflow and under Millrace alike.

Prints one JSON object: case to what came of it.
"""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Callable
from functools import partial
from typing import Any

from mlflow.types import agent, chat, llm, responses, responses_helpers
from mlflow.types.responses import ResponsesAgentStreamEvent, create_function_call_item, create_text_output_item

USER = {"role": "user", "content": "x"}
CALL = {"function": {"name": "n", "arguments": "{}"}, "id": "1"}
CHOICE = {"index": 0, "message": {"role": "assistant", "content": "c"}}
PIECE = {"delta": {"content": "c"}}
TEXT = {"type": "message", "id": "1", "content": [{"type": "output_text", "text": "t"}]}


def _with(base: dict[str, Any], *others: dict[str, Any]) -> list[dict[str, Any]]:
    return [base, *({**base, **other} for other in others)]


LLM: dict[str, list[dict[str, Any]]] = {
    "ChatMessage": [
        *({"role": "user", **each} for each in ({}, {"content": 1}, {"content": ""}, {"content": "x", "name": 1})),
        *({"role": each, "content": "x"} for each in (1, None, "weird")),
        *({"role": "assistant", "refusal": each} for each in ("r", 1)),
        *({"role": "assistant", "tool_calls": each} for each in ([CALL], [], "x", [1], [{"function": {"name": "n"}}])),
        {"role": "assistant", "content": "x", "refusal": "y"},
        {"role": "assistant", "refusal": "r", "tool_calls": [CALL]},
        {"role": "tool", "content": "x", "tool_call_id": 1},
    ],
    "ChatChoiceDelta": [
        {}, {"role": None}, {"role": 1}, {"content": 1}, {"content": "x", "refusal": "y"}, {"tool_calls": [CALL]},
    ],
    "ChatParams": [
        {}, {"temperature": "x"}, {"temperature": 1}, {"temperature": None}, {"max_tokens": 1.5}, {"stop": "x"},
        {"stop": [1]}, {"stop": []}, {"n": "x"}, {"n": True}, {"stream": 1}, {"top_k": 1.0}, {"presence_penalty": "1"},
        {"custom_inputs": []}, {"custom_inputs": {1: 2}}, {"custom_inputs": {"a": 1}}, {"tools": []}, {"tools": [1]},
        {"tools": "x"}, {"tools": [{"type": "x", "function": {"name": "n"}}]}, {"metadata": 1},
        {"tools": [{"type": "function", "function": {"name": "n"}}], "temperature": 0.5},
    ],
    "ChatCompletionRequest": [{}, {"messages": [USER]}, {"messages": []}, {"messages": "x"}, {"messages": [1]}],
    "ChatCompletionResponse": [
        {},
        *({"choices": each, "created": 1} for each in ([CHOICE], [], "x", [1], [{"message": 1}])),
        *_with(
            {"choices": [CHOICE], "created": 1},
            {"usage": {"prompt_tokens": 1}}, {"usage": 1}, {"id": 1}, {"model": 1}, {"object": "zz"}, {"created": "x"},
            {"custom_outputs": {"a": 1}}, {"custom_outputs": []},
        ),
        {"choices": [{**CHOICE, "finish_reason": 1}]},
        {"choices": [{**CHOICE, "logprobs": {"content": 1}}]},
        {
            "created": 1,
            "choices": [
                {**CHOICE, "logprobs": {"content": [{"token": "t", "logprob": -1.0, "top_logprobs": [], "bytes": [1]}]}}
            ],
        },
    ],
    "ChatCompletionChunk": [
        *({"choices": each, "created": 1} for each in ([PIECE], [{"delta": {}}], [], [1], [{"delta": 1}])),
        {"choices": [{**PIECE, "finish_reason": "stop"}], "created": 1, "usage": {"prompt_tokens": 1}},
    ],
    "ToolCall": [CALL, {**CALL, "type": "x"}, {**CALL, "id": 1}, {"function": 1}],
    "ParamProperty": [
        {"type": "string"}, {"type": "zz"}, {"type": None}, {"type": "array", "items": {"type": "string"}},
        {"type": "array", "items": 1}, {"type": "string", "enum": [1]}, {"type": "string", "description": 1},
    ],
    "ToolParamsSchema": [
        *({"properties": each} for each in ({"a": {"type": "string"}}, {"a": {"type": "zz"}}, [], {}, {"a": 1})),
        {"properties": {}, "type": "x"}, {"properties": {}, "required": "b"},
        {"properties": {}, "additionalProperties": 1},
    ],
    "FunctionToolDefinition": [
        {"name": "n"}, {"name": 1}, {"name": "n", "strict": 1}, {"name": "n", "parameters": 1},
        {"name": "n", "parameters": {"properties": {"a": {"type": "string"}}}, "strict": True},
    ],
}  # fmt: skip
AGENT: dict[str, list[dict[str, Any]]] = {
    "ChatAgentMessage": [
        {"role": "user"}, USER, {"role": "user", "content": ""}, {"role": "assistant", "tool_calls": []},
        {"role": "tool", "content": "x", "name": "n"},
        {"role": "tool", "content": "x", "name": "n", "tool_call_id": "1"},
        {"role": "assistant", "tool_calls": [CALL]},
    ],
    "ChatAgentRequest": [{"messages": [USER]}, {"messages": [USER], "context": {"user_id": "u"}}, {}],
    "ChatAgentResponse": [
        {"messages": []}, {"messages": [USER]}, {"messages": [{**USER, "id": "1"}, {**USER, "id": "1"}]},
        {"messages": [{**USER, "id": "1"}], "usage": {"prompt_tokens": 1}},
    ],
    "ChatAgentChunk": [{"delta": USER}, {"delta": {**USER, "id": "1"}}],
}  # fmt: skip
REQUEST = {"input": [USER]}
RESPONSES: dict[str, list[dict[str, Any]]] = {
    "ResponsesAgentRequest": [
        *_with(
            REQUEST,
            {"truncation": "x"}, {"tool_choice": "x"}, {"tool_choice": {"name": "n"}}, {"reasoning": {"effort": "x"}},
            {"reasoning": {"effort": "low", "generate_summary": "x"}}, {"tools": [{"type": "function"}]},
            {"tools": [{"type": "function", "name": "n", "parameters": {}}]}, {"tools": [{"type": "web"}]},
            {"bogus": 1}, {"context": {"user_id": "u"}, "custom_inputs": {"a": 1}},
        ),
        *(
            {"input": each}
            for each in (
                [], "text", [{"role": "x", "content": "c"}], [{"role": "user", "content": []}], [{"type": "zz"}],
                [{"role": "user", "content": [{"type": "input_text"}]}],
                [{"role": "user", "content": [{"type": "input_image"}]}],
                [{"role": "user", "content": [{"foo": 1}]}], [{"role": "user", "content": [{"type": "zz"}]}],
                [{**USER, "status": "zz"}], [{**USER, "extra": 1}], [{"type": "function_call"}],
                [{"type": "reasoning", "id": "1", "summary": [{"text": "t"}]}], [{**TEXT, "role": "assistant"}],
            )
        ),
    ],
    "ResponsesAgentResponse": [
        *_with(
            {"output": [TEXT]},
            {"status": "zz"}, {"incomplete_details": {"reason": "zz"}}, {"error": {"message": "m"}},
            {"usage": {"input_tokens": 1}}, {"custom_outputs": {"a": 1}},
        ),
        {"output": [{"type": "file_search_call", "q": 1}]}, {"output": [{**TEXT, "role": "user"}]},
        {"output": [{**TEXT, "content": []}]}, {"output": [{**TEXT, "content": [{"type": "zz"}]}]},
        {"output": [{**TEXT, "content": [{"type": "refusal", "refusal": "r"}]}]},
        {"output": [{**TEXT, "content": [{"type": "output_text", "text": "a", "annotations": [{"type": "zz"}]}]}]},
        *(
            {"output": [{"type": each}]}
            for each in (
                "message", "function_call", "reasoning", "function_call_output", "mcp_approval_request",
                "mcp_approval_response", "computer_call", "image_generation_call", "mcp_call",
            )
        ),
    ],
    "ResponsesAgentStreamEvent": [
        *(
            {"type": each}
            for each in (
                "response.output_text.delta", "response.output_text.annotation.added", "response.output_item.done",
                "error", "response.completed", "response.created",
            )
        ),
        {"type": "response.completed", "response": {"output": [TEXT]}}, {"type": "error", "message": "m"},
    ],
}  # fmt: skip
ITEMS: list[dict[str, Any]] = [
    USER,
    {"type": "message", "role": "user", "content": [{"type": "input_text", "text": each} for each in "ab"]},
    create_function_call_item("1", "c", "n", "{}"),
    responses.create_function_call_output_item("c", "o"),
    {**TEXT, "role": "assistant"},
    responses.create_reasoning_item("r", "why"),
    responses.create_mcp_approval_request_item("i", "{}", "n", "s"),
    responses.create_mcp_approval_response_item("i", "r", True, "x"),
    {"type": "weird", "foo": 1},
    {"role": "user", "content": [{"type": "input_image", "image_url": "u"}]},
    {"role": "user", "content": "hi", "type": "message", "name": "bob"},
]


def _chunk(delta: dict[str, Any]) -> dict[str, Any]:
    return {"id": "chatcmpl-1", "choices": [{"index": 0, "delta": delta, "finish_reason": None}]}


def _asking(**function: str) -> dict[str, Any]:
    return _chunk({"tool_calls": [{"index": 0, "id": "call1", "type": "function", "function": function}]})


STREAMS: dict[str, list[dict[str, Any]]] = {
    "text": [_chunk({"role": "assistant", "content": "He"}), _chunk({"content": "llo"}), _chunk({})],
    "tool": [_asking(name="f", arguments=""), _asking(arguments='{"a"'), _asking(arguments=":1}"), _chunk({})],
    "text and tool": [_chunk({"content": "think"}), _asking(name="f", arguments="{}")],
    "thought": [
        _chunk({"content": [{"type": "reasoning", "summary": [{"type": "summary_text", "text": "why"}]}]}),
        _chunk({"content": "x"}),
        _chunk({"content": [{"type": "text", "text": "y"}]}),
    ],
    "no choices": [{"id": "1", "choices": []}, _chunk({"content": "x"})],
}


def _told(make: Callable[[], Any]) -> Any:
    """What a case made, or how it was refused, and what was warned of."""
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            made = make()
        except Exception as error:
            text = re.sub(r"pydantic\.dev/[0-9.]+/", "pydantic.dev/…/", str(error))
            made = f"{type(error).__name__}: {text}"
    return [made, [str(each.message) for each in warned]]


def _made(kind: Any, fields: dict[str, Any]) -> Any:
    made = kind(**fields)
    return made.to_dict() if hasattr(made, "to_dict") else made.model_dump()


def main() -> None:
    """Print what came of every case."""
    told: dict[str, Any] = {}
    for module, kinds in ((llm, LLM), (agent, AGENT), (responses, RESPONSES)):
        for name, cases in kinds.items():
            for case in cases:
                told[f"{name} {case}"] = _told(partial(_made, getattr(module, name), case))
    for item in ITEMS:
        told[f"chat completion {item}"] = _told(partial(responses.responses_to_cc, item))
    told["chat completions"] = responses.to_chat_completions_input(
        [responses_helpers.Message(**USER), responses_helpers.OutputItem(**ITEMS[2]), ITEMS[3]]
    )
    for name, chunks in STREAMS.items():
        seen: list[dict[str, Any]] = []
        events = responses.output_to_responses_items_stream(iter(chunks), seen)
        told[f"stream {name}"] = [[each.model_dump() for each in events], seen]
    told["made"] = [
        responses.create_text_delta("d", "i"),
        responses.create_annotation_added("i", {"type": "url_citation", "title": "t", "url": "u"}, 3),
        create_text_output_item("t", "i", [{"type": "url_citation", "title": "t", "url": "u"}]),
        llm.FunctionToolCallArguments("n", "{}").to_tool_call(id="7").to_dict(),
        llm.FunctionToolDefinition("n").to_tool_definition().to_dict(),
        chat.Function(name="n", arguments="{}").to_tool_call(id="7").model_dump(),
        sorted(llm.ChatParams.keys()),
        llm.ChatParams.from_dict({"temperature": 0.3, "zz": 1}).to_dict(),
    ]
    done = ResponsesAgentStreamEvent(type="response.output_item.done", item=ITEMS[2], custom_outputs={"a": 1})
    told["whole"] = responses.responses_agent_output_reducer(
        [responses.create_text_delta("d", "i"), {"type": done.type, "item": TEXT}, done, {"type": "x"}]
    )
    for module in (llm, agent, responses):
        told |= {name: getattr(module, name).to_dict() for name in dir(module) if name.endswith("_SCHEMA")}
        told |= {name: getattr(module, name) for name in dir(module) if name.endswith("_EXAMPLE")}
    print(json.dumps(told))  # noqa: T201


if __name__ == "__main__":
    main()
