"""`mlflow.strands.autolog`: agents, what they ask models, tools, graphs and swarms, as spans."""

from __future__ import annotations

import importlib
from collections.abc import Generator
from typing import Any

from mlflow.autologging import Call, Integration
from mlflow.strands.spans import FLAVOR_NAME, ActiveToo, Mirrored, Steps, kept, mirrored, note, type_of
from mlflow.tracing.library import Started, fail, finish_plainly, is_on, spans, start
from mlflow.tracing.live import LiveSpan
from mlflow.tracing.starting import activate, current, deactivate, get_current_active_span


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
    INTEGRATION.trace(agent, "structured_output_async", _structured)
    graph: Any = importlib.import_module("strands.multiagent.graph").Graph
    swarm: Any = importlib.import_module("strands.multiagent.swarm").Swarm
    for owner in (agent, graph, swarm):
        if hasattr(owner, "stream_async"):
            INTEGRATION.trace(owner, "stream_async", _stream)
        INTEGRATION.trace(owner, "__call__", _hand_on)
    INTEGRATION.trace(agent, "structured_output", _hand_on)


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
    if _goes_on(parent):
        return parent.span  # type: ignore[no-any-return]
    above = get_current_active_span()
    if above is None:
        active = importlib.import_module("opentelemetry.trace").get_current_span()
        above = active.span if _goes_on(active) else importlib.import_module("opentelemetry.context").get_value(_KEY)
    return above


_KEY = "mlflow-active-span"


def _hand_on(call: Call) -> Generator[None, None, None]:
    """Tell the thread that does the work of the active span: in older versions it has OpenTelemetry's context only."""
    above = get_current_active_span()
    if above is None:
        return
    context: Any = importlib.import_module("opentelemetry.context")
    token = context.attach(context.set_value(_KEY, above))
    try:
        yield
    finally:
        context.detach(token)


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
        call.result = Steps(call.result, _above(None))


def _structured(call: Call) -> Generator[None, None, None]:
    token = activate(_above(None) or current())
    try:
        yield from spans(_begin_structured, finish_plainly)(call)
    finally:
        deactivate(token)


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
