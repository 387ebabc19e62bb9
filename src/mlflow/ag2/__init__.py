"""AG2's agents: their chats, replies, tools, and what they ask models, as traces."""

from __future__ import annotations

import importlib
import json
from typing import Any

from millrace.model import SpanAttributeKey, SpanType
from mlflow.autologging import Call, Integration
from mlflow.tracing.library import Started, set_usage, trace_calls
from mlflow.tracing.live import LiveSpan
from mlflow.tracing.values import capture_function_input_args

__all__ = ["FLAVOR_NAME", "autolog"]

FLAVOR_NAME = "ag2"
_FORMAT = {SpanAttributeKey.MESSAGE_FORMAT: FLAVOR_NAME}
_OF_REQUESTS = ("messages", "prompt", "tools", "functions", "model", "temperature", "max_tokens", "top_p", "stream")


def autolog(log_traces: bool = True, disable: bool = False, silent: bool = False) -> None:
    """Record chats of AG2's agents as spans from now on: under the active span, or as a trace.

    Chats (`initiate_chat`), replies of agents, calls of models, and functions that agents execute, synchronous and
    asynchronous: what they took and gave, the tokens that were used, what they cost.

    Args:
        log_traces: record traces, which is all that there is to record.
        disable: record nothing any more, and leave AG2 as it was.
        silent: show no messages of autologging.
    """
    INTEGRATION.enable(locals())


def _patch() -> None:
    autogen = importlib.import_module("autogen")
    agent = autogen.ConversableAgent
    trace_calls(INTEGRATION, agent, ("initiate_chat", "a_initiate_chat"), _begin_chat)
    trace_calls(INTEGRATION, agent, ("generate_reply", "a_generate_reply"), _begin_reply, _finish_reply)
    trace_calls(INTEGRATION, agent, ("execute_function", "a_execute_function"), _begin_function, _finish_function)
    trace_calls(INTEGRATION, autogen.OpenAIWrapper, "create", _begin_model, _finish_model)


def _begin_chat(call: Call) -> Started:
    inputs = capture_function_input_args(call.function, call.args, call.kwargs) or {}
    inputs["recipient"] = _name(inputs.get("recipient"))
    return Started(call.function.__name__, SpanType.UNKNOWN, inputs, dict(_FORMAT))


def _begin_reply(call: Call) -> Started | None:
    if hasattr(call.owner, "groupchat"):
        return None  # the manager of a group hands on what others say
    sender = call.argument("sender")
    messages = call.argument("messages") or (call.owner.chat_messages.get(sender) if sender is not None else None)
    last = messages[-1] if messages else None
    is_plain = isinstance(last, dict) and not (last.keys() - {"content", "role", "name"})
    message = last["content"] if is_plain and isinstance(last, dict) and not hasattr(sender, "groupchat") else last
    return Started(call.owner.name, SpanType.AGENT, _message(message, sender), dict(_FORMAT))


def _message(message: Any, sender: Any) -> dict[str, Any]:
    return {"message": message, "sender": _name(sender), "valid": True}


def _name(agent: Any) -> Any:
    return getattr(agent, "name", None)


def _finish_reply(flavor: str, span: LiveSpan, result: Any) -> Any:
    span.end(outputs={"message": result, "sender": span.name, "valid": True})
    return result


def _begin_function(call: Call) -> Started:
    asked = call.argument("func_call") or {}
    arguments: Any = asked.get("arguments")
    try:
        inputs = json.loads(arguments)
    except (TypeError, ValueError):
        inputs = arguments
    return Started(str(asked.get("name")), SpanType.TOOL, inputs, dict(_FORMAT))


def _finish_function(flavor: str, span: LiveSpan, result: Any) -> Any:
    is_good, answer = result
    if not is_good:
        span.set_status("ERROR")
    span.end(outputs=answer.get("content"))
    return result


def _begin_model(call: Call) -> Started:
    first = next(iter(getattr(call.owner, "_config_list", None) or ()), {})
    given = {"stream": False, **first, **call.kwargs}
    inputs = {name: given[name] for name in _OF_REQUESTS if given.get(name) is not None}
    source = call.kwargs.get("agent")
    attributes = dict(_FORMAT) if source is None else {**_FORMAT, "source": _name(source)}
    return Started("chat_completion", SpanType.LLM, inputs, attributes)


def _finish_model(flavor: str, span: LiveSpan, result: Any) -> Any:
    usage = getattr(result, "usage", None)
    if usage is not None:
        set_usage(span, usage.prompt_tokens, usage.completion_tokens, usage.total_tokens)
    span.set_attribute("cost", getattr(result, "cost", None))
    span.end(outputs=result)
    return result


INTEGRATION = Integration(FLAVOR_NAME, _patch, module="autogen", package="ag2", supported=("0.7", "0.11"))
