"""OpenTelemetry's protocol for traces, read from protobuf and from JSON.

The messages are those of `opentelemetry/proto/trace/v1/trace.proto` and `common.proto`. A decoder of our own, because
the server must take what every exporter sends without a library beside it; it reads what Millrace keeps and skips the
rest.
"""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Callable
from typing import Any

from millrace.calls.trace_wire import plain
from millrace.errors import BadRequest
from millrace.model import Span, SpanEvent, SpanStatus, SpanStatusCode

MAX_DEPTH = 60
"""How deep the values of attributes may nest."""
_CODES = (SpanStatusCode.UNSET, SpanStatusCode.OK, SpanStatusCode.ERROR)
_CODES_BY_NAME: dict[Any, SpanStatusCode] = {
    **dict(enumerate(_CODES)),
    **{f"STATUS_CODE_{code.value}": code for code in _CODES},
}
_U64, _F64 = struct.Struct("<Q"), struct.Struct("<d")
_LENGTH = 2
"""The wire type of texts, bytes and messages."""

Resource = dict[str, Any]


class Malformed(BadRequest):
    """The bytes are no export of spans."""


def spans_of_protobuf(data: bytes) -> list[tuple[Resource, list[Span]]]:
    """The spans of an ExportTraceServiceRequest, by resource; raises Malformed."""
    found: list[tuple[Resource, list[Span]]] = []
    try:
        for number, group in _fields(data, 0, len(data)):
            if number == 1 and isinstance(group, tuple):
                found.append(_resource_spans(data, *group))
    except (IndexError, struct.error, UnicodeDecodeError, TypeError, ValueError, RecursionError):
        raise Malformed("Invalid OpenTelemetry protobuf format.") from None
    return found


def _fields(data: bytes, at: int, end: int) -> list[tuple[int, Any]]:
    """The fields of a message: its number, and a number or where its bytes begin and end."""
    found: list[tuple[int, Any]] = []
    while at < end:
        tag = data[at]
        at += 1
        if tag > 127:
            at, tag = _varint(data, at - 1)
        kind = tag & 7
        if kind == _LENGTH:
            size = data[at]
            at += 1
            if size > 127:
                at, size = _varint(data, at - 1)
            found.append((tag >> 3, (at, at + size)))
            at += size
        elif kind == 0:
            value = data[at]
            at += 1
            if value > 127:
                at, value = _varint(data, at - 1)
            found.append((tag >> 3, value))
        elif kind == 1:
            found.append((tag >> 3, at))
            at += 8
        elif kind == 5:
            at += 4
        else:
            raise ValueError("a wire type that is no longer used")
    if at != end:
        raise ValueError("a field is cut off")
    return found


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return at, value
        shift += 7
        if shift > 63:
            raise ValueError("a number is too long")


def _resource_spans(data: bytes, at: int, end: int) -> tuple[Resource, list[Span]]:
    resource: Resource = {}
    spans: list[Span] = []
    for number, where in _fields(data, at, end):
        if number == 1:
            resource |= dict(_pair(data, *pair) for key, pair in _fields(data, *where) if key == 1)
        elif number == 2:
            spans += [_span(data, *span) for key, span in _fields(data, *where) if key == 2]
    return resource, spans


def _span(data: bytes, at: int, end: int) -> Span:
    trace_id = span_id = parent_id = name = ""
    start_ns = end_ns = 0
    texts: dict[str, str] = {}
    events: list[SpanEvent] = []
    status = SpanStatus(SpanStatusCode.UNSET)
    for number, value in _fields(data, at, end):
        if number == 9:
            key, found = _pair(data, *value)
            texts[key] = _dumps(found)
        elif number == 1:
            trace_id = data[value[0] : value[1]].hex()
        elif number == 2:
            span_id = data[value[0] : value[1]].hex()
        elif number == 4:
            parent_id = data[value[0] : value[1]].hex()
        elif number == 5:
            name = data[value[0] : value[1]].decode()
        elif number == 7:
            start_ns = _U64.unpack_from(data, value)[0]
        elif number == 8:
            end_ns = _U64.unpack_from(data, value)[0]
        elif number == 11:
            events.append(_event(data, *value))
        elif number == 15:
            status = _status(data, *value)
    return Span(
        f"tr-{trace_id}",
        span_id,
        name,
        start_ns,
        end_ns or None,
        parent_id if parent_id.strip("0") else None,
        status,
        texts,
        events,
    )


def _event(data: bytes, at: int, end: int) -> SpanEvent:
    name, time_ns = "", 0
    attributes: dict[str, Any] = {}
    for number, value in _fields(data, at, end):
        if number == 1:
            time_ns = _U64.unpack_from(data, value)[0]
        elif number == 2:
            name = data[value[0] : value[1]].decode()
        elif number == 3:
            key, attributes[key] = _pair(data, *value)
    return SpanEvent(name, time_ns, attributes)


def _status(data: bytes, at: int, end: int) -> SpanStatus:
    message, code = "", 0
    for number, value in _fields(data, at, end):
        if number == 2:
            message = data[value[0] : value[1]].decode()
        elif number == 3:
            code = value
    return SpanStatus(_CODES[code] if code < len(_CODES) else SpanStatusCode.UNSET, message)


def _pair(data: bytes, at: int, end: int, depth: int = 0) -> tuple[str, Any]:
    key, value = "", None
    for number, where in _fields(data, at, end):
        if number == 1:
            key = data[where[0] : where[1]].decode()
        elif number == 2:
            value = _value(data, where[0], where[1], depth)
    return key, value


def _value(data: bytes, at: int, end: int, depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise ValueError("values nest too deeply")
    for number, value in _fields(data, at, end):
        if number == 1:
            return data[value[0] : value[1]].decode()
        if number == 2:
            return bool(value)
        if number == 3:
            return value - (1 << 64) if value >> 63 else value
        if number == 4:
            return _F64.unpack_from(data, value)[0]
        if number == 5:
            return [_value(data, where[0], where[1], depth + 1) for key, where in _fields(data, *value) if key == 1]
        if number == 6:
            return dict(_pair(data, where[0], where[1], depth + 1) for key, where in _fields(data, *value) if key == 1)
        if number == 7:
            return base64.b64encode(data[value[0] : value[1]]).decode()
    return None


_dumps: Callable[[Any], str] = json.JSONEncoder(ensure_ascii=False).encode


def spans_of_json(data: bytes) -> list[tuple[Resource, list[Span]]]:
    """The spans of an export in JSON, where ids are hexadecimal digits; by resource; raises Malformed."""
    try:
        groups = json.loads(data).get("resourceSpans") or []
        return [
            (
                _attributes((group.get("resource") or {}).get("attributes")),
                [_span_of_json(span) for scope in group.get("scopeSpans") or [] for span in scope.get("spans") or []],
            )
            for group in groups
        ]
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError):
        raise Malformed("Invalid OpenTelemetry JSON format.") from None


def _span_of_json(span: dict[str, Any]) -> Span:
    status = span.get("status") or {}
    texts = {key: _dumps(value) for key, value in _attributes(span.get("attributes")).items()}
    parent_id = span.get("parentSpanId") or ""
    return Span(
        f"tr-{bytes.fromhex(span['traceId']).hex()}",
        bytes.fromhex(span["spanId"]).hex(),
        str(span.get("name", "")),
        int(span.get("startTimeUnixNano", 0)),
        int(span.get("endTimeUnixNano", 0)) or None,
        bytes.fromhex(parent_id).hex() if parent_id.strip("0") else None,
        SpanStatus(_CODES_BY_NAME.get(status.get("code", 0), SpanStatusCode.UNSET), str(status.get("message", ""))),
        texts,
        [
            SpanEvent(str(one.get("name", "")), int(one.get("timeUnixNano", 0)), _attributes(one.get("attributes")))
            for one in span.get("events") or []
        ],
    )


def _attributes(pairs: Any) -> dict[str, Any]:
    return {str(pair["key"]): plain(pair.get("value") or {}) for pair in pairs or []}
