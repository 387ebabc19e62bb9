"""Spans that Strands Agents begins by OpenTelemetry, as spans of ours beside them.

Strands tells OpenTelemetry all that it does. Here a span of ours stands in front of each of its own: what it is told
goes to both, whether or not the user has set OpenTelemetry up. Names of attributes and events are those of
OpenTelemetry's conventions for generative AI, as Strands writes them.
"""

from __future__ import annotations

import functools
import importlib
import json
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from types import TracebackType
from typing import Any

from millrace.model import SpanEvent, SpanStatus, SpanStatusCode, SpanType
from mlflow.autologging import safely
from mlflow.tracing.library import fail, set_usage
from mlflow.tracing.live import LiveSpan, NoOpSpan
from mlflow.tracing.starting import activate, current, deactivate
from mlflow.tracing.streams import Reading

FLAVOR_NAME = "strands"
_TIMES = ("gen_ai.event.start_time", "gen_ai.event.end_time")
"""Attributes that say what the span itself says."""
_USAGE = tuple(f"gen_ai.usage.{name}_tokens" for name in ("input", "output", "total"))
_DETAILS = "gen_ai.client.inference.operation.details"
"""The event of the newer conventions, which holds all messages."""
_TYPES = {"chat": SpanType.CHAT_MODEL, "execute_tool": SpanType.TOOL}


def type_of(attributes: Mapping[str, Any]) -> str:
    """The type of a span, by what its attributes say."""
    operation = str(attributes.get("gen_ai.operation.name"))
    return SpanType.AGENT if operation.startswith("invoke_") else _TYPES.get(operation, SpanType.CHAIN)


def kept(attributes: Mapping[str, Any] | None) -> dict[str, Any]:
    """Those attributes that say more than the span itself, with what texts hold of JSON."""
    return {key: _structure(value) for key, value in (attributes or {}).items() if key not in _TIMES}


def _structure(value: Any) -> Any:
    return _read(value) if isinstance(value, str) and value[:1] in ("[", "{") else value


def _read(text: Any) -> Any:
    """What a text holds, if it is JSON; else the text."""
    try:
        return json.loads(text)
    except (TypeError, ValueError):
        return text


class Mirrored:
    """A span of OpenTelemetry whose `span` is told the same.

    Args:
        span: ours.
        inner: Strands' own.
        above: the one that it is a step of.
    """

    def __init__(self, span: LiveSpan, inner: Any, above: Mirrored | None) -> None:
        self.span = span
        self.inner = inner
        self._above = above
        self._inputs: list[Any] = []
        self._usage: dict[str, int] = {}
        self._asked: list[dict[str, int]] = []
        """What the calls of models within it used."""

    @property
    def is_open(self) -> bool:
        """Whether our span goes on."""
        return self.span.end_time_ns is None

    @contextmanager
    def _safely(self) -> Iterator[None]:
        with safely(FLAVOR_NAME, "tell a span what Strands tells its own"):
            yield

    # -- what OpenTelemetry asks of a span ------------------------------------------------------------------------
    def get_span_context(self) -> Any:
        """Who it is for OpenTelemetry."""
        return self.inner.get_span_context()

    def is_recording(self) -> bool:
        """Whether it takes what it is told."""
        return self.is_open or bool(self.inner.is_recording())

    def set_attribute(self, key: str, value: Any) -> None:
        """Set one attribute."""
        self.set_attributes({key: value})

    def set_attributes(self, attributes: Mapping[str, Any]) -> None:
        """Set several."""
        self.inner.set_attributes(attributes)
        if self.is_open:
            with self._safely():
                self.span.set_attributes(kept(attributes))
                self._usage.update({key: value for key, value in attributes.items() if key in _USAGE})

    def add_event(self, name: str, attributes: Mapping[str, Any] | None = None, timestamp: int | None = None) -> None:
        """Add something that happened."""
        self.inner.add_event(name, attributes, timestamp)
        if self.is_open:
            with self._safely():
                told = dict(attributes or {})
                self.span.add_event(SpanEvent(name, **({"timestamp": timestamp} if timestamp else {}), attributes=told))
                self._understand(name, told)

    def add_link(self, context: Any, attributes: Mapping[str, Any] | None = None) -> None:
        """Link it to another: OpenTelemetry's matter alone."""
        self.inner.add_link(context, attributes)

    def update_name(self, name: str) -> None:
        """Rename it."""
        self.inner.update_name(name)
        self.span.name = name

    def set_status(self, status: Any, description: str | None = None) -> None:
        """Set how it went: a code, or a status that holds one."""
        self.inner.set_status(status, description)
        if self.is_open:
            with self._safely():
                code = getattr(status, "status_code", status)
                text = description or getattr(status, "description", None) or ""
                self.span.set_status(SpanStatus(SpanStatusCode(code.name), text))

    def record_exception(
        self,
        exception: BaseException,
        attributes: Mapping[str, Any] | None = None,
        timestamp: int | None = None,
        escaped: bool = False,
    ) -> None:
        """Add an exception."""
        self.inner.record_exception(exception, attributes, timestamp, escaped)
        if self.is_open:
            with self._safely():
                self.span.record_exception(exception)

    def end(self, end_time: int | None = None) -> None:
        """End it, with what its events come to."""
        if self.is_open:
            with self._safely():
                self._count()
            self.span.end(end_time_ns=end_time)
        self.inner.end(end_time)

    def __enter__(self) -> Mirrored:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            self.record_exception(error)
        self.end()

    def _count(self) -> None:
        """Set the tokens: of an agent those of its calls of models, as it tells those of all its runs so far."""
        used = self._usage
        if self.span.span_type == SpanType.AGENT:
            used = {name: sum(each.get(name, 0) for each in self._asked) for name in _USAGE if self._asked}
        elif used:
            above = self._above
            while above is not None:
                above._asked.append(used)
                above = above._above
        set_usage(self.span, *(used.get(name) for name in _USAGE))

    # -- inputs and outputs ----------------------------------------------------------------------------------------
    def _understand(self, name: str, told: dict[str, Any]) -> None:
        if name == "gen_ai.choice":
            self.span.set_outputs(_read(told.get("message")))
        elif name == _DETAILS:
            if "gen_ai.input.messages" in told:
                self.span.set_inputs(_read(told["gen_ai.input.messages"]))
            if "gen_ai.output.messages" in told:
                self.span.set_outputs(_read(told["gen_ai.output.messages"]))
        elif name.startswith("gen_ai.") and name.endswith(".message"):
            self._inputs.append({"role": name.split(".")[1], "content": _read(told.get("content"))})
            self.span.set_inputs(self._inputs)


@functools.lru_cache(maxsize=1)
def _kind() -> Any:
    """The class of spans that OpenTelemetry takes for its own."""
    return type("MirroredSpan", (Mirrored, importlib.import_module("opentelemetry.trace").Span), {})


def mirrored(span: LiveSpan, inner: Any, above: Any) -> Any:
    """A span of OpenTelemetry in front of another, whose attributes, events and end a span of ours is told too."""
    return _kind()(span, inner, above if isinstance(above, Mirrored) else None)


class ActiveToo:
    """Stands for OpenTelemetry's `with use_span(…)`: our span is the active one for as long.

    Args:
        span: ours.
        inner: OpenTelemetry's context manager.
    """

    def __init__(self, span: LiveSpan, inner: AbstractContextManager[Any]) -> None:
        self._span = span
        self._inner = inner
        self._token: Any = None

    def __enter__(self) -> Any:
        self._token = activate(self._span)
        return self._inner.__enter__()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> Any:
        deactivate(self._token)
        return self._inner.__exit__(kind, error, trace)


# -- streams ---------------------------------------------------------------------------------------------------------
_scope: ContextVar[_Scope | None] = ContextVar("mlflow_strands_scope", default=None)


def note(span: LiveSpan) -> None:
    """Have a span end with the stream that it was begun in, if nothing else ends it."""
    scope = _scope.get()
    if scope is not None:
        scope.add(span)


class _Scope:
    """The spans that are begun while one stream is read."""

    def __init__(self) -> None:
        self._first: LiveSpan | None = None
        self._others: list[LiveSpan] = []
        self._reading: Reading | None = None

    def add(self, span: LiveSpan) -> None:
        self._others[:] = [each for each in self._others if each.end_time_ns is None]
        if self._first is None:
            others = self._others
            self._first = span
            self._reading = Reading(FLAVOR_NAME, span, lambda span, pieces: _end(others, None))
        else:
            self._others.append(span)

    def end(self, error: BaseException | None = None) -> None:
        if self._reading is not None and self._first is not None:
            _end(self._others, error)
            self._reading.end(error if self._first.end_time_ns is None else None)


def _end(spans: list[LiveSpan], error: BaseException | None) -> None:
    for span in reversed([each for each in spans if each.end_time_ns is None]):
        if error is None or isinstance(error, GeneratorExit):
            span.end()
        else:
            fail(span, error)


class Steps:
    """The events of a run, read so that its spans are the active ones within it only, and end however it ends.

    Args:
        pieces: Strands' asynchronous generator.
        above: the span that they are steps of.
    """

    def __init__(self, pieces: Any, above: LiveSpan | None) -> None:
        self._pieces = pieces
        self._spans = _Scope()
        self._inside: LiveSpan | NoOpSpan | None = above or current()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._pieces, name)

    def __aiter__(self) -> Steps:
        return self

    async def __anext__(self) -> Any:
        try:
            with self._within():
                return await self._pieces.__anext__()
        except StopAsyncIteration:
            self._spans.end()
            raise
        except BaseException as error:
            self._spans.end(error)
            raise

    async def aclose(self) -> None:
        """Read no more."""
        try:
            with self._within():
                await self._pieces.aclose()
        finally:
            self._spans.end()

    @contextmanager
    def _within(self) -> Iterator[None]:
        token, scope = activate(self._inside), _scope.set(self._spans)
        try:
            yield
        finally:
            self._inside = current()
            deactivate(token)
            _scope.reset(scope)
