"""Spans in OpenTelemetry's protobuf, for servers that know no other way to take them.

The messages are those of `opentelemetry/proto/trace/v1/trace.proto` and `common.proto`.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from typing import Any

from millrace.model import Span, SpanStatusCode
from millrace.model.spans import decoded, otel_trace_id

_CODES = {SpanStatusCode.UNSET: 0, SpanStatusCode.OK: 1, SpanStatusCode.ERROR: 2}
_U64, _F64 = struct.Struct("<Q"), struct.Struct("<d")
_INT64 = range(-(1 << 63), 1 << 63)


def request_of(spans: Iterable[Span]) -> bytes:
    """An ExportTraceServiceRequest with these spans."""
    return _field(1, _field(2, b"".join(_field(2, _span(span)) for span in spans)))


def _span(span: Span) -> bytes:
    description = span.status.description
    status = (_text(2, description) if description else b"") + b"\x18" + bytes([_CODES[span.status.status_code]])
    return b"".join(
        (
            _field(1, otel_trace_id(span.trace_id)),
            _field(2, bytes.fromhex(span.span_id)),
            _field(4, bytes.fromhex(span.parent_id)) if span.parent_id else b"",
            _text(5, span.name),
            b"\x39" + _U64.pack(span.start_time_ns),
            b"\x41" + _U64.pack(span.end_time_ns or 0),
            *(_pair(9, key, decoded(text)) for key, text in span.named_texts().items()),
            *(
                _field(11, b"\x09" + _U64.pack(one.timestamp) + _text(2, one.name) + _pairs(3, one.attributes))
                for one in span.events
            ),
            _field(15, status),
        )
    )


def _pairs(number: int, pairs: dict[str, Any]) -> bytes:
    return b"".join(_pair(number, key, value) for key, value in pairs.items())


def _pair(number: int, key: str, value: Any) -> bytes:
    return _field(number, _text(1, key) + _field(2, _value(value)))


def _value(value: Any) -> bytes:
    if value is None:
        return b""
    if isinstance(value, bool):
        return b"\x10" + bytes([value])
    if isinstance(value, int) and value in _INT64:
        return b"\x18" + _varint(value % (1 << 64))
    if isinstance(value, float):
        return b"\x21" + _F64.pack(value)
    if isinstance(value, list | tuple):
        return _field(5, b"".join(_field(1, _value(one)) for one in value))
    if isinstance(value, dict):
        return _field(6, _pairs(1, value))
    return _text(1, str(value))


def _text(number: int, text: str) -> bytes:
    return _field(number, text.encode(errors="replace"))


def _field(number: int, data: bytes) -> bytes:
    return bytes([number << 3 | 2]) + _varint(len(data)) + data


def _varint(number: int) -> bytes:
    pieces = bytearray()
    while number > 127:
        pieces.append(number & 127 | 128)
        number >>= 7
    pieces.append(number)
    return bytes(pieces)
