"""CrewAI: what crews, their tasks and agents, and flows do, and what they ask models, as traces."""

from __future__ import annotations

import importlib
import sys
from typing import Any

from millrace.model import SpanAttributeKey, SpanType
from mlflow.autologging import Call, Integration, class_tree, safely
from mlflow.autologging.imports import when_imported
from mlflow.tracing.library import Started, inputs_of, trace_calls

__all__ = ["FLAVOR_NAME", "autolog"]

FLAVOR_NAME = "crewai"
_OF_CREWS = ("name", "id", "process", "verbose", "memory", "cache", "stream", "planning")
_OF_TASKS = ("id", "name", "description", "expected_output", "async_execution", "human_input", "markdown")
_OF_AGENTS = (
    *("id", "role", "goal", "backstory", "verbose", "cache", "allow_delegation", "max_iter", "max_retry_limit"),
    *("multimodal", "reasoning"),
)
_OF_MODELS = ("model", "provider", "temperature")
_MEMORIES = ("long_term.long_term_memory.LongTermMemory", "short_term.short_term_memory.ShortTermMemory")
_MEMORIES += ("entity.entity_memory.EntityMemory", "external.external_memory.ExternalMemory")


def autolog(log_traces: bool = True, disable: bool = False, silent: bool = False) -> None:
    """Record what crews and flows of CrewAI do as spans from now on: under the active span, or as a trace.

    Crews and flows (`kickoff`), tasks, agents, calls of models and tools, what memories save and search.

    Args:
        log_traces: record traces, which is all that there is to record.
        disable: record nothing any more, and leave CrewAI as it was.
        silent: show no messages of autologging.
    """
    INTEGRATION.enable(locals())


def _patch() -> None:
    crewai = importlib.import_module("crewai")
    trace_calls(INTEGRATION, crewai.Crew, ("kickoff", "kickoff_for_each"), _Begin(SpanType.CHAIN, _OF_CREWS, _of_crew))
    trace_calls(INTEGRATION, crewai.Task, "execute_sync", _Begin(SpanType.CHAIN, _OF_TASKS, _of_task))
    trace_calls(INTEGRATION, crewai.Agent, "execute_task", _Begin(SpanType.AGENT, _OF_AGENTS, _of_agent))
    flow = _found("crewai.flow.flow.Flow")
    trace_calls(INTEGRATION, flow, _own(flow, "kickoff_async"), _Begin(SpanType.CHAIN, ()))
    trace_calls(
        INTEGRATION, _found("crewai.tools.structured_tool.CrewStructuredTool"), ("invoke", "ainvoke"), _begin_tool
    )
    for path in _MEMORIES:
        kind = _found(f"crewai.memory.{path}")
        trace_calls(INTEGRATION, kind, _own(kind, "save", "search"), _Begin(SpanType.MEMORY, ()))
    _patch_models()
    for module in [f"crewai.llms.providers.{name}" for name in ("openai", "anthropic", "azure", "bedrock", "gemini")]:
        if f"{module}.completion" not in sys.modules:  # imported with the first model of its kind
            when_imported(f"{module}.completion", _patch_models, key="mlflow.crewai")


def _patch_models() -> None:
    with safely(FLAVOR_NAME, "watch models"):
        if INTEGRATION.options is not None:
            crewai = importlib.import_module("crewai")
            for kind in class_tree(getattr(crewai, "BaseLLM", crewai.LLM)):
                trace_calls(INTEGRATION, kind, _own(kind, "call"), _begin_model)


def _found(path: str) -> Any:
    """A class; None where this version has none."""
    module, _, name = path.rpartition(".")
    try:
        return getattr(importlib.import_module(module), name, None)
    except ModuleNotFoundError:
        return None


def _own(kind: Any, *names: str) -> tuple[str, ...]:
    """Of some methods those that a class defines itself."""
    return tuple(name for name in names if kind is not None and name in vars(kind))


class _Begin:
    """What a call of a method begins with.

    Args:
        span_type: the type of its span.
        names: what is an attribute of the span as it is one of the object.
        more: other attributes of the object.
    """

    def __init__(self, span_type: str, names: tuple[str, ...], more: Any = None) -> None:
        self._span_type = span_type
        self._names = names
        self._more = more

    def __call__(self, call: Call) -> Started:
        attributes = {name: getattr(call.owner, name, None) for name in self._names}
        attributes = {name: value for name, value in attributes.items() if value is not None}
        if self._more is not None:
            attributes.update(self._more(call.owner))
        inputs = {name: value for name, value in inputs_of(call).items() if value is not None}
        name = f"{type(call.owner).__name__}.{call.function.__name__.removesuffix('_async')}"
        if self._span_type == SpanType.AGENT:
            inputs.pop("task", None)
            name = call.owner.role
        elif self._names is _OF_TASKS:
            inputs.pop("agent", None)
        if "tools" in inputs:
            inputs["tools"] = _tools(inputs["tools"])
        return Started(name, self._span_type, inputs, attributes)


def _of_crew(crew: Any) -> dict[str, Any]:
    tasks = [{"description": each.description, "agent": _role(each.agent)} for each in crew.tasks]
    return {"tasks": tasks, "agents": [each.role for each in crew.agents]}


def _of_task(task: Any) -> dict[str, Any]:
    return {"agent": _role(task.agent), "tools": _tools(task.tools)}


def _of_agent(agent: Any) -> dict[str, Any]:
    return {"llm": getattr(agent.llm, "model", None), "tools": _tools(agent.tools)}


def _role(agent: Any) -> Any:
    return getattr(agent, "role", None)


def _tools(tools: Any) -> list[dict[str, Any]]:
    """Tools by name: the rest of them is code."""
    return [{"name": each.name, "description": each.description} for each in tools or ()]


def _begin_tool(call: Call) -> Started:
    inputs = call.argument("input")
    return Started(str(call.owner.name), SpanType.TOOL, inputs, {"description": call.owner.description})


def _begin_model(call: Call) -> Started:
    attributes = {name: getattr(call.owner, name, None) for name in _OF_MODELS}
    attributes = {name: value for name, value in attributes.items() if value is not None}
    inputs = {name: value for name, value in inputs_of(call).items() if not callable(value)}
    inputs = {name: value for name, value in inputs.items() if name in ("messages", "tools")}
    attributes[SpanAttributeKey.MESSAGE_FORMAT] = FLAVOR_NAME
    return Started(f"{type(call.owner).__name__}.call", SpanType.LLM, inputs, attributes)


INTEGRATION = Integration(FLAVOR_NAME, _patch, module="crewai", supported=("1.0", "2"))
