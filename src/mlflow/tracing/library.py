"""Calls of other people's libraries as spans: what autologging of every library with traces shares.

A library's module says what a call takes and gives; here it is seen to that nothing of that ever reaches the user:
an error while recording is a warning, and the call does what it would have done.
"""

from __future__ import annotations

import functools
import inspect
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from millrace.model import SpanAttributeKey, SpanEvent
from mlflow.autologging import Patches, current, enable, quietly
from mlflow.tracing.decorating import MAX_CHUNK_EVENTS, STREAM_CHUNK_EVENT_NAME_FORMAT, STREAM_CHUNK_EVENT_VALUE_KEY
from mlflow.tracing.live import LiveSpan
from mlflow.tracing.starting import activate, deactivate, start_span_no_context
from mlflow.tracing.values import as_json

_logger = logging.getLogger("mlflow.tracing")


@dataclass
class Started:
    """What is known of a call when it begins."""

    name: str
    span_type: str
    inputs: Any
    attributes: dict[str, Any] = field(default_factory=dict)


Begin = Callable[[Any, tuple[Any, ...], dict[str, Any]], Started | None]
"""Says what a call begins with, from the object, the arguments and the keyword arguments; None to leave it alone."""
Finish = Callable[["Library", LiveSpan, Any], Any]
"""Ends the span of a call with its result; answers what the user gets, which is the result or stands for it."""


class Library:
    """A library whose calls are recorded while its `autolog` is on.

    Args:
        flavor: its name, e.g. `"openai"`.
    """

    def __init__(self, flavor: str) -> None:
        self.flavor = flavor
        self.patches = Patches()

    def turn(self, patch: Callable[[], None], options: dict[str, Any]) -> None:
        """Turn recording on or off, as the options of an `autolog` call say."""
        with quietly(bool(options.get("silent"))):
            enable(self.flavor, options)
            if options.get("disable") or not options.get("log_traces", True):
                self.patches.undo()
            else:
                patch()

    @property
    def is_on(self) -> bool:
        """Whether calls are recorded now."""
        options = current(self.flavor)
        return options is not None and bool(options.get("log_traces", True))

    def trace(self, owner: type | None, name: str, begin: Begin, finish: Finish | None = None) -> None:
        """Record calls of a method; a class that is not there, in some version of the library, is left alone."""
        if owner is None or name not in vars(owner):
            return
        end = finish or finish_plainly

        def around(original: Any, called: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
            return call_traced(self, original, begin, end, (called, args, kwargs))

        self.patches.method(owner, name, around)

    def begin(self, started: Started | None, parent: LiveSpan | None = None) -> LiveSpan | None:
        """Begin the span of a call; None where it is not recorded."""
        if started is None:
            return None
        with self.safely("begin a span"):
            span = start_span_no_context(started.name, started.span_type, parent, started.inputs)
            for key, value in started.attributes.items():
                span.set_attribute(key, value)
            return span if isinstance(span, LiveSpan) else None
        return None

    def safely(self, what: str) -> _Safely:
        """Turn any error into a warning."""
        return _Safely(self.flavor, what)


class _Safely:
    """A `with` statement that no error leaves."""

    def __init__(self, flavor: str, what: str) -> None:
        self._words = (flavor, what)

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> bool:
        if isinstance(error, Exception):
            _logger.warning("Failed to trace a call of %s: could not %s: %s", *self._words, error)
            return True
        return False


def call_traced(
    library: Library,
    original: Any,
    begin: Begin,
    finish: Finish,
    called: tuple[Any, tuple[Any, ...], dict[str, Any]],
) -> Any:
    """Call a bound method inside of a span; a coroutine that it gives goes on with the span."""
    _, args, kwargs = called
    span = None
    if library.is_on:
        with library.safely("read what it takes"):
            span = library.begin(begin(*called))
    if span is None:
        return original(*args, **kwargs)
    token = activate(span)
    try:
        result = original(*args, **kwargs)
    except BaseException as error:
        fail(library, span, error)
        raise
    finally:
        deactivate(token)
    if inspect.isawaitable(result) and not inspect.isgenerator(result):
        return _awaited(library, span, result, finish)
    return _finished(library, span, result, finish)


async def _awaited(library: Library, span: LiveSpan, waiting: Any, finish: Finish) -> Any:
    token = activate(span)
    try:
        result = await waiting
    except BaseException as error:
        fail(library, span, error)
        raise
    finally:
        deactivate(token)
    return _finished(library, span, result, finish)


def _finished(library: Library, span: LiveSpan, result: Any, finish: Finish) -> Any:
    with library.safely("read what it gives"):
        return finish(library, span, result)
    span.end()
    return result


def finish_plainly(library: Library, span: LiveSpan, result: Any) -> Any:
    """End a span with the result as its outputs."""
    span.set_outputs(result)
    span.end()
    return result


def fail(library: Library, span: LiveSpan, error: BaseException) -> None:
    """End a span with what went wrong."""
    with library.safely("record an exception"):
        span.record_exception(error)
    span.end()


Gather = Callable[[LiveSpan, list[Any]], None]
"""Sets outputs and usage of a span from all the pieces of a stream."""


def stream(library: Library, span: LiveSpan, pieces: Iterator[Any], gather: Gather) -> Iterator[Any]:
    """The pieces of a stream, whose span ends with the last one, or when nobody reads on."""
    kept: list[Any] = []
    try:
        for piece in pieces:
            note(library, span, kept, piece)
            yield piece
    except GeneratorExit:
        _close(library, span, kept, gather)
        raise
    except BaseException as error:
        _gather(library, span, kept, gather)
        fail(library, span, error)
        raise
    else:
        _close(library, span, kept, gather)


async def stream_later(
    library: Library, span: LiveSpan, pieces: AsyncIterator[Any], gather: Gather
) -> AsyncIterator[Any]:
    """As `stream`, for an asynchronous one."""
    kept: list[Any] = []
    try:
        async for piece in pieces:
            note(library, span, kept, piece)
            yield piece
    except GeneratorExit:
        _close(library, span, kept, gather)
        raise
    except BaseException as error:
        _gather(library, span, kept, gather)
        fail(library, span, error)
        raise
    else:
        _close(library, span, kept, gather)


def stream_inside(library: Library, span: LiveSpan, holder: Any, name: str, gather: Gather) -> Any:
    """Have an object whose attribute is the iterator of a stream give its pieces through the span; answers it.

    Closing the object ends the span: it and its iterator hold each other, and may live on long after the last use.
    """
    pieces, close = getattr(holder, name), getattr(holder, "close", None)
    if hasattr(pieces, "__anext__"):
        later = stream_later(library, span, pieces, gather)
        setattr(holder, name, later)

        async def close_later() -> None:
            await close()
            await later.aclose()  # type: ignore[attr-defined]

        if close is not None:
            holder.close = close_later
        return holder
    ours = stream(library, span, pieces, gather)
    setattr(holder, name, ours)

    def close_now() -> None:
        close()
        ours.close()  # type: ignore[attr-defined]

    if close is not None:
        holder.close = close_now
    return holder


def note(library: Library, span: LiveSpan, kept: list[Any], piece: Any) -> None:
    """Add a piece of a stream as an event, as long as there are not too many, and to those that are kept."""
    with library.safely("keep a piece of a stream"):
        if len(kept) < MAX_CHUNK_EVENTS:
            name = STREAM_CHUNK_EVENT_NAME_FORMAT.format(index=len(kept))
            span.add_event(SpanEvent(name, attributes={STREAM_CHUNK_EVENT_VALUE_KEY: as_json(piece)}))
        kept.append(piece)


def _gather(library: Library, span: LiveSpan, kept: list[Any], gather: Gather) -> None:
    with library.safely("put a stream together"):
        gather(span, kept)


def _close(library: Library, span: LiveSpan, kept: list[Any], gather: Gather) -> None:
    _gather(library, span, kept, gather)
    span.end()


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


def bound(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    """The arguments of a call that were given, by name; those that stand for `not given` are left out."""
    try:
        found = dict(_signature(function).bind(*args, **kwargs).arguments)
    except (TypeError, ValueError):
        found = dict(kwargs)
    for name, value in list(found.items()):
        if isinstance(value, dict) and name in ("kwargs", "params") and name not in kwargs:
            found.pop(name)
            found.update(value)
    return given(found)


@functools.lru_cache(maxsize=256)
def _signature(function: Any) -> inspect.Signature:
    return inspect.signature(function)


def given(values: dict[str, Any]) -> dict[str, Any]:
    """A dict without what stands for `not given` in the libraries that OpenAI's generator writes."""
    return {name: value for name, value in values.items() if type(value).__name__ not in ("NotGiven", "Omit")}
