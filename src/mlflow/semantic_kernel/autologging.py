"""`mlflow.semantic_kernel.autolog`: kernels, functions, agents, and requests of models, as spans.

Names and attributes are those that Semantic Kernel gives its own spans of OpenTelemetry, which go where the user sends
them, if anywhere: nothing of that is touched here.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import operator
import sys
import threading
from collections.abc import AsyncGenerator, Callable
from typing import Any

from millrace.model import SpanAttributeKey, SpanType
from mlflow.autologging import Call, Integration, class_tree, safely
from mlflow.autologging.imports import when_imported
from mlflow.tracing.library import Finish, Started, inputs_of, set_usage, trace_calls
from mlflow.tracing.live import LiveSpan
from mlflow.tracing.streams import ActiveLaterPieces, Event, Reading, chunk_event

FLAVOR_NAME = "semantic_kernel"
_CHAT = ("_inner_get_chat_message_contents", "_inner_get_streaming_chat_message_contents")
_TEXT = ("_inner_get_text_contents", "_inner_get_streaming_text_contents")
_ASKED = ("seed", "encoding_formats", "frequency_penalty", "max_tokens", "stop_sequences", "temperature", "top_k")
_ASKED += ("top_p",)
_AGENTS = (
    *("chat_completion.chat_completion_agent", "open_ai.openai_assistant_agent", "open_ai.openai_responses_agent"),
    *("azure_ai.azure_ai_agent", "bedrock.bedrock_agent", "copilot_studio.copilot_studio_agent"),
    "autogen.autogen_conversable_agent",
)
"""Where Semantic Kernel has agents; each is imported when it is first used."""

_watching = threading.Lock()


def autolog(log_traces: bool = True, disable: bool = False, silent: bool = False) -> None:
    """Record what kernels and agents do as spans from now on: under the active span, or as a trace.

    Kernels (`invoke`, `invoke_prompt`, and both as streams), the functions that they execute, agents, and requests of
    chat models and text models, whole and streamed: what they took and gave, tools, tokens.

    Args:
        log_traces: record traces, which is all that there is to record.
        disable: record nothing any more, and leave the library as it was.
        silent: show no messages of autologging.
    """
    INTEGRATION.enable(locals())


def _patch() -> None:
    kernel: Any = importlib.import_module("semantic_kernel").Kernel
    _trace(kernel, ("invoke", "invoke_prompt", "invoke_stream", "invoke_prompt_stream"), _begin_kernel, _tell_results)
    function: Any = importlib.import_module("semantic_kernel.functions").KernelFunction
    _trace(function, ("invoke", "invoke_stream"), _begin_function, _tell_results)
    chat, text = _bases()
    _trace(chat, ("get_chat_message_contents", "get_streaming_chat_message_contents"), _begin_chat, _tell_messages)
    _trace(text, ("get_text_contents", "get_streaming_text_contents"), _begin_text, _tell_messages)
    for base in (chat, text):
        for kind in class_tree(base):
            _watch_model(kind)
    _patch_agents()
    for name in _AGENTS:
        if f"semantic_kernel.agents.{name}" not in sys.modules:
            when_imported(f"semantic_kernel.agents.{name}", _patch_agents, key="mlflow.semantic_kernel")


def _bases() -> tuple[Any, Any]:
    ai = "semantic_kernel.connectors.ai"
    chat = importlib.import_module(f"{ai}.chat_completion_client_base").ChatCompletionClientBase
    return chat, importlib.import_module(f"{ai}.text_completion_client_base").TextCompletionClientBase


def _patch_agents() -> None:
    with safely(FLAVOR_NAME, "watch agents"):
        if INTEGRATION.options is not None:
            for kind in class_tree(importlib.import_module("semantic_kernel.agents.agent").Agent):
                for name in ("get_response", "invoke", "invoke_stream"):
                    # Those that the library itself has spans of; others are made up of them.
                    if hasattr(vars(kind).get(name), "__agent_diagnostics__"):
                        _trace(kind, (name,), _begin_agent, _tell_replies)


def _watch_model(kind: type) -> None:
    """Record the requests of a class of models, which may be the user's own."""
    bases = _bases()
    with _watching:
        for each in kind.__mro__:
            if each not in bases:
                for operation, names in (("chat", _CHAT), ("text_completions", _TEXT)):
                    begin = functools.partial(_begin_request, operation)
                    _trace(each, _own(each, names), begin, _tell_answers, chunk_event)


def _own(kind: type, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in names if name in vars(kind))


# -- ends ------------------------------------------------------------------------------------------------------------
Tell = Callable[[LiveSpan, list[Any]], None]
"""Sets outputs and usage of a span from what came of its call: the one answer, or the pieces of a stream."""


def _no_event(index: int, piece: Any) -> None:
    """Pieces are events of the request that they come from, and not of all that hand them on."""


def _trace(
    owner: Any,
    names: tuple[str, ...],
    begin: Callable[[Call], Started | None],
    tell: Tell,
    event: Event = _no_event,
) -> None:
    trace_calls(INTEGRATION, owner, names, begin, _finish(tell, event))


def _finish(tell: Tell, event: Event) -> Finish:
    def finish(flavor: str, span: LiveSpan, result: Any) -> Any:
        if inspect.isasyncgen(result):
            return _generated(ActiveLaterPieces(Reading(flavor, span, tell, event), result))
        tell(span, [result])
        span.end()
        return result

    return finish


async def _generated(pieces: Any) -> AsyncGenerator[Any, None]:
    """The pieces of a stream as a generator: the library asks whether it is one."""
    try:
        async for piece in pieces:
            yield piece
    finally:
        await pieces.aclose()


def _tell_results(span: LiveSpan, results: list[Any]) -> None:
    """Of a kernel or a function: the value of its result, or what the pieces of a stream come to."""
    if len(results) == 1:
        results = [getattr(results[0], "value", results[0])]
    if results and all(_is_piece(each) for each in results):
        span.set_outputs([_shown(each) for each in _joined(results)])
    elif len(results) == 1:
        span.set_outputs(_shown(results[0]))
    else:
        span.set_outputs([_shown(each) for each in results])


def _tell_replies(span: LiveSpan, replies: list[Any]) -> None:
    """Of an agent."""
    messages = [getattr(each, "message", each) for each in replies]
    shown = [_shown(each) for each in (_joined(messages) if all(map(_is_piece, messages)) else messages)]
    span.set_attribute("gen_ai.output.messages", shown)
    span.set_outputs(shown)


def _tell_messages(span: LiveSpan, answers: list[Any]) -> None:
    """Of a loop that asks a model and calls tools."""
    span.set_outputs({"messages": [_shown(each) for each in _joined(answers)]})


def _tell_answers(span: LiveSpan, answers: list[Any]) -> None:
    """Of a request."""
    choices = _joined(answers)
    span.set_outputs({"messages": [_shown(each) for each in choices]})
    reasons = [str(each.finish_reason) for each in choices if hasattr(each, "finish_reason")]
    metadata = (getattr(choices[0], "metadata", None) if choices else None) or {}
    usage = metadata.get("usage")
    given, taken = getattr(usage, "prompt_tokens", None), getattr(usage, "completion_tokens", None)
    found = {
        "gen_ai.response.id": metadata.get("id"),
        "gen_ai.response.finish_reason": ",".join(reasons),
        "gen_ai.usage.input_tokens": given,
        "gen_ai.usage.output_tokens": taken,
    }
    span.set_attributes({key: value for key, value in found.items() if value})
    set_usage(span, given, taken)


def _joined(answers: list[Any]) -> list[Any]:
    """The choices of an answer, those of a stream put together of their pieces."""
    found = [each for answer in answers for each in (answer if isinstance(answer, list) else [answer])]
    if not all(_is_piece(each) for each in found):
        return found
    choices: dict[int, list[list[Any]]] = {}
    for piece in found:
        messages = choices.setdefault(piece.choice_index, [])
        if messages and getattr(messages[-1][0], "role", None) == getattr(piece, "role", None):
            messages[-1].append(piece)
        else:  # what a tool answered is a message of its own
            messages.append([piece])
    return [functools.reduce(operator.add, pieces) for messages in choices.values() for pieces in messages]


def _is_piece(value: Any) -> bool:
    """Whether something is a piece of a stream, or some of them at once."""
    if isinstance(value, list):
        return bool(value) and all(_is_piece(each) for each in value)
    return hasattr(value, "choice_index") and hasattr(value, "__add__")


def _shown(value: Any) -> Any:
    if isinstance(value, list):
        return [_shown(each) for each in value]
    return value.to_dict() if hasattr(value, "to_dict") else value


# -- begins ----------------------------------------------------------------------------------------------------------
def _begin_kernel(call: Call) -> Started:
    inputs = dict(inspect.signature(call.function).bind(*call.args, **call.kwargs).arguments)
    return Started(f"Kernel.{call.function.__name__}", SpanType.AGENT, inputs)


def _begin_function(call: Call) -> Started:
    function = call.owner
    found = inputs_of(call)
    metadata = found.pop("metadata", None) or {}
    arguments = found.pop("arguments", None)
    found.pop("kernel", None)
    attributes = {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": function.fully_qualified_name,
        "gen_ai.tool.call.id": metadata.get("id"),
        "gen_ai.tool.description": function.description,
    }
    inputs = found if arguments is None else dict(arguments)
    return Started(f"execute_tool {function.fully_qualified_name}", SpanType.TOOL, inputs, _known(attributes))


def _begin_chat(call: Call) -> Started | None:
    """The loop that asks a model and calls the functions that it wants; without functions there is only a request."""
    _watch_model(type(call.owner))
    found = inputs_of(call)
    behavior = getattr(found["settings"], "function_choice_behavior", None)
    if not (call.owner.SUPPORTS_FUNCTION_CALLING and behavior and behavior.auto_invoke_kernel_functions):
        return None
    functions = behavior.get_config(found["kernel"]).available_functions or ()
    attributes = {"sk.available_functions": ",".join(each.fully_qualified_name for each in functions)}
    return Started("AutoFunctionInvocationLoop", SpanType.UNKNOWN, _messages(found), attributes)


def _begin_text(call: Call) -> None:
    _watch_model(type(call.owner))


def _begin_request(operation: str, call: Call) -> Started:
    model, found = call.owner, inputs_of(call)
    settings = found.get("settings")
    attributes = {
        "gen_ai.operation.name": operation,
        "gen_ai.system": getattr(model, "MODEL_PROVIDER_NAME", None),
        "gen_ai.request.model": model.ai_model_id,
        "server.address": model.service_url(),
    }
    asked = getattr(settings, "extension_data", None) or {}
    attributes |= {f"gen_ai.request.{name}": asked.get(name) for name in _ASKED}
    tools = getattr(settings, "tools", None)
    if isinstance(tools, list) and all(isinstance(each, dict) and each.get("type") == "function" for each in tools):
        attributes[SpanAttributeKey.CHAT_TOOLS] = tools
    is_chat = operation == "chat"
    inputs = _messages(found) if is_chat else found["prompt"]
    kind = SpanType.CHAT_MODEL if is_chat else SpanType.LLM
    return Started(f"{operation} {model.ai_model_id}", kind, inputs, _known(attributes))


def _messages(found: dict[str, Any]) -> dict[str, Any]:
    return {"messages": [_shown(each) for each in found["chat_history"].messages]}


def _begin_agent(call: Call) -> Started:
    agent = call.owner
    given = inputs_of(call).get("messages")
    given = given if isinstance(given, list) else [given] if given is not None else []
    messages = [{"role": "user", "content": each} if isinstance(each, str) else _shown(each) for each in given]
    attributes = {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.agent.id": agent.id,
        "gen_ai.agent.name": agent.name,
        "gen_ai.agent.description": agent.description,
        "gen_ai.tool.definitions": _definitions(agent.kernel),
        "gen_ai.input.messages": messages,
    }
    return Started(f"invoke_agent {agent.name}", SpanType.AGENT, messages, _known(attributes))


def _definitions(kernel: Any) -> Any:
    if not kernel.plugins:
        return None
    calling = importlib.import_module("semantic_kernel.connectors.ai.function_calling_utils")
    to_format = calling.kernel_function_metadata_to_function_call_format
    return [to_format(each) for each in kernel.get_full_list_of_function_metadata()]


def _known(attributes: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in attributes.items() if value}


INTEGRATION = Integration(
    FLAVOR_NAME, _patch, module="semantic_kernel", package="semantic-kernel", supported=("1.34", "2")
)
