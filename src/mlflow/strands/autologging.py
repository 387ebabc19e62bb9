"""`mlflow.strands.autolog`: agents, what they ask models, tools, graphs and swarms, as spans."""

from __future__ import annotations

import importlib
from collections.abc import Generator
from typing import Any

from mlflow.autologging import Call, Integration
from mlflow.strands.spans import FLAVOR_NAME, ActiveToo, Mirrored, Steps, kept, mirrored, note, type_of
from mlflow.tracing.library import Started, fail, is_on, start, trace_calls
from mlflow.tracing.live import LiveSpan
from mlflow.tracing.starting import get_current_active_span


def autolog(log_traces: bool = True, disable: bool = False, silent: bool = False) -> None:
    """Record what agents of Strands do as spans from now on: under the active span, or as a trace.

    Agents, the cycles of their loops, what they ask models, tools, graphs and swarms; the tokens that were used. They
    are the spans that Strands tells OpenTelemetry of, which goes on to get them where you have set it up.

    Args:
        log_traces: record traces, which is all that there is to record.
        disable: record nothing any more, and leave Strands as it was.
        silent: show no messages of autologging.
    """
    INTEGRATION.enable(locals())


def _patch() -> None:
    tracing: Any = importlib.import_module("opentelemetry.trace")
    INTEGRATION.trace(importlib.import_module("strands.telemetry.tracer").Tracer, "_start_span", _start_span)
    INTEGRATION.trace(tracing, "use_span", _use_span)
    agent = importlib.import_module("strands").Agent
    trace_calls(INTEGRATION, agent, "structured_output_async", _begin_structured)
    graph: Any = importlib.import_module("strands.multiagent.graph").Graph
    swarm: Any = importlib.import_module("strands.multiagent.swarm").Swarm
    for owner in (agent, graph, swarm):
        if hasattr(owner, "stream_async"):
            INTEGRATION.trace(owner, "stream_async", _stream)


def _start_span(call: Call) -> Generator[None, None, None]:
    span = None
    if is_on(INTEGRATION):
        attributes = kept(call.argument("attributes"))
        started = Started(str(call.argument("span_name")), type_of(attributes), None, attributes)
        span = start(started, _above(call.argument("parent_span")))
    if span is None:
        return
    try:
        yield
    except BaseException as error:
        fail(span, error)
        raise
    note(span)
    call.result = mirrored(span, call.result, call.argument("parent_span"))


def _above(parent: Any) -> LiveSpan | None:
    """The span that a new one is a step of: what Strands says, else the active one, here or in OpenTelemetry."""
    if not _goes_on(parent):
        above = get_current_active_span()
        if above is not None:
            return above
        # Threads of older versions have OpenTelemetry's context only.
        parent = importlib.import_module("opentelemetry.trace").get_current_span()
    return parent.span if _goes_on(parent) else None


def _goes_on(span: Any) -> bool:
    return isinstance(span, Mirrored) and span.is_open


def _use_span(call: Call) -> Generator[None, None, None]:
    span = call.argument("span")
    if not isinstance(span, Mirrored):
        return
    yield
    call.result = ActiveToo(span.span, call.result)


def _stream(call: Call) -> Generator[None, None, None]:
    yield
    if is_on(INTEGRATION) and hasattr(call.result, "__anext__"):
        call.result = Steps(call.result)


def _begin_structured(call: Call) -> Started:
    prompt = call.argument("prompt")
    messages = list(call.owner.messages)
    if isinstance(prompt, str):
        messages.append({"role": "user", "content": [{"text": prompt}]})
    elif prompt:
        messages += [each if "role" in each else {"role": "user", "content": [each]} for each in prompt]
    attributes = {
        "gen_ai.system": "strands-agents",
        "gen_ai.agent.name": call.owner.name,
        "gen_ai.agent.id": getattr(call.owner, "agent_id", None),
        "gen_ai.operation.name": "execute_structured_output",
    }
    return Started("execute_structured_output", type_of(attributes), messages, attributes)


INTEGRATION = Integration(FLAVOR_NAME, _patch, module="strands", package="strands-agents", supported=("1.4", "2"))
"""What is patched in Strands."""
