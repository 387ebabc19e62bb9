"""Traces that go on in this process: where they go, what is said about them, and how their spans begin and end."""

from __future__ import annotations

import contextlib
import os
import time
from typing import Any

from msgspec.structs import replace

from millrace.calls import TracePart
from millrace.errors import MlflowException
from millrace.model import Span, SpanAttributeKey, SpanStatus, SpanStatusCode, TraceMetadataKey, TraceTagKey
from millrace.settings import MLFLOW_ENABLE_ASYNC_TRACE_LOGGING, MLFLOW_TRACE_SAMPLING_RATIO, MLFLOW_TRACING_DESTINATION
from mlflow.client.stores import get_tracking_uri
from mlflow.context.providers import resolve_tags
from mlflow.fluent.active import active_run, experiment_id
from mlflow.fluent.models import get_active_model_id
from mlflow.tracing import state
from mlflow.tracing.live import STARTERS, LiveSpan
from mlflow.tracing.prediction import get_prediction_context
from mlflow.tracing.sending import append, flush_trace_async_logging
from mlflow.tracing.values import as_json

_UNSET = SpanStatus(SpanStatusCode.UNSET)
_now = time.time_ns
_random = os.urandom

SCHEMA_VERSION = "3"
MAX_GOING = 10_000
"""So many traces that were begun and not ended are known by their ids; of more, the oldest end by their spans only."""
_START_TIME = "mlflow.spanStartTimeNs"
_kept: dict[str, Any] = {}


class GoingTrace:
    """A trace whose root span is open, in this process.

    Args:
        trace_id: its id.
        place: the experiment that it goes to; else that of the active run or the active experiment.
        name: its name, that of the root span.
    """

    def __init__(self, trace_id: str, place: str | None, name: str) -> None:
        run = active_run()
        self.trace_id = trace_id
        self.uri = get_tracking_uri()
        self.experiment_id = place or (run.info.experiment_id if run is not None else experiment_id())
        self.metadata: dict[str, str] = dict(_context())
        if run is not None:
            self.metadata[TraceMetadataKey.SOURCE_RUN] = run.info.run_id
        self.tags: dict[str, str] = {TraceTagKey.TRACE_NAME: name}
        prediction = get_prediction_context()
        if prediction is not None:
            if prediction.is_evaluate and prediction.request_id:
                self.tags[TraceTagKey.EVAL_REQUEST_ID] = prediction.request_id
            schemas = (prediction.dependencies_schemas or {}).get("dependencies_schemas") or {}
            self.tags.update({kind: as_json(each) for kind, each in schemas.items()})
        model_id = (prediction and prediction.model_id) or get_active_model_id()
        if model_id:
            self.metadata[TraceMetadataKey.MODEL_ID] = model_id
        self.client_request_id: str | None = None
        self.request_preview: str | None = None
        self.response_preview: str | None = None
        self.state: str | None = None
        self.root: LiveSpan | None = None
        self.spans: dict[str, LiveSpan] = {}
        """Its open spans by id."""
        self._told = False
        self._short = TracePart(trace_id, self.experiment_id)

    def begin(
        self,
        name: str,
        span_type: str | None,
        parent_id: str | None,
        attributes: dict[str, Any] | None = None,
        start_time_ns: int | None = None,
    ) -> LiveSpan:
        """Begin a span of this trace."""
        texts = {
            SpanAttributeKey.REQUEST_ID: f'"{self.trace_id}"',
            SpanAttributeKey.SPAN_TYPE: _type_text(span_type),
        }
        if start_time_ns is not None:
            texts[_START_TIME] = str(start_time_ns)
        span_id = _random(8).hex()
        span = LiveSpan(self.trace_id, span_id, name, start_time_ns or _now(), None, parent_id, _UNSET, texts, [], self)
        if attributes:
            span.set_attributes(attributes)
        if parent_id is None:
            self.root = span
        elif not self._told and self.root is not None:
            # A trace of more than one span is there from now on, whatever becomes of this process.
            self._tell(self.root, self.part())
        self.spans[span_id] = span
        return span

    def copy_of(
        self, span: Span, parent_id: str | None, name: str | None = None, start_time_ns: int | None = None
    ) -> LiveSpan:
        """Begin a span of this trace that says what another says; it must be ended."""
        new = self.begin(name or span.name, None, parent_id, None, start_time_ns or span.start_time_ns)
        own = (SpanAttributeKey.REQUEST_ID,)
        new.attribute_texts.update({key: text for key, text in span.attribute_texts.items() if key not in own})
        new.status = span.status
        new.events = list(span.events)
        return new

    def ended(self, span: LiveSpan) -> None:
        """Store a span that has ended, and with the root the trace."""
        self.spans.pop(span.span_id, None)
        if span is not self.root:
            self._tell(span, self._short if self._told else self.part())
            return
        state.GOING.pop(self.trace_id, None)
        self._tell(span, self._whole(span))
        state.set_last_active_trace_id(self.trace_id)
        if not MLFLOW_ENABLE_ASYNC_TRACE_LOGGING.get():
            flush_trace_async_logging()

    def part(self) -> TracePart:
        """What is known of the trace beside its spans."""
        return TracePart(
            trace_id=self.trace_id,
            experiment_id=self.experiment_id,
            state=self.state,
            request_preview=self.request_preview,
            response_preview=self.response_preview,
            client_request_id=self.client_request_id,
            trace_metadata=dict(self.metadata),
            tags=dict(self.tags),
        )

    def _whole(self, root: LiveSpan) -> TracePart:
        """What is known of the trace at its end, without what the store takes from its spans."""
        part = self.part()
        if SpanAttributeKey.INPUTS not in root.attribute_texts:
            part.trace_metadata[TraceMetadataKey.INPUTS] = ""
            part = replace(part, request_preview=part.request_preview or "")
        if SpanAttributeKey.OUTPUTS not in root.attribute_texts:
            part.trace_metadata[TraceMetadataKey.OUTPUTS] = ""
            part = replace(part, response_preview=part.response_preview or "")
        # Spans that outlast the root are not counted.
        start_ms, end_ns = root.start_time_ns // 1_000_000, root.end_time_ns or root.start_time_ns
        return replace(part, request_time=start_ms, execution_duration=max(end_ns // 1_000_000 - start_ms, 0))

    def _tell(self, span: LiveSpan, part: TracePart) -> None:
        self._told = True
        # Not the live span, which has fields of its own; the store takes it as it is now, so nothing is copied.
        plain = Span(
            span.trace_id,
            span.span_id,
            span.name,
            span.start_time_ns,
            span.end_time_ns,
            span.parent_id,
            span.status,
            span.attribute_texts,
            span.events,
        )
        append(self.uri, part, plain)


def start_trace(
    name: str,
    span_type: str | None,
    attributes: dict[str, Any] | None = None,
    place: str | None = None,
    start_time_ns: int | None = None,
) -> LiveSpan | None:
    """Begin a trace by its root span; None where it is not recorded: tracing is disabled, or it is not sampled.

    Args:
        name: of the root span and of the trace.
        span_type: of the root span.
        attributes: of the root span.
        place: the experiment that it goes to, when that was said for this trace.
        start_time_ns: when it began; now when omitted.
    """
    if not state.STATE.enabled:
        return None
    random = _random(16)
    ratio = MLFLOW_TRACE_SAMPLING_RATIO.get()
    if ratio < 1.0 and int.from_bytes(random[8:], "big") >= ratio * 2**64:
        return None
    chosen = place or state.chosen_destination() or MLFLOW_TRACING_DESTINATION.get()
    trace = GoingTrace(f"tr-{random.hex()}", chosen, name)
    if len(state.GOING) >= MAX_GOING:
        with contextlib.suppress(RuntimeError, StopIteration):  # another thread ends one now
            state.GOING.pop(next(iter(state.GOING)), None)
    state.GOING[trace.trace_id] = trace
    span = trace.begin(name, span_type, None, attributes, start_time_ns)
    if place is not None:
        span.attribute_texts[SpanAttributeKey.EXPERIMENT_ID] = as_json(place)
    return span


def going(trace_id: str) -> GoingTrace | None:
    """The trace of an id, if it goes on in this process."""
    return state.GOING.get(trace_id)


def _like(span: Span, parent_id: str | None, trace_id: str | None) -> LiveSpan:
    trace = going(trace_id or span.trace_id)
    if trace is None:
        raise MlflowException(f"Trace with ID {trace_id or span.trace_id} not found.", "RESOURCE_DOES_NOT_EXIST")
    return trace.copy_of(span, parent_id or (None if trace.root is None else trace.root.span_id))


STARTERS.append(_like)
_TYPES: dict[str | None, str] = {}


def _type_text(span_type: str | None) -> str:
    text = _TYPES.get(span_type)
    if text is None:
        text = as_json(span_type)
        if len(_TYPES) < 256:
            _TYPES[span_type] = text
    return text


def _context() -> dict[str, str]:
    """The tags of the place where this process runs, as metadata of traces; looked for once."""
    found: dict[str, str] | None = _kept.get("context")
    if found is None:
        found = {key: str(value) for key, value in resolve_tags().items()}
        found[TraceMetadataKey.SCHEMA_VERSION] = SCHEMA_VERSION
        _kept["context"] = found
    return found


def forget_context() -> None:
    """Look anew for where this process runs when the next trace begins."""
    _kept.clear()


def _after_fork() -> None:
    # The parent ends its traces itself; a span that a child has of one still ends in it.
    forget_context()
    state.GOING.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
