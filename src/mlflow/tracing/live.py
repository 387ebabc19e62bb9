"""Spans that are still open: what users set inputs, outputs and attributes on."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import field

from millrace.model import Span, SpanAttributeKey, SpanEvent, SpanStatus, SpanStatusCode
from mlflow.tracing import state
from mlflow.tracing.values import as_json

if TYPE_CHECKING:
    from mlflow.tracing.going import GoingTrace

_logger = logging.getLogger("mlflow.entities.span")
_now = time.time_ns
_OK = SpanStatus(SpanStatusCode.OK)

NO_OP_SPAN_TRACE_ID = "MLFLOW_NO_OP_SPAN_TRACE_ID"
"""The trace id of spans that are not recorded."""


class LiveSpan(Span, eq=False):
    """A span that goes on; once it has ended nothing changes it any more.

    It is used by one thread at a time; different spans of a trace by any number of threads.
    """

    _trace: GoingTrace = field(default=None)  # type: ignore[assignment]
    _lent_before: tuple[LiveSpan | NoOpSpan | None] | None = None
    """What was active before a callback made this span the active one, which is told of its end in another context."""

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)

    def set_inputs(self, inputs: Any) -> None:
        """Set what goes into the step: anything that has a JSON form, or a text."""
        self.set_attribute(SpanAttributeKey.INPUTS, inputs)

    def set_outputs(self, outputs: Any) -> None:
        """Set what comes out of the step."""
        self.set_attribute(SpanAttributeKey.OUTPUTS, outputs)

    def set_span_type(self, span_type: str) -> None:
        """Set the kind of step, one of `mlflow.entities.SpanType` or any other text."""
        self.set_attribute(SpanAttributeKey.SPAN_TYPE, span_type)

    def set_attribute(self, key: str, value: Any) -> None:
        """Set one attribute; its value is kept as JSON text, as it is now."""
        if self._is_open("set_attribute"):
            self.attribute_texts[str(key)] = as_json(value)

    def set_attributes(self, attributes: dict[str, Any]) -> None:
        """Set several attributes."""
        if not isinstance(attributes, Mapping):
            _logger.warning("Attributes must be a dictionary, but got %s. Skipping.", type(attributes))
            return
        for key, value in attributes.items():
            self.set_attribute(key, value)

    def set_status(self, status: SpanStatus | SpanStatusCode | str) -> None:
        """Set how the step ended: a SpanStatus, or `"OK"`, `"ERROR"` or `"UNSET"`.

        Raises:
            MlflowException: there is no such status.
        """
        found = status if isinstance(status, SpanStatus) else SpanStatus(status)  # type: ignore[arg-type]
        if self._is_open("set_status"):
            self.status = found

    def add_event(self, event: SpanEvent) -> None:
        """Add something that happened within the step."""
        if self._is_open("add_event"):
            self.events.append(event)

    def record_exception(self, exception: str | BaseException) -> None:
        """Add an exception as an event, and set the status to an error that names it."""
        error = Exception(exception) if isinstance(exception, str) else exception
        self.add_event(SpanEvent.from_exception(error))
        self.set_status(SpanStatus(SpanStatusCode.ERROR, f"{type(error).__name__}: {error}"))

    def end(
        self,
        outputs: Any | None = None,
        attributes: dict[str, Any] | None = None,
        status: SpanStatus | str | None = None,
        end_time_ns: int | None = None,
    ) -> None:
        """End the step; when it is the root of its trace, the trace ends with it.

        It never raises: what goes wrong is told in the log.

        Args:
            outputs: what came out of it.
            attributes: attributes to add.
            status: how it ended; OK when it was not set.
            end_time_ns: when, in nanoseconds since 1970, UTC; now when omitted.
        """
        if self.end_time_ns is not None:
            return
        try:
            if attributes is not None:
                self.set_attributes(attributes)
            if outputs is not None:
                self.set_outputs(outputs)
            if status is not None:
                self.set_status(status)
            if self.status.status_code is SpanStatusCode.UNSET:
                self.status = _OK
            if state.STATE.config.span_processors:
                state.process(self)
            self.end_time_ns = end_time_ns or _now()
            self._trace.ended(self)
        except Exception as error:
            self.end_time_ns = self.end_time_ns or _now()
            _logger.warning("Failed to end span %s: %s", self.span_id, error, exc_info=_logger.isEnabledFor(10))

    def to_immutable_span(self) -> Span:
        """The span as it is now, which later changes do not touch."""
        return Span(
            self.trace_id,
            self.span_id,
            self.name,
            self.start_time_ns,
            self.end_time_ns,
            self.parent_id,
            self.status,
            dict(self.attribute_texts),
            list(self.events),
        )

    @classmethod
    def from_immutable_span(
        cls,
        span: Span,
        parent_span_id: str | None = None,
        trace_id: str | None = None,
        experiment_id: str | None = None,
        otel_trace_id: str | None = None,
    ) -> LiveSpan:
        """A span like another, with an id of its own, in the same trace or in another that goes on in this process.

        Raises:
            MlflowException: no such trace goes on.
        """
        return STARTERS[0](span, parent_span_id, trace_id)

    def _is_open(self, what: str) -> bool:
        if self.end_time_ns is None:
            return True
        _logger.warning("Tried calling %s on an ended span.", what)
        return False


STARTERS: list[Callable[[Span, str | None, str | None], LiveSpan]] = []
"""How a span like another begins; put here by the module that knows the traces."""


class NoOpSpan(Span, eq=False):
    """What stands for a span where none is recorded: tracing is disabled, or the trace was not sampled."""

    trace_id: str = NO_OP_SPAN_TRACE_ID
    span_id: str = field(default=None)  # type: ignore[assignment]
    name: str = field(default=None)  # type: ignore[assignment]
    start_time_ns: int = field(default=None)  # type: ignore[assignment]

    @property
    def attributes(self) -> dict[str, Any]:
        """None."""
        return {}

    def set_inputs(self, inputs: Any) -> None:
        """Do nothing."""

    def set_outputs(self, outputs: Any) -> None:
        """Do nothing."""

    def set_span_type(self, span_type: str) -> None:
        """Do nothing."""

    def set_attribute(self, key: str, value: Any) -> None:
        """Do nothing."""

    def set_attributes(self, attributes: dict[str, Any]) -> None:
        """Do nothing."""

    def set_status(self, status: Any) -> None:
        """Do nothing."""

    def add_event(self, event: SpanEvent) -> None:
        """Do nothing."""

    def record_exception(self, exception: str | BaseException) -> None:
        """Do nothing."""

    def end(
        self,
        outputs: Any | None = None,
        attributes: dict[str, Any] | None = None,
        status: SpanStatus | str | None = None,
        end_time_ns: int | None = None,
    ) -> None:
        """Do nothing."""
