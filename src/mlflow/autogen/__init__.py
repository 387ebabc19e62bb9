"""AutoGen's agents (`autogen-agentchat`): what they do, and what they ask models, as traces."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from typing import Any

from millrace.model import SpanAttributeKey, SpanType
from mlflow.autologging import Call, Integration, safely
from mlflow.autologging.imports import when_imported
from mlflow.tracing.library import Started, function_tool, inputs_of, set_usage, trace_calls
from mlflow.tracing.live import LiveSpan

__all__ = ["FLAVOR_NAME", "autolog"]

FLAVOR_NAME = "autogen"
_CLIENTS = tuple(f"autogen_ext.models.{name}" for name in ("openai", "anthropic", "azure", "ollama"))


def autolog(log_traces: bool = True, disable: bool = False, silent: bool = False) -> None:
    """Record what agents of AutoGen do as spans from now on: under the active span, or as a trace.

    Runs of agents (`run`, `on_messages`) and calls of models (`create`): what they took and gave, the tools that they
    have, the tokens that they used. Classes of agents and clients that are defined later need another call.

    Args:
        log_traces: record traces, which is all that there is to record.
        disable: record nothing any more, and leave AutoGen as it was.
        silent: show no messages of autologging.
    """
    INTEGRATION.enable(locals())


def _patch() -> None:
    agents = importlib.import_module("autogen_agentchat.agents")
    for kind in _kinds(agents.BaseChatAgent):
        trace_calls(INTEGRATION, kind, tuple({"run", "on_messages"} & vars(kind).keys()), _begin_agent)
    _patch_clients()
    for module in _CLIENTS:
        if module not in sys.modules:
            when_imported(module, _patch_clients, key="mlflow.autogen")


def _patch_clients() -> None:
    with safely(FLAVOR_NAME, "watch clients of models"):
        if INTEGRATION.options is not None:
            for kind in _kinds(importlib.import_module("autogen_core.models").ChatCompletionClient):
                if "create" in vars(kind):
                    trace_calls(INTEGRATION, kind, "create", _begin_model, _finish_model)


def _kinds(kind: type) -> Iterator[type]:
    yield kind
    for each in kind.__subclasses__():
        yield from _kinds(each)


def _begin_agent(call: Call) -> Started:
    attributes = _offered(getattr(call.owner, "_tools", None))
    return Started(f"{call.owner.name}.{call.function.__name__}", SpanType.AGENT, _inputs(call), attributes)


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
