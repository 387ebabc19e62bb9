"""Calls of other people's libraries as spans: what autologging of every library with traces shares.

A library's module says what a call begins with and how it ends; `spans` makes a hook of that, for `Integration.trace`,
which sees to it that no error in here reaches the user. Streams go on after their call, and are kept safe here.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from dataclasses import dataclass, field
from typing import Any

from millrace.model import SpanAttributeKey, SpanEvent
from mlflow.autologging import Call, Integration, safely
from mlflow.autologging.calls import Hook
from mlflow.tracing.decorating import MAX_CHUNK_EVENTS, STREAM_CHUNK_EVENT_NAME_FORMAT, STREAM_CHUNK_EVENT_VALUE_KEY
from mlflow.tracing.live import LiveSpan
from mlflow.tracing.starting import activate, deactivate, start_span_no_context
from mlflow.tracing.values import as_json


@dataclass
class Started:
    """What is known of a call when it begins."""

    name: str
    span_type: str
    inputs: Any
    attributes: dict[str, Any] = field(default_factory=dict)


Begin = Callable[[Call], Started | None]
"""Says what a call begins with; None to leave it alone."""
Finish = Callable[[str, LiveSpan, Any], Any]
"""Ends the span of a call of a flavor with its result, or leaves that to the stream that it is; answers what the user
gets: the result, or what stands for it."""
Gather = Callable[[LiveSpan, list[Any]], None]
"""Sets outputs and usage of a span from all the pieces of a stream."""


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
    return span if isinstance(span, LiveSpan) else None


def finish_plainly(flavor: str, span: LiveSpan, result: Any) -> Any:
    """End a span with the result as its outputs."""
    span.end(outputs=result)
    return result


def fail(span: LiveSpan, error: BaseException) -> None:
    """End a span with what went wrong."""
    span.record_exception(error)
    span.end()


# -- streams ---------------------------------------------------------------------------------------------------------
def stream(flavor: str, span: LiveSpan, pieces: Iterator[Any], gather: Gather) -> Generator[Any, None, None]:
    """The pieces of a stream, whose span ends with the last one, or when nobody reads on."""
    kept: list[Any] = []
    try:
        for piece in pieces:
            note(flavor, span, kept, piece)
            yield piece
    except BaseException as error:
        _close(flavor, span, kept, gather, error)
        raise
    else:
        _close(flavor, span, kept, gather)


async def stream_later(flavor: str, span: LiveSpan, pieces: AsyncIterator[Any], gather: Gather) -> AsyncIterator[Any]:
    """As `stream`, for an asynchronous one."""
    kept: list[Any] = []
    try:
        async for piece in pieces:
            note(flavor, span, kept, piece)
            yield piece
    except BaseException as error:
        _close(flavor, span, kept, gather, error)
        raise
    else:
        _close(flavor, span, kept, gather)


def stream_inside(flavor: str, span: LiveSpan, holder: Any, name: str, gather: Gather) -> Any:
    """Have an object whose attribute is the iterator of a stream give its pieces through the span; answers it.

    Closing the object ends the span: it and its iterator hold each other, and may live on long after the last use.
    """
    pieces: Any = getattr(holder, name)
    close: Any = getattr(holder, "close", None)
    if hasattr(pieces, "__anext__"):
        later = stream_later(flavor, span, pieces, gather)
        setattr(holder, name, later)

        async def close_later() -> None:
            await close()
            await later.aclose()  # type: ignore[attr-defined]
            span.end()  # one that nobody has read from

        if close is not None:
            holder.close = close_later
        return holder
    ours = stream(flavor, span, pieces, gather)
    setattr(holder, name, ours)

    def close_now() -> None:
        close()
        ours.close()
        span.end()

    if close is not None:
        holder.close = close_now
    return holder


def note(flavor: str, span: LiveSpan, kept: list[Any], piece: Any) -> None:
    """Add a piece of a stream as an event, as long as there are not too many, and to those that are kept."""
    with safely(flavor, "keep a piece of a stream"):
        if len(kept) < MAX_CHUNK_EVENTS:
            name = STREAM_CHUNK_EVENT_NAME_FORMAT.format(index=len(kept))
            span.add_event(SpanEvent(name, attributes={STREAM_CHUNK_EVENT_VALUE_KEY: as_json(piece)}))
        kept.append(piece)


def _close(flavor: str, span: LiveSpan, kept: list[Any], gather: Gather, error: BaseException | None = None) -> None:
    with safely(flavor, "put a stream together"):
        gather(span, kept)
    if error is not None and not isinstance(error, GeneratorExit):
        fail(span, error)
    else:
        span.end()


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
    function = {"name": name, "description": description, "parameters": parameters}
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
