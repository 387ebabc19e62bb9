"""Calls of other people's libraries as spans: what autologging of every library with traces shares.

A library's module says what a call begins with and how it ends; `spans` makes a hook of that, for `Integration.trace`,
which sees to it that no error in here reaches the user. Streams go on after their call: `mlflow.tracing.streams`.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any

from millrace.model import SpanAttributeKey
from mlflow.autologging import Call, Integration
from mlflow.autologging.calls import Hook
from mlflow.tracing.live import LiveSpan
from mlflow.tracing.starting import activate, deactivate, start_span_no_context
from mlflow.tracing.streams import fail as fail
from mlflow.tracing.streams import stream as stream
from mlflow.tracing.streams import stream_inside as stream_inside
from mlflow.tracing.streams import stream_later as stream_later


@dataclass
class Started:
    """What is known of a call when it begins."""

    name: str
    span_type: str
    inputs: Any
    attributes: dict[str, Any] = field(default_factory=dict)
    begun: Callable[[LiveSpan], None] | None = None
    """Is told of the span."""


Begin = Callable[[Call], Started | None]
"""Says what a call begins with; None to leave it alone."""
Finish = Callable[[str, LiveSpan, Any], Any]
"""Ends the span of a call of a flavor with its result, or leaves that to the stream that it is; answers what the user
gets: the result, or what stands for it."""


def trace_calls(
    integration: Integration, owner: Any, names: str | tuple[str, ...], begin: Begin, finish: Finish | None = None
) -> None:
    """Record calls of methods of a class, or functions of a module; those that some version has not are passed over."""
    for name in (names,) if isinstance(names, str) else names:
        if owner is not None and hasattr(owner, name):
            integration.trace(owner, name, spans(begin, finish or finish_plainly))


def spans(begin: Begin, finish: Finish) -> Hook:
    """A hook that records each call as a span, active during the call."""

    def hook(call: Call) -> Generator[None, None, None]:
        span = start(begin(call)) if call.options.get("log_traces", True) else None
        if span is None:
            return
        token = activate(span)
        try:
            yield
        except BaseException as error:
            deactivate(token)
            fail(span, error)
            raise
        deactivate(token)
        try:
            call.result = finish(call.flavor, span, call.result)
        except BaseException:
            span.end()
            raise

    return hook


def is_on(integration: Integration) -> bool:
    """Whether traces are recorded now."""
    options = integration.options
    return options is not None and bool(options.get("log_traces", True))


def start(started: Started | None, parent: LiveSpan | None = None) -> LiveSpan | None:
    """Begin the span of a call; None where it is not recorded."""
    if started is None:
        return None
    span = start_span_no_context(started.name, started.span_type, parent, started.inputs)
    for key, value in started.attributes.items():
        span.set_attribute(key, value)
    if not isinstance(span, LiveSpan):
        return None
    if started.begun is not None:
        started.begun(span)
    return span


def finish_plainly(flavor: str, span: LiveSpan, result: Any) -> Any:
    """End a span with the result as its outputs."""
    span.end(outputs=result)
    return result


# -- attributes ------------------------------------------------------------------------------------------------------
def set_usage(
    span: LiveSpan, input_tokens: int | None, output_tokens: int | None, total_tokens: int | None = None
) -> None:
    """Set how many tokens a call used; nothing where that is not known."""
    if input_tokens is None and output_tokens is None:
        return
    given, taken = input_tokens or 0, output_tokens or 0
    total = given + taken if total_tokens is None else total_tokens
    usage = {"input_tokens": given, "output_tokens": taken, "total_tokens": total}
    span.set_attribute(SpanAttributeKey.CHAT_USAGE, usage)


def function_tool(name: str, description: str | None = None, parameters: Any = None) -> dict[str, Any]:
    """A tool in the form of OpenAI's chat completions, in which the page shows all tools."""
    return function_tool_of({"name": name, "description": description, "parameters": parameters})


def function_tool_of(told: dict[str, Any]) -> dict[str, Any]:
    """As `function_tool`, of what OpenAI is told of a function."""
    function = {key: told.get(key) for key in ("name", "description", "parameters", "strict")}
    return {"type": "function", "function": {key: value for key, value in function.items() if value is not None}}


def inputs_of(call: Call) -> dict[str, Any]:
    """The arguments of a call that were given, by name; those that stand for `not given` are left out."""
    signature = _signature(inspect.unwrap(getattr(call.function, "__func__", call.function)))
    args = call.args if call.owner is None else (call.owner, *call.args)
    try:
        found = dict(signature.bind(*args, **call.kwargs).arguments)
    except TypeError:
        found = dict(call.kwargs)
    for parameter in signature.parameters.values():
        if parameter.kind is inspect.Parameter.VAR_KEYWORD:
            found.update(found.pop(parameter.name, {}))
    found.pop("self", None)
    return given(found)


@functools.lru_cache(maxsize=256)
def _signature(function: Any) -> inspect.Signature:
    return inspect.signature(function)


def given(values: dict[str, Any]) -> dict[str, Any]:
    """A dict without what stands for `not given` in the libraries that OpenAI's generator writes."""
    return {name: value for name, value in values.items() if type(value).__name__ not in ("NotGiven", "Omit")}


def parsed(result: Any) -> Any:
    """What a raw answer of a library that OpenAI's generator writes holds, if it has been read; else the answer itself.

    Parsing one that has not been read (`with_streaming_response`) would read it in the user's stead.
    """
    if not (hasattr(result, "parse") and hasattr(result, "http_response")):
        return result
    if inspect.iscoroutinefunction(result.parse):
        return result
    return result.parse() if result.http_response.is_closed or "Legacy" in type(result).__name__ else result
