"""Beginning spans: in a `with` statement, or by hand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ContextDecorator, contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Any

from millrace.model import SpanType, TraceLocation
from mlflow.tracing import state
from mlflow.tracing.going import going, start_trace
from mlflow.tracing.live import LiveSpan, NoOpSpan

if TYPE_CHECKING:
    from contextvars import Token

_current = state.CURRENT


def current() -> LiveSpan | NoOpSpan | None:
    """The active span; one that callbacks lent gives way, once it has ended, to what was active before it."""
    span = _current.get()
    while isinstance(span, LiveSpan) and span._lent_before is not None and span.end_time_ns is not None:
        (span,) = span._lent_before
    return span


def lend(span: LiveSpan) -> Token[LiveSpan | NoOpSpan | None]:
    """As `activate`, where the end may be told in another context: an ended span is active no more anyhow."""
    span._lent_before = (current(),)
    return _current.set(span)


def begin(
    name: str, span_type: str | None, attributes: dict[str, Any] | None = None, place: str | None = None
) -> LiveSpan | NoOpSpan:
    """Begin a span under the active one, or a trace where there is none."""
    parent = current()
    if parent is None:
        return start_trace(name, span_type, attributes, place) or NoOpSpan()
    if isinstance(parent, LiveSpan) and state.STATE.enabled:
        return parent._trace.begin(name, span_type, parent.span_id, attributes)
    return NoOpSpan()


def activate(span: LiveSpan | NoOpSpan | None) -> Token[LiveSpan | NoOpSpan | None]:
    """Make a span the active one of this context until `deactivate`."""
    return _current.set(span)


def deactivate(token: Token[LiveSpan | NoOpSpan | None]) -> None:
    """Make the span active again that was before `activate`."""
    try:
        _current.reset(token)
    except ValueError:
        # A generator may be closed in another context than the one that it began in.
        pass


@contextmanager
def active(span: LiveSpan | NoOpSpan) -> Iterator[LiveSpan | NoOpSpan]:
    """Make a span the active one for a while, without ending it."""
    token = activate(span)
    try:
        yield span
    finally:
        deactivate(token)


class _SpanContext(ContextDecorator):
    """A span for a `with` statement; as a decorator, a span for each call."""

    def __init__(
        self, name: str, span_type: str | None, attributes: dict[str, Any] | None, trace_destination: Any
    ) -> None:
        self._arguments = (name, span_type, attributes, trace_destination)
        self._span: LiveSpan | NoOpSpan | None = None

    def _recreate_cm(self) -> _SpanContext:
        return _SpanContext(*self._arguments)

    def __enter__(self) -> LiveSpan:
        name, span_type, attributes, destination = self._arguments
        place = None if destination is None else place_of(destination)
        self._span = begin(name, span_type, attributes, place)
        self._token = activate(self._span)
        return self._span  # type: ignore[return-value]

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        deactivate(self._token)
        span = self._span
        if span is not None:
            if error is not None and span.end_time_ns is None:
                failed(span, error)
            span.end()


def failed(span: LiveSpan | NoOpSpan, error: BaseException) -> None:
    """Record what left a span, unless it only says that nobody wants more of a generator."""
    if not isinstance(error, GeneratorExit):
        span.record_exception(error)


def place_of(destination: Any) -> str | None:
    """The experiment that a `trace_destination` names."""
    if isinstance(destination, TraceLocation):
        return destination.mlflow_experiment.experiment_id if destination.mlflow_experiment else None
    return state.experiment_of(destination)


def start_span(
    name: str = "span",
    span_type: str | None = SpanType.UNKNOWN,
    attributes: dict[str, Any] | None = None,
    trace_destination: Any | None = None,
) -> _SpanContext:
    """Begin a span for a `with` statement; it ends with it, as an error when an exception leaves it.

    Under an active span it is a step of that one's trace; else it begins a trace. Threads have no active span unless
    their context is copied (`contextvars.copy_context().run`); asynchronous tasks copy it themselves.

    Args:
        name: its name.
        span_type: one of `mlflow.entities.SpanType`, or any other text.
        attributes: attributes to begin with.
        trace_destination: where the trace goes, `mlflow.entities.trace_location.MlflowExperimentLocation(…)`; for the
            first span of a trace.
    """
    return _SpanContext(name, span_type, attributes, trace_destination)


def start_span_no_context(
    name: str,
    span_type: str = SpanType.UNKNOWN,
    parent_span: LiveSpan | None = None,
    inputs: Any | None = None,
    attributes: dict[str, str] | None = None,
    tags: dict[str, str] | None = None,
    experiment_id: str | None = None,
    start_time_ns: int | None = None,
) -> LiveSpan:
    """Begin a span that becomes nobody's active one and must be ended by `span.end()`.

    Args:
        name: its name.
        span_type: one of `mlflow.entities.SpanType`, or any other text.
        parent_span: the span that it is a step of; when omitted the active one, else it begins a trace.
        inputs: what goes into it.
        attributes: attributes to begin with.
        tags: tags of the trace, when it begins one.
        experiment_id: the experiment that the trace goes to, when it begins one.
        start_time_ns: when it began, in nanoseconds since 1970, UTC; now when omitted.
    """
    parent = parent_span if parent_span is not None else current()
    span: LiveSpan | NoOpSpan | None
    if parent is None:
        span = start_trace(name, span_type, None, experiment_id, start_time_ns)
        if span is not None and tags:
            span._trace.tags.update(tags)
    elif isinstance(parent, LiveSpan) and state.STATE.enabled:
        span = parent._trace.begin(name, span_type, parent.span_id, None, start_time_ns)
    else:
        span = None
    if span is None:
        return NoOpSpan()  # type: ignore[return-value]
    if inputs is not None:
        span.set_inputs(inputs)
    if attributes:
        span.set_attributes(attributes)
    return span


def get_current_active_span() -> LiveSpan | None:
    """The span that new ones are put under in this thread or task; None when there is none."""
    span = current()
    return span if isinstance(span, LiveSpan) else None


def get_active_trace_id() -> str | None:
    """The id of the trace of the active span; None when there is none."""
    span = get_current_active_span()
    return None if span is None else span.trace_id


def open_span(trace_id: str, span_id: str) -> LiveSpan | None:
    """A span of a trace that goes on in this process, if it is open."""
    trace = going(trace_id)
    return None if trace is None else trace.spans.get(span_id)
