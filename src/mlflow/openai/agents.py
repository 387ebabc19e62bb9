"""OpenAI's SDK for agents: what it tells its trace processors, as spans."""

from __future__ import annotations

import importlib
import json
from collections.abc import Generator
from contextvars import ContextVar, Token
from typing import Any

from millrace.model import SpanAttributeKey, SpanEvent, SpanStatus, SpanStatusCode, SpanType
from mlflow.autologging import Call, Integration, safely
from mlflow.tracing.library import Started, function_tool_of, is_on, start, trace_calls
from mlflow.tracing.live import LiveSpan
from mlflow.tracing.starting import deactivate, get_current_active_span, lend

_RUN = "AgentRunner.run"
_streamed: ContextVar[dict[str, Any] | None] = ContextVar("mlflow_openai_streamed", default=None)
"""What a run that is streamed was asked, and its result once that is there."""
_kept: dict[str, Processor] = {}


def watch_agents(integration: Integration) -> None:
    """Record what agents do, where the SDK is what was imported by its common name."""
    with safely(integration.name, "watch agents"):
        agents: Any = importlib.import_module("agents")
        if integration.options is None or not hasattr(agents, "add_trace_processor"):
            return
        if "processor" not in _kept:  # the SDK offers no way to take one away
            _kept["processor"] = Processor(integration)
            agents.add_trace_processor(_kept["processor"])
        runner = getattr(importlib.import_module("agents.run"), "AgentRunner", None)
        trace_calls(integration, runner, "run", _begin_run, _finish_run)
        if runner is not None:
            integration.trace(runner, "run_streamed", _remember)


def _begin_run(call: Call) -> Started:
    kwargs = {name: value for name, value in call.kwargs.items() if name not in ("starting_agent", "input")}
    return Started(_RUN, SpanType.AGENT, call.argument("input"), {"kwargs": kwargs})


def _finish_run(flavor: str, span: LiveSpan, result: Any) -> Any:
    span.end(outputs=result.final_output)
    return result


def _remember(call: Call) -> Generator[None, None, None]:
    """Have the trace that a streamed run begins know what was asked, and find the result."""
    told: dict[str, Any] = {"input": call.argument("input")}
    token = _streamed.set(told)
    try:
        yield
    finally:
        _streamed.reset(token)
    told["result"] = call.result


class Processor:
    """A trace processor of the SDK: begins a span when it is told of a begin, and ends it when told of an end.

    Args:
        integration: knows whether anything is recorded.
    """

    def __init__(self, integration: Integration) -> None:
        self._integration = integration
        self._open: dict[str, _Open] = {}

    # -- traces: what the SDK calls a workflow ----------------------------------------------------------------
    def on_trace_start(self, trace: Any) -> None:
        """A workflow begins; that of a run has a span already."""
        with safely(self._integration.name, "begin a trace of agents"):
            active = get_current_active_span()
            if not is_on(self._integration) or (active is not None and active.name == _RUN):
                return
            told = _streamed.get() or {}
            inputs = told.get("input", "")
            span = start(Started(trace.name, SpanType.AGENT, inputs, dict(trace.metadata or {})))
            if span is not None:
                self._open[trace.trace_id] = _Open(span, lend(span), trace.trace_id, told)

    def on_trace_end(self, trace: Any) -> None:
        """A workflow ends, and with it whatever of it has not."""
        for key, one in list(self._open.items()):
            if one.trace_id == trace.trace_id and key != trace.trace_id:
                self._end(key)
        one = self._open.get(trace.trace_id)
        if one is not None:
            with safely(self._integration.name, "read what a run came to"):
                result = one.told.get("result")
                one.span.set_outputs("" if result is None else result.final_output)
        self._end(trace.trace_id)

    # -- spans ------------------------------------------------------------------------------------------------
    def on_span_start(self, span: Any) -> None:
        """A step begins, under the active span: the step, run or tool that it is a part of."""
        with safely(self._integration.name, "begin a span of agents"):
            if not is_on(self._integration):
                return
            above = self._open.get(span.parent_id or span.trace_id)
            parent = get_current_active_span() or (None if above is None else above.span)
            name, span_type = _kind(span.span_data)
            begun = start(Started(name, span_type, None), parent)
            if begun is not None:
                self._open[span.span_id] = _Open(begun, lend(begun), span.trace_id, {})

    def on_span_end(self, span: Any) -> None:
        """A step ends; only now everything is known of it."""
        one = self._open.get(span.span_id)
        if one is None:
            return
        with safely(self._integration.name, "read what a step of agents took and gave"):
            _fill(one.span, span.span_data)
        if span.error:
            message = str(span.error.get("message", ""))
            attributes = {"exception.message": message, "exception.type": ""}
            one.span.add_event(SpanEvent("exception", attributes=attributes))
            one.span.set_status(SpanStatus(SpanStatusCode.ERROR, message))
        self._end(span.span_id)

    def _end(self, key: str) -> None:
        one = self._open.pop(key, None)
        if one is not None:
            deactivate(one.token)
            one.span.end()

    def shutdown(self) -> None:
        """Nothing: spans are written as they end."""

    def force_flush(self) -> None:
        """Nothing, likewise."""


class _Open:
    """A span that was begun for the SDK."""

    def __init__(self, span: LiveSpan, token: Token[Any], trace_id: str, told: dict[str, Any]) -> None:
        self.span = span
        self.token = token
        self.trace_id = trace_id
        self.told = told


# -- what steps are --------------------------------------------------------------------------------------------------
_NAMES = {"generation": "Generation", "handoff": "Handoff", "response": "Response"}
_TYPES = {
    "agent": SpanType.AGENT,
    "function": SpanType.TOOL,
    "generation": SpanType.CHAT_MODEL,
    "guardrail": SpanType.TOOL,
    "response": SpanType.CHAT_MODEL,
}


def _kind(data: Any) -> tuple[str, str]:
    name = _NAMES.get(data.type) or getattr(data, "name", None) or data.type
    return name, _TYPES.get(data.type, SpanType.CHAIN)


def _fill(span: LiveSpan, data: Any) -> None:
    """Set what a step took and gave, by its kind; of a kind that this does not know what it exports."""
    span.set_inputs(getattr(data, "input", None))
    if data.type in ("generation", "response"):
        span.set_attribute(SpanAttributeKey.MESSAGE_FORMAT, "openai-agent")
    if data.type == "agent":
        attributes = {"handoffs": data.handoffs, "tools": data.tools, "output_type": data.output_type}
        span.set_outputs({"output_type": data.output_type})
        span.set_attributes(attributes)
    elif data.type == "function":
        span.set_inputs(_value(data.input))
        span.set_outputs(data.output)
    elif data.type == "generation":
        span.set_outputs(data.output)
        span.set_attributes({"model": data.model, "model_config": data.model_config, "usage": data.usage})
    elif data.type == "response" and data.response is not None:
        fields = data.response.model_dump()
        span.set_outputs(fields.pop("output"))
        span.set_attributes(fields)
        tools = [function_tool_of(each) for each in fields.get("tools") or () if each.get("type") == "function"]
        if tools:
            span.set_attribute(SpanAttributeKey.CHAT_TOOLS, tools)
    elif data.type == "guardrail":
        span.set_outputs({"triggered": data.triggered})
    elif data.type == "handoff":
        span.set_inputs({"from_agent": data.from_agent})
        span.set_outputs({"to_agent": data.to_agent})
    elif data.type == "custom":
        span.set_outputs(data.data)
    elif data.type != "response":
        span.set_outputs(data.export())


def _value(text: Any) -> Any:
    """What a JSON text says; another text itself."""
    try:
        return json.loads(text)
    except (TypeError, ValueError):
        return text
