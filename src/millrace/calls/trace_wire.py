"""How MLflow's protocol spells traces: REST version 3 with OpenTelemetry's spans in JSON, and version 2."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import Struct, field

from millrace.errors import InvalidParameterValue
from millrace.model import Assessment, Span, SpanEvent, SpanStatus, Trace, TraceData, TraceInfo, TraceLocation
from millrace.model.clock import from_rfc3339, from_seconds, to_rfc3339, to_seconds
from millrace.model.spans import SpanAttributeKey, SpanStatusCode, decoded, otel_trace_id
from millrace.model.traces import TraceState, TraceStatus


class AssessmentV3(Struct, frozen=True, omit_defaults=True):
    """An assessment on the wire; times are RFC 3339."""

    assessment_id: str = ""
    assessment_name: str = ""
    trace_id: str = ""
    span_id: str | None = None
    source: dict[str, str] | None = None
    create_time: str | None = None
    last_update_time: str | None = None
    feedback: dict[str, Any] | None = None
    expectation: dict[str, Any] | None = None
    rationale: str | None = None
    metadata: dict[str, str] | None = None
    overrides: str | None = None
    valid: bool | None = None

    def assessment(self) -> Assessment:
        """The assessment as users see it; raises InvalidParameterValue for one without a kind."""
        return Assessment.from_dictionary(msgspec.to_builtins(self))

    @classmethod
    def of(cls, assessment: Assessment) -> AssessmentV3:
        """How an assessment travels."""
        return msgspec.convert(assessment.to_dictionary(), cls)


class TraceInfoV3(Struct, frozen=True, omit_defaults=True):
    """A trace's facts on the wire: `request_time` is RFC 3339, `execution_duration` seconds such as `0.079s`."""

    trace_id: str
    client_request_id: str | None = None
    trace_location: TraceLocation | None = None
    request_time: str | None = None
    execution_duration: str | None = None
    state: str | None = None
    trace_metadata: dict[str, str] = field(default_factory=dict)
    assessments: list[AssessmentV3] = field(default_factory=list)
    tags: dict[str, str] = field(default_factory=dict)
    request_preview: str | None = None
    response_preview: str | None = None

    def info(self) -> TraceInfo:
        """The facts as users see them."""
        return TraceInfo(
            trace_id=self.trace_id,
            trace_location=self.trace_location or TraceLocation("TRACE_LOCATION_TYPE_UNSPECIFIED"),
            request_time=from_rfc3339(self.request_time) if self.request_time else 0,
            state=TraceState(self.state or "STATE_UNSPECIFIED"),
            request_preview=self.request_preview,
            response_preview=self.response_preview,
            client_request_id=self.client_request_id,
            execution_duration=from_seconds(self.execution_duration) if self.execution_duration else None,
            trace_metadata=self.trace_metadata,
            tags=self.tags,
            assessments=[one.assessment() for one in self.assessments],
        )

    @classmethod
    def of(cls, info: TraceInfo) -> TraceInfoV3:
        """How a trace's facts travel."""
        return cls(
            trace_id=info.trace_id,
            client_request_id=info.client_request_id,
            trace_location=info.trace_location,
            request_time=to_rfc3339(info.request_time),
            execution_duration=None if info.execution_duration is None else to_seconds(info.execution_duration),
            state=str(info.state),
            trace_metadata=info.trace_metadata,
            assessments=[AssessmentV3.of(one) for one in info.assessments],
            tags=info.tags,
            request_preview=info.request_preview,
            response_preview=info.response_preview,
        )


class OtlpAttribute(Struct, frozen=True):
    """An attribute in OpenTelemetry's JSON; its value is a dict of one entry, such as `{"string_value": "x"}`."""

    key: str
    value: dict[str, Any] = field(default_factory=dict)


class OtlpEvent(Struct, frozen=True, omit_defaults=True):
    """An event of a span."""

    time_unix_nano: int = 0
    name: str = ""
    attributes: list[OtlpAttribute] = field(default_factory=list)


class OtlpStatus(Struct, frozen=True, omit_defaults=True):
    """How a span ended: STATUS_CODE_OK, STATUS_CODE_ERROR or nothing."""

    message: str = ""
    code: str = ""


class OtlpSpan(Struct, frozen=True, omit_defaults=True):
    """A span in OpenTelemetry's JSON as MLflow sends it: ids are base64, times nanoseconds."""

    trace_id: str
    span_id: str
    parent_span_id: str = ""
    name: str = ""
    start_time_unix_nano: int = 0
    end_time_unix_nano: int = 0
    attributes: list[OtlpAttribute] = field(default_factory=list)
    events: list[OtlpEvent] = field(default_factory=list)
    status: OtlpStatus | None = None

    def span(self) -> Span:
        """The span as users see it."""
        texts = {one.key: json.dumps(plain(one.value), ensure_ascii=False) for one in self.attributes}
        status = self.status or OtlpStatus()
        request_id = texts.get(SpanAttributeKey.REQUEST_ID)
        return Span(
            trace_id=str(json.loads(request_id)) if request_id else f"tr-{base64.b64decode(self.trace_id).hex()}",
            span_id=base64.b64decode(self.span_id).hex(),
            name=self.name,
            start_time_ns=self.start_time_unix_nano,
            end_time_ns=self.end_time_unix_nano or None,
            parent_id=base64.b64decode(self.parent_span_id).hex() or None,
            status=SpanStatus(SpanStatusCode(status.code.removeprefix("STATUS_CODE_") or "UNSET"), status.message),
            attribute_texts=texts,
            events=[
                SpanEvent(event.name, event.time_unix_nano, {one.key: plain(one.value) for one in event.attributes})
                for event in self.events
            ],
        )

    @classmethod
    def of(cls, span: Span) -> OtlpSpan:
        """How a span travels."""
        code = span.status.status_code
        return cls(
            trace_id=base64.b64encode(otel_trace_id(span.trace_id)).decode(),
            span_id=_base64(span.span_id),
            parent_span_id=_base64(span.parent_id or ""),
            name=span.name,
            start_time_unix_nano=span.start_time_ns,
            end_time_unix_nano=span.end_time_ns or 0,
            attributes=_attributes({key: decoded(text) for key, text in span.named_texts().items()}),
            events=[OtlpEvent(event.timestamp, event.name, _attributes(event.attributes)) for event in span.events],
            status=OtlpStatus(
                span.status.description, "" if code is SpanStatusCode.UNSET else code.to_otel_proto_status_code_name()
            ),
        )


class TraceV3(Struct, frozen=True, omit_defaults=True):
    """A trace on the wire; calls that read facts only leave its spans out."""

    trace_info: TraceInfoV3
    spans: list[OtlpSpan] = field(default_factory=list)

    def trace(self) -> Trace:
        """The trace as users see it."""
        return Trace(self.trace_info.info(), TraceData([one.span() for one in self.spans]))

    @classmethod
    def of(cls, trace: Trace) -> TraceV3:
        """How a trace travels."""
        return cls(TraceInfoV3.of(trace.info), [OtlpSpan.of(one) for one in trace.data.spans])


class TracePair(Struct, frozen=True, omit_defaults=True):
    """A tag or a metadatum of a trace, in version 2."""

    key: str = ""
    value: str = field(default_factory=str)


class TraceInfoV2(Struct, frozen=True, omit_defaults=True):
    """A trace's facts in version 2."""

    request_id: str
    experiment_id: str
    timestamp_ms: int
    execution_time_ms: int | None = None
    status: str = ""
    request_metadata: list[TracePair] = field(default_factory=list)
    tags: list[TracePair] = field(default_factory=list)

    @classmethod
    def of(cls, info: TraceInfo) -> TraceInfoV2:
        """How a trace's facts travelled in version 2."""
        return cls(
            request_id=info.trace_id,
            experiment_id=info.experiment_id or "",
            timestamp_ms=info.request_time,
            execution_time_ms=info.execution_duration,
            status=str(TraceStatus.from_state(info.state)),
            request_metadata=[TracePair(key, value) for key, value in info.trace_metadata.items()],
            tags=[TracePair(key, value) for key, value in info.tags.items()],
        )


_INT64 = range(-(2**63), 2**63)


def any_value(value: Any) -> dict[str, Any]:
    """A plain value as OpenTelemetry's AnyValue in JSON; integers beyond 64 bits become texts."""
    if isinstance(value, bool):
        return {"bool_value": value}
    if isinstance(value, int):
        return {"int_value": value} if value in _INT64 else {"string_value": str(value)}
    if isinstance(value, float):
        return {"double_value": value}
    if isinstance(value, list):
        return {"array_value": {"values": [any_value(one) for one in value]} if value else {}}
    if isinstance(value, dict):
        pairs = [{"key": key, "value": any_value(one)} for key, one in value.items()]
        return {"kvlist_value": {"values": pairs} if pairs else {}}
    return {} if value is None else {"string_value": str(value)}


_PLAIN: dict[str, Callable[[Any], Any]] = {
    "string_value": str,
    "bool_value": bool,
    "int_value": int,
    "double_value": float,
    "bytes_value": str,
    "array_value": lambda found: [plain(one) for one in found.get("values") or []],
    "kvlist_value": lambda found: {one["key"]: plain(one.get("value") or {}) for one in found.get("values") or []},
}
_PLAIN |= {key.split("_")[0] + "Value": read for key, read in _PLAIN.items()}


def plain(value: dict[str, Any]) -> Any:
    """The plain value of an AnyValue in JSON, in snake_case or camelCase.

    Raises:
        InvalidParameterValue: it is none.
    """
    for kind, found in value.items():
        try:
            return _PLAIN[kind](found)
        except (KeyError, TypeError, ValueError, AttributeError):
            raise InvalidParameterValue(f"{value!r:.200} is no value of an OpenTelemetry attribute.") from None
    return None


def _attributes(attributes: dict[str, Any]) -> list[OtlpAttribute]:
    return [OtlpAttribute(key, any_value(value)) for key, value in attributes.items()]


def _base64(digits: str) -> str:
    return base64.b64encode(bytes.fromhex(digits)).decode()
