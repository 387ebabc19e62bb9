"""What spans of Agno say of runs, steps, models and tools: by the names of attributes that MLflow's traces have."""

from __future__ import annotations

import dataclasses
from typing import Any

from millrace.model import SpanAttributeKey, SpanType
from mlflow.autologging import Call
from mlflow.tracing.library import Started, set_usage
from mlflow.tracing.live import LiveSpan

FLAVOR_NAME = "agno"
_SECRETS = ("api_key", "api_base", "access_key", "secret", "password", "ad_token", "endpoint", "deployment", "headers")

_IDS = {
    "run_id": "agno.run.id",
    "agent_id": "agno.agent.id",
    "team_id": "agno.team.id",
    "workflow_id": "agno.workflow.id",
    "session_id": "session.id",
}


def _given(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


# -- runs ------------------------------------------------------------------------------------------------------------
def begin_run(call: Call) -> Started:
    """A run of an agent or a team."""
    owner, kind = call.owner, "team" if _is_team(call.owner) else "agent"
    name = (owner.name or kind.capitalize()).replace(" ", "_").replace("-", "_")
    attributes = {
        "agent.name": owner.name,
        f"agno.{kind}": owner.name,
        "agno.tools": _tool_names(getattr(owner, "tools", None)),
        "session.id": call.argument("session_id") or getattr(owner, "session_id", None),
        "user.id": call.argument("user_id") or getattr(owner, "user_id", None),
    }
    return Started(f"{name}.{call.function.__name__}", SpanType.AGENT, _asked(call), _given(attributes))


def _is_team(owner: Any) -> bool:
    return hasattr(owner, "members")


def _asked(call: Call) -> Any:
    for name in ("input", "message", "messages", "run_response", "run_id"):
        asked = call.argument(name)
        if asked is not None:
            return _content(asked)
    return None


def _content(value: Any) -> Any:
    """What a message or the input of a step holds; other things as they are."""
    if dataclasses.is_dataclass(value) or hasattr(value, "role"):
        for name in ("input", "content"):
            if hasattr(value, name):
                return getattr(value, name)
    return value


def _tool_names(tools: Any) -> list[str] | None:
    names: list[str] = []
    for each in tools if isinstance(tools, list | tuple) else ():
        if isinstance(getattr(each, "functions", None), dict):  # a toolkit
            names += each.functions
        else:
            names.append(str(getattr(each, "name", None) or getattr(each, "__name__", each)))
    return names or None


def finish_run(flavor: str, span: LiveSpan, result: Any) -> Any:
    """The answer of a run or a step."""
    _tell(span, result)
    span.end()
    return result


def _tell(span: LiveSpan, result: Any) -> None:
    span.set_outputs(getattr(result, "content", result))
    _tell_ids(span, result)
    status = getattr(getattr(result, "status", None), "value", None)
    if status == "ERROR":
        span.record_exception(str(getattr(result, "content", None)))
    elif getattr(result, "success", True) is False:
        span.record_exception(str(getattr(result, "error", None) or result.content))


_SAYING = ("RunContent", "RunResponseContent", "RunResponse")
"""How events end that have a piece of the answer; the latter two before version 2."""


def _tell_ids(span: LiveSpan, result: Any) -> None:
    """Who ran, and in which session: Agno makes up what the user has not said."""
    for name, attribute in _IDS.items():
        if getattr(result, name, None) is not None:
            span.set_attribute(attribute, getattr(result, name))


def gather_run(span: LiveSpan, pieces: list[Any]) -> None:
    """The answer of a run that was streamed: the run itself, its last event, or what it said so far.

    A team's and a workflow's streams have the events of those that work for them, too.
    """
    whole = [each for each in pieces if not hasattr(each, "event") and hasattr(each, "content")]
    events = [each for each in pieces if hasattr(each, "event")]
    if whole:
        _tell(span, whole[-1])
        return
    own = [each for each in events if str(each.event).startswith("Team")] or events
    ended = [each for each in own if str(each.event).endswith(("RunCompleted", "WorkflowCompleted", "StepCompleted"))]
    if ended:
        _tell(span, ended[-1])
        return
    said = [each.content for each in own if str(each.event).endswith(_SAYING) and each.content is not None]
    if all(isinstance(each, str) for each in said):
        span.set_outputs("".join(said))
    elif said:
        span.set_outputs(said[-1])
    if own:
        _tell_ids(span, own[-1])


def begin_workflow(call: Call) -> Started:
    """A run of a workflow."""
    owner = call.owner
    steps = getattr(owner, "steps", None)
    steps = list(steps) if isinstance(steps, list | tuple) else list(getattr(steps, "steps", None) or ())
    attributes = {
        "agno.workflow.steps_count": len(steps),
        "agno.workflow.steps": [getattr(each, "name", None) or getattr(each, "__name__", None) for each in steps],
        "agno.workflow.step_types": [type(each).__name__ for each in steps],
        "session.id": call.argument("session_id"),
        "user.id": call.argument("user_id"),
    }
    name = f"{_named(owner.name, 'Workflow')}.{call.function.__name__}"
    return Started(name, SpanType.CHAIN, _asked(call), _given(attributes))


def _named(name: str | None, otherwise: str) -> str:
    return (name or otherwise).replace(" ", "_").replace("-", "_")


def begin_step(call: Call) -> Started:
    """A step of a workflow."""
    step = call.owner
    kind = next((one for one in ("agent", "team", "executor") if getattr(step, one, None) is not None), None)
    worker = None if kind is None else getattr(step, kind)
    attributes = {
        "agno.step.type": kind,
        f"agno.step.{kind}_name": getattr(worker, "name", None) or getattr(worker, "__name__", None),
    }
    name = f"{_named(step.name, 'Step')}.{call.function.__name__}"
    return Started(name, SpanType.CHAIN, _content(call.argument("step_input")), _given(attributes))


# -- models ----------------------------------------------------------------------------------------------------------
def begin_model(call: Call) -> Started:
    """What a model is asked."""
    model = call.owner
    messages, tools = call.argument("messages"), call.argument("tools")
    attributes = {
        "llm.model_name": model.id,
        "llm.provider": getattr(model, "provider", None),
        "llm.invocation_parameters": _parameters(model) or None,
        SpanAttributeKey.CHAT_TOOLS: tools or None,
    }
    inputs = {"messages": [_message(each) for each in messages or ()]}
    return Started(f"{type(model).__name__}.{call.function.__name__}", SpanType.LLM, inputs, _given(attributes))


def _message(message: Any) -> Any:
    return _given(message.to_dict()) if hasattr(message, "to_dict") else message


def _parameters(model: Any) -> dict[str, Any]:
    ask = getattr(model, "get_request_params", None)
    found = ask() if ask is not None else getattr(model, "request_params", None)
    return {
        name: "[REDACTED]" if any(part in name.lower() for part in _SECRETS) else value
        for name, value in (found if isinstance(found, dict) else {}).items()
        if name not in ("tools", "messages")
    }


def finish_model(flavor: str, span: LiveSpan, result: Any) -> Any:
    """A model's whole answer; before version 2 it is what the provider's library says."""
    if not hasattr(result, "tool_calls"):
        _set_usage(span, result)
        span.end(outputs=result)
        return result
    said = {"role": getattr(result, "role", None), "content": result.content, "tool_calls": result.tool_calls or None}
    span.set_outputs([_given(said)])
    _set_usage(span, result)
    span.end()
    return result


def gather_model(span: LiveSpan, pieces: list[Any]) -> None:
    """A model's answer in pieces."""
    for each in pieces:
        _set_usage(span, each)
    if not all(hasattr(each, "tool_calls") for each in pieces):
        span.set_outputs(pieces)
        return
    said: dict[str, Any] = {"role": "assistant"}
    content = [each.content for each in pieces if each.content is not None]
    if content:
        said["content"] = "".join(map(str, content)) or None
    calls: dict[Any, dict[str, Any]] = {}
    for each in pieces:
        for call in each.tool_calls or ():
            _add_call(calls, call)
    said["tool_calls"] = list(calls.values()) or None
    span.set_outputs({"messages": [_given(said)]})


def _add_call(calls: dict[Any, dict[str, Any]], piece: Any) -> None:
    index = _get(piece, "index")
    place = calls.setdefault(len(calls) if index is None else index, {"function": {"name": None, "arguments": ""}})
    for name in ("id", "type"):
        if _get(piece, name):
            place[name] = _get(piece, name)
    function = _get(piece, "function")
    if _get(function, "name"):
        place["function"]["name"] = _get(function, "name")
    arguments = _get(function, "arguments")
    place["function"]["arguments"] = arguments if isinstance(arguments, dict) else _added(place, arguments)


def _added(place: dict[str, Any], arguments: str | None) -> str:
    return f"{place['function']['arguments']}{arguments or ''}"


def _get(holder: Any, name: str) -> Any:
    return holder.get(name) if isinstance(holder, dict) else getattr(holder, name, None)


def _set_usage(span: LiveSpan, result: Any) -> None:
    usage = getattr(result, "response_usage", None) or getattr(result, "usage", None)
    given, taken = _get(usage, "input_tokens"), _get(usage, "output_tokens")
    if given is None and taken is None:
        given, taken = _get(usage, "prompt_tokens"), _get(usage, "completion_tokens")
    set_usage(span, given, taken, _get(usage, "total_tokens") or None)


# -- tools -----------------------------------------------------------------------------------------------------------
def begin_tool(call: Call) -> Started:
    """What a tool is called with."""
    function = call.owner.function
    inputs = call.owner.arguments or {}
    attributes = {"tool.name": function.name, "tool.description": function.description, "tool.parameters": inputs}
    return Started(str(function.name), SpanType.TOOL, inputs, _given(attributes))


def finish_tool(flavor: str, span: LiveSpan, result: Any) -> Any:
    """What a tool answers."""
    if getattr(result, "status", None) == "failure":
        span.record_exception(str(result.error))
    else:
        span.set_outputs(result.result)
    span.end()
    return result


def gather_tool(span: LiveSpan, pieces: list[Any]) -> None:
    """What a tool answers in pieces: texts, or what agents that it runs tell of themselves."""
    if all(isinstance(each, str) for each in pieces):
        span.set_outputs("".join(pieces))
    else:
        contents = [each if isinstance(each, str) else getattr(each, "content", None) for each in pieces]
        span.set_outputs(next((each for each in reversed(contents) if each), None))
