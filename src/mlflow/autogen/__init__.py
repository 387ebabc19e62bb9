"""AutoGen's agents and teams (`autogen-agentchat`): what they do, and what they ask models, as traces.

Methods of AutoGen that do the same whole or as a stream call each other: what the one does for the other is no span
of its own. A team's agents work in tasks of a runtime, which may have been started before: each message that they get
is handled within the span of their team.
"""

from __future__ import annotations

import functools
import importlib
import sys
from collections.abc import Callable, Generator
from typing import Any
from weakref import WeakValueDictionary

from millrace.model import SpanAttributeKey, SpanType
from mlflow.autologging import Call, Integration, class_tree, safely
from mlflow.autologging.imports import when_imported
from mlflow.tracing.library import (
    Begin,
    Finish,
    Started,
    finish_plainly,
    function_tool,
    inputs_of,
    set_usage,
    spans,
    stream_later,
)
from mlflow.tracing.live import LiveSpan
from mlflow.tracing.starting import active, get_current_active_span

__all__ = ["FLAVOR_NAME", "autolog"]

FLAVOR_NAME = "autogen"
_CLIENTS = tuple(f"autogen_ext.models.{name}" for name in ("openai", "anthropic", "azure", "ollama"))


def autolog(log_traces: bool = True, disable: bool = False, silent: bool = False) -> None:
    """Record what agents of AutoGen do as spans from now on: under the active span, or as a trace.

    Runs of teams and agents (`run`, `run_stream`), what agents answer (`on_messages`, `on_messages_stream`) and calls
    of models (`create`, `create_stream`): what they took and gave, the tools that they have, the tokens that they used.
    Classes of teams, agents and clients that are defined later need another call.

    Args:
        log_traces: record traces, which is all that there is to record.
        disable: record nothing any more, and leave AutoGen as it was.
        silent: show no messages of autologging.
    """
    INTEGRATION.enable(locals())


def _patch() -> None:
    agents = importlib.import_module("autogen_agentchat.agents")
    for kind in class_tree(agents.BaseChatAgent):
        _record(kind, "run", "run_stream", _begin_agent)
        # What the base class streams is what `on_messages` answers.
        _record(kind, "on_messages", None if kind is agents.BaseChatAgent else "on_messages_stream", _begin_agent)
    teams: Any = importlib.import_module("autogen_agentchat.teams")
    for kind in class_tree(teams.BaseGroupChat):
        _record(kind, "run", "run_stream", _begin_team)
    with safely(FLAVOR_NAME, "watch what is said in teams"):
        members = importlib.import_module("autogen_agentchat.teams._group_chat._sequential_routed_agent")
        INTEGRATION.trace(members.SequentialRoutedAgent, "on_message_impl", _handle)
    _patch_clients()
    for module in _CLIENTS:
        if module not in sys.modules:
            when_imported(module, _patch_clients, key="mlflow.autogen")


def _patch_clients() -> None:
    with safely(FLAVOR_NAME, "watch clients of models"):
        if INTEGRATION.options is not None:
            for kind in class_tree(importlib.import_module("autogen_core.models").ChatCompletionClient):
                _record(kind, "create", "create_stream", _begin_model, _finish_model)


# -- what is done ----------------------------------------------------------------------------------------------------
class _Deed:
    """What an agent, a team or a client does, for as long as its span is open.

    Args:
        owner: who does it.
        name: the method that does it whole.
    """

    def __init__(self, owner: Any, name: str) -> None:
        self.owner = owner
        self.name = name
        self.span: LiveSpan | None = None

    def begun(self, span: LiveSpan) -> None:
        """Be found by the span, and as a team's by what is said in the team."""
        self.span = span
        _deeds[span.span_id] = self
        team: Any = getattr(self.owner, "_team_id", None)
        if team is not None:
            _deeds[team] = self


_deeds: WeakValueDictionary[str, _Deed] = WeakValueDictionary()
"""What is going on, by the id of its span; of a team also by the team's id. Who records it keeps it here."""


def _record(kind: type, whole: str, streamed: str | None, begin: Begin, finish: Finish = finish_plainly) -> None:
    """Record what a class does by two methods of its own, whichever is called; the other one is within it."""
    for name in {whole, streamed} & vars(kind).keys():
        INTEGRATION.trace(kind, name, _hook(whole, begin, finish if name == whole else None))


def _hook(name: str, begin: Begin, finish: Finish | None) -> Callable[[Call], Generator[None, None, None]]:
    """Records calls; without a `finish` those that answer streams."""

    def hook(call: Call) -> Generator[None, None, None]:
        above = get_current_active_span()
        doing = None if above is None else _deeds.get(above.span_id)
        if doing is not None and doing.owner is call.owner and doing.name == name:
            return
        deed = _Deed(call.owner, name)

        def started(call: Call) -> Started | None:
            found = begin(call)
            if found is not None:
                found.begun = deed.begun
            return found

        yield from spans(started, finish or functools.partial(_finish_stream, deed))(call)

    return hook


def _finish_stream(deed: _Deed, flavor: str, span: LiveSpan, result: Any) -> Any:
    if not hasattr(result, "__anext__"):
        return finish_plainly(flavor, span, result)
    return stream_later(flavor, span, result, functools.partial(_gather, deed))


def _gather(deed: _Deed, span: LiveSpan, pieces: list[Any]) -> None:
    """Set what a stream comes to: its last piece, or as much as there was when nobody read on."""
    if not pieces:
        return
    last = pieces[-1]
    if deed.name == "create":
        span.set_outputs("".join(pieces) if isinstance(last, str) else last)
        usage = getattr(last, "usage", None)
        if usage is not None and (usage.prompt_tokens or usage.completion_tokens):  # else it was not asked for
            set_usage(span, usage.prompt_tokens, usage.completion_tokens)
    else:
        base = importlib.import_module("autogen_agentchat.base")
        span.set_outputs(last if isinstance(last, base.TaskResult | base.Response) else pieces)


def _handle(call: Call) -> Generator[None, None, None]:
    """Have a message to a member of a team be handled within the span of what the team does."""
    deed = _deeds.get(call.owner.id.key)
    if deed is None or deed.span is None:
        return
    with active(deed.span):
        yield


# -- what it is called -----------------------------------------------------------------------------------------------
def _begin_agent(call: Call) -> Started:
    attributes = _offered(getattr(call.owner, "_tools", None))
    return Started(f"{call.owner.name}.{call.function.__name__}", SpanType.AGENT, _inputs(call), attributes)


def _begin_team(call: Call) -> Started:
    name = getattr(call.owner, "name", None) or type(call.owner).__name__  # older teams have no name
    return Started(f"{name}.{call.function.__name__}", SpanType.AGENT, _inputs(call))


def _begin_model(call: Call) -> Started:
    inputs = _inputs(call)
    attributes = {SpanAttributeKey.MESSAGE_FORMAT: FLAVOR_NAME, **_offered(inputs.get("tools"))}
    return Started(f"{type(call.owner).__name__}.{call.function.__name__}", SpanType.LLM, inputs, attributes)


def _inputs(call: Call) -> dict[str, Any]:
    found = inputs_of(call)
    found.pop("cancellation_token", None)
    if isinstance(found.get("tools"), list | tuple):
        found["tools"] = [_schema(tool) for tool in found["tools"]]
    return found


def _schema(tool: Any) -> Any:
    return getattr(tool, "schema", tool)


def _offered(tools: Any) -> dict[str, Any]:
    """The attribute that shows tools, where there are some."""
    found = [_schema(tool) for tool in tools or () if isinstance(_schema(tool), dict)]
    shown = [_tool(tool) for tool in found if "name" in tool]
    return {SpanAttributeKey.CHAT_TOOLS: shown} if shown else {}


def _tool(schema: dict[str, Any]) -> dict[str, Any]:
    return function_tool(schema["name"], schema.get("description"), schema.get("parameters"))


def _finish_model(flavor: str, span: LiveSpan, result: Any) -> Any:
    span.set_outputs(result)
    usage = getattr(result, "usage", None)
    if usage is not None:
        set_usage(span, usage.prompt_tokens, usage.completion_tokens)
    span.end()
    return result


INTEGRATION = Integration(
    FLAVOR_NAME, _patch, module="autogen_agentchat", package="autogen-agentchat", supported=("0.4.9", "0.8")
)
