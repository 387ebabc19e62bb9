"""Spans: the steps of a trace, as OpenTelemetry has them, with MLflow's names for kinds, inputs and outputs."""

from __future__ import annotations

import base64
import json
import re
import time
import traceback
import uuid
from enum import StrEnum
from typing import Any, Final, Self

from msgspec import Struct, field

from millrace.errors import InvalidParameterValue, MlflowException

_HEX_TRACE = re.compile(r"tr-[0-9a-f]{32}")


class SpanType:
    """Kinds of spans that MLflow's page knows; any other text is a kind, too."""

    LLM: Final = "LLM"
    CHAIN: Final = "CHAIN"
    AGENT: Final = "AGENT"
    TOOL: Final = "TOOL"
    CHAT_MODEL: Final = "CHAT_MODEL"
    RETRIEVER: Final = "RETRIEVER"
    PARSER: Final = "PARSER"
    EMBEDDING: Final = "EMBEDDING"
    RERANKER: Final = "RERANKER"
    MEMORY: Final = "MEMORY"
    UNKNOWN: Final = "UNKNOWN"
    WORKFLOW: Final = "WORKFLOW"
    TASK: Final = "TASK"
    GUARDRAIL: Final = "GUARDRAIL"
    EVALUATOR: Final = "EVALUATOR"


class SpanAttributeKey:
    """Names of attributes of spans with a meaning of their own."""

    EXPERIMENT_ID: Final = "mlflow.experimentId"
    REQUEST_ID: Final = "mlflow.traceRequestId"
    INPUTS: Final = "mlflow.spanInputs"
    OUTPUTS: Final = "mlflow.spanOutputs"
    SPAN_TYPE: Final = "mlflow.spanType"
    FUNCTION_NAME: Final = "mlflow.spanFunctionName"
    CHAT_USAGE: Final = "mlflow.chat.tokenUsage"
    CHAT_TOOLS: Final = "mlflow.chat.tools"
    MESSAGE_FORMAT: Final = "mlflow.message.format"


class SpanStatusCode(StrEnum):
    """How a span ended."""

    UNSET = "UNSET"
    OK = "OK"
    ERROR = "ERROR"

    def to_otel_proto_status_code_name(self) -> str:
        """Its name in OpenTelemetry's protocol, e.g. `STATUS_CODE_OK`."""
        return f"STATUS_CODE_{self.value}"

    @classmethod
    def from_otel_proto_status_code_name(cls, status_code_name: str) -> SpanStatusCode:
        """The code that has this name in OpenTelemetry's protocol; raises InvalidParameterValue for another."""
        return SpanStatus(status_code_name.removeprefix("STATUS_CODE_")).status_code  # type: ignore[arg-type]

    def __repr__(self) -> str:
        return f"<SpanStatusCode.{self.name}: {self.value!r}>"


class SpanStatus(Struct):
    """How a span ended, and a text about it; the code may be given by its name."""

    status_code: SpanStatusCode
    description: str = ""

    def __post_init__(self) -> None:
        if type(self.status_code) is not SpanStatusCode:
            try:
                self.status_code = SpanStatusCode(self.status_code)
            except ValueError:
                raise InvalidParameterValue(
                    f"{self.status_code} is not a valid SpanStatusCode value. "
                    f"Please use one of {[code.value for code in SpanStatusCode]}"
                ) from None


class SpanEvent(Struct, omit_defaults=True):
    """Something that happened within a span, at `timestamp` in nanoseconds since 1970, UTC.

    Raises:
        MlflowException: a field has another type; attributes are named: `SpanEvent("x", attributes={…})`.
    """

    name: str
    timestamp: int = field(default_factory=time.time_ns)
    attributes: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, kind in (("name", str), ("timestamp", int), ("attributes", dict)):
            if not isinstance(value := getattr(self, name), kind):
                raise InvalidParameterValue(
                    f"`{name}` of a span's event must be of type {kind.__name__}, got {type(value).__name__}."
                )

    @classmethod
    def from_exception(cls, exception: BaseException) -> Self:
        """The event that tells of an exception: its type, message and stack trace."""
        return cls(
            "exception",
            attributes={
                "exception.message": str(exception),
                "exception.type": type(exception).__name__,
                "exception.stacktrace": _stack_trace(exception),
            },
        )

    def json(self) -> dict[str, Any]:
        """The event as a dict of plain values."""
        return {"name": self.name, "timestamp": self.timestamp, "attributes": self.attributes}


def _stack_trace(exception: BaseException) -> str:
    try:
        return "".join(traceback.format_exception(exception)).strip()
    except Exception:
        return "Error occurred while retrieving stacktrace."


class Span(Struct, omit_defaults=True, eq=False):
    """One step of a trace. Times are nanoseconds since 1970, UTC; `end_time_ns` is None while it goes on.

    `attribute_texts` holds the attributes as MLflow keeps them, each value as JSON text; `attributes` decodes them.
    `span_id` and `parent_id` are 16 hex digits, `trace_id` is `tr-` and 32.
    """

    trace_id: str
    span_id: str
    name: str
    start_time_ns: int
    end_time_ns: int | None = None
    parent_id: str | None = None
    status: SpanStatus = field(default_factory=lambda: SpanStatus(SpanStatusCode.UNSET))
    attribute_texts: dict[str, str] = field(name="attributes", default_factory=dict)
    events: list[SpanEvent] = field(default_factory=list)

    @property
    def request_id(self) -> str:
        """The id of its trace, by the name that MLflow 2 had for it."""
        return self.trace_id

    @property
    def attributes(self) -> dict[str, Any]:
        """The attributes, their values decoded."""
        return {key: decoded(text) for key, text in self.attribute_texts.items()}

    def get_attribute(self, key: str) -> Any | None:
        """One attribute, decoded; None if it has none of that name."""
        text = self.attribute_texts.get(key)
        return None if text is None else decoded(text)

    def named_texts(self) -> dict[str, str]:
        """The attributes as JSON texts; the id of the trace is one of them, because not every id is one to
        OpenTelemetry."""
        if SpanAttributeKey.REQUEST_ID in self.attribute_texts or _HEX_TRACE.fullmatch(self.trace_id):
            return dict(self.attribute_texts)
        return {SpanAttributeKey.REQUEST_ID: json.dumps(self.trace_id), **self.attribute_texts}

    @property
    def inputs(self) -> Any:
        """What went into the step."""
        return self.get_attribute(SpanAttributeKey.INPUTS)

    @property
    def outputs(self) -> Any:
        """What came out of the step."""
        return self.get_attribute(SpanAttributeKey.OUTPUTS)

    @property
    def span_type(self) -> str:
        """The kind of step, e.g. `LLM`."""
        return str(self.get_attribute(SpanAttributeKey.SPAN_TYPE) or SpanType.UNKNOWN)

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(name={self.name!r}, trace_id={self.trace_id!r}, span_id={self.span_id!r}, "
            f"parent_id={self.parent_id!r})"
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Span) and self.to_dict() == other.to_dict()

    __hash__ = None  # type: ignore[assignment]

    def to_dict(self) -> dict[str, Any]:
        """The span as MLflow writes it to files: ids in base64, attributes as JSON texts."""
        return {
            "trace_id": base64.b64encode(otel_trace_id(self.trace_id)).decode(),
            "span_id": _base64(self.span_id),
            "parent_span_id": _base64(self.parent_id) if self.parent_id else None,
            "name": self.name,
            "start_time_unix_nano": self.start_time_ns,
            "end_time_unix_nano": self.end_time_ns,
            "events": [
                {"name": event.name, "time_unix_nano": event.timestamp, "attributes": event.attributes}
                for event in self.events
            ],
            "status": {
                "code": self.status.status_code.to_otel_proto_status_code_name(),
                "message": self.status.description,
            },
            "attributes": self.named_texts(),
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Span:
        """The span that `to_dict` made this of, or that MLflow 2 wrote to a file.

        Raises:
            MlflowException: a field is missing or none that a span can have.
        """
        try:
            return _from_v2(data) if isinstance(data.get("context"), dict) else _from_v3(data)
        except (KeyError, TypeError, ValueError) as error:
            raise MlflowException(f"Failed to create a Span object from the given dictionary: {error!r}") from error


def _from_v3(data: dict[str, Any]) -> Span:
    texts = {key: text if isinstance(text, str) else json.dumps(text) for key, text in data["attributes"].items()}
    trace_id = texts.get(SpanAttributeKey.REQUEST_ID)
    status = data.get("status") or {}
    return Span(
        trace_id=json.loads(trace_id) if trace_id else f"tr-{_hex(data['trace_id'])}",
        span_id=_hex(data["span_id"]),
        name=data["name"],
        start_time_ns=int(data["start_time_unix_nano"]),
        end_time_ns=None if data["end_time_unix_nano"] is None else int(data["end_time_unix_nano"]),
        parent_id=_hex(data["parent_span_id"]) if data.get("parent_span_id") else None,
        status=SpanStatus(
            SpanStatusCode.from_otel_proto_status_code_name(status.get("code", "STATUS_CODE_UNSET")),
            status.get("message", ""),
        ),
        attribute_texts=texts,
        events=[
            SpanEvent(event["name"], int(event["time_unix_nano"]), event.get("attributes") or {})
            for event in data.get("events") or []
        ],
    )


def _from_v2(data: dict[str, Any]) -> Span:
    texts = data["attributes"]
    return Span(
        trace_id=json.loads(texts[SpanAttributeKey.REQUEST_ID]),
        span_id=data["context"]["span_id"].removeprefix("0x"),
        name=data["name"],
        start_time_ns=data["start_time"],
        end_time_ns=data["end_time"],
        parent_id=(data["parent_id"] or "").removeprefix("0x") or None,
        status=SpanStatus(data["status_code"], data["status_message"]),
        attribute_texts=texts,
        events=[
            SpanEvent(event["name"], int(event["timestamp"]), event.get("attributes") or {}) for event in data["events"]
        ],
    )


def otel_trace_id(trace_id: str) -> bytes:
    """The 16 bytes that are a trace's id to OpenTelemetry; of an id that is not made of them, a digest."""
    if _HEX_TRACE.fullmatch(trace_id):
        return bytes.fromhex(trace_id[3:])
    return uuid.uuid5(uuid.NAMESPACE_OID, trace_id).bytes


def decoded(text: str) -> Any:
    """The value of an attribute that is kept as JSON text; a text that is no JSON is its own value."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def _base64(digits: str) -> str:
    return base64.b64encode(bytes.fromhex(digits)).decode()


def _hex(text: str) -> str:
    return base64.b64decode(text, validate=True).hex()
