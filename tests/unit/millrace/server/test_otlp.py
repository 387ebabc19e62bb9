"""Spans from OpenTelemetry's exporters: in protobuf and JSON, compressed or not, whole or broken."""

from __future__ import annotations

import base64
import gzip
import json
import random
import struct
import uuid
import zlib
from collections.abc import Callable
from typing import Any

import pytest

from millrace.calls import GetTrace
from millrace.model import Trace
from millrace.server.otlp_wire import MAX_DEPTH, Malformed, spans_of_json, spans_of_protobuf
from millrace.store import open_store

Ask = Callable[..., Any]
PROTOBUF = {"Content-Type": "application/x-protobuf", "x-mlflow-experiment-id": "0"}
START = 1_767_225_600_000_000_000
VALUES: dict[str, Any] = {
    "text": "ünï",
    "int": 7,
    "negative": -(2**63),
    "float": 1.5,
    "true": True,
    "list": [1, "a", [2.5, False]],
    "dict": {"a": {"b": None}, "c": []},
    "none": None,
}


def varint(number: int) -> bytes:
    pieces = bytearray()
    while number > 127:
        pieces.append(number & 127 | 128)
        number >>= 7
    return bytes([*pieces, number])


def field(number: int, data: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(data)) + data


def any_value(value: Any) -> bytes:
    match value:
        case None:
            return b""
        case bool():
            return b"\x10" + varint(int(value))
        case int():
            return b"\x18" + varint(value % (1 << 64))
        case float():
            return b"\x21" + struct.pack("<d", value)
        case bytes():
            return field(7, value)
        case list():
            return field(5, b"".join(field(1, any_value(one)) for one in value))
        case dict():
            return field(6, b"".join(pair(1, key, one) for key, one in value.items()))
        case _:
            return field(1, str(value).encode())


def pair(number: int, key: str, value: Any) -> bytes:
    return field(number, field(1, key.encode()) + field(2, any_value(value)))


def span(trace: str, number: int, parent: int = 0, code: int = 1, **attributes: Any) -> bytes:
    return b"".join(
        (
            field(1, bytes.fromhex(trace)),
            field(2, struct.pack(">Q", number)),
            field(3, b"state=1"),
            field(4, struct.pack(">Q", parent)) if parent else b"",
            field(5, f"step-{number}".encode()),
            b"\x30\x03",  # kind
            b"\x39" + struct.pack("<Q", START),
            b"\x41" + struct.pack("<Q", START + 5_000_000),
            *(pair(9, key, value) for key, value in attributes.items()),
            b"\x50\x02",  # dropped attributes
            field(11, b"\x09" + struct.pack("<Q", START + 1) + field(2, b"note") + pair(3, "k", [1])),
            field(13, field(1, b"\x00" * 16)),  # a link
            field(15, field(2, b"why") + b"\x18" + bytes([code])),
            b"\x85\x01" + struct.pack("<I", 1),  # flags: field 16, of 32 bits
        )
    )


def request(*spans: bytes, resource: dict[str, Any] | None = None) -> bytes:
    told = field(1, b"".join(pair(1, key, value) for key, value in (resource or {}).items()))
    scope = field(1, field(1, b"library"))
    return field(1, told + field(2, scope + b"".join(field(2, one) for one in spans)))


def stored(url: str, trace: str) -> Trace:
    return open_store(url).call(GetTrace(f"tr-{trace}")).trace.trace()


@pytest.fixture
def trace() -> str:
    return uuid.uuid4().hex


def test_protobuf_is_read_whole(served_store: str, ask: Ask, trace: str) -> None:
    body = request(span(trace, 2, 1, 2, **VALUES, blob=b"\x00\xff"), span(trace, 1))
    reply = ask("POST", f"{served_store}/v1/traces", body, PROTOBUF)
    assert (reply.status, reply.body, reply.headers["content-type"]) == (200, b"", "application/x-protobuf")
    found = stored(served_store, trace)
    root, child = found.data.spans
    own = {"mlflow.traceRequestId": f"tr-{trace}"}
    assert child.attributes == own | VALUES | {"blob": base64.b64encode(b"\x00\xff").decode()}
    assert (child.span_id, child.parent_id, child.name) == (f"{2:016x}", f"{1:016x}", "step-2")
    assert (child.start_time_ns, child.end_time_ns) == (START, START + 5_000_000)
    assert (child.status.status_code, child.status.description) == ("ERROR", "why")
    assert [(one.name, one.timestamp, one.attributes) for one in child.events] == [("note", START + 1, {"k": [1]})]
    assert (root.parent_id, root.status.status_code, found.info.state) == (None, "OK", "OK")


def test_json_says_the_same(served_store: str, ask: Ask, trace: str) -> None:
    other = uuid.uuid4().hex
    ask("POST", f"{served_store}/v1/traces", request(span(other, 1, **VALUES)), PROTOBUF)

    def value(given: Any) -> dict[str, Any]:
        match given:
            case None:
                return {}
            case bool():
                return {"boolValue": given}
            case int():
                return {"intValue": str(given)}
            case float():
                return {"doubleValue": given}
            case list():
                return {"arrayValue": {"values": [value(one) for one in given]}}
            case dict():
                return {"kvlistValue": {"values": pairs(given)}}
            case _:
                return {"stringValue": given}

    def pairs(given: dict[str, Any]) -> list[dict[str, Any]]:
        return [{"key": key, "value": value(one)} for key, one in given.items()]

    one = {
        "traceId": trace.upper(),
        "spanId": f"{1:016x}",
        "parentSpanId": "",
        "name": "step-1",
        "startTimeUnixNano": str(START),
        "endTimeUnixNano": START + 5_000_000,
        "attributes": pairs(VALUES),
        "events": [{"timeUnixNano": str(START + 1), "name": "note", "attributes": pairs({"k": [1]})}],
        "status": {"code": "STATUS_CODE_OK", "message": "why"},
    }
    body = {"resourceSpans": [{"scopeSpans": [{"spans": [one]}]}]}
    reply = ask("POST", f"{served_store}/v1/traces", body, {"x-mlflow-experiment-id": "0"})
    assert (reply.status, reply.json) == (200, {})
    mine, theirs = stored(served_store, trace).data.spans[0], stored(served_store, other).data.spans[0]
    assert mine.attributes == theirs.attributes | {"mlflow.traceRequestId": f"tr-{trace}"}
    assert (mine.events, mine.status, mine.end_time_ns) == (theirs.events, theirs.status, theirs.end_time_ns)


@pytest.mark.parametrize(("encoding", "compress"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
def test_compressed_bodies_are_read(
    served_store: str, ask: Ask, trace: str, encoding: str, compress: Callable[[bytes], bytes]
) -> None:
    body = compress(request(span(trace, 1)))
    reply = ask("POST", f"{served_store}/v1/traces", body, {**PROTOBUF, "Content-Encoding": encoding})
    assert reply.status == 200
    assert len(stored(served_store, trace).data.spans) == 1


def test_a_body_that_grows_without_end_is_refused(served_store: str, ask: Ask) -> None:
    bomb = gzip.compress(bytes(1 << 30), 1)
    reply = ask("POST", f"{served_store}/v1/traces", bomb, {**PROTOBUF, "Content-Encoding": "gzip"})
    assert reply.status == 400
    assert "when it is decompressed" in reply.json["message"]


def test_the_experiment_may_be_named_by_the_resource(served_store: str, ask: Ask, trace: str) -> None:
    headers = {"Content-Type": "application/x-protobuf"}
    reply = ask("POST", f"{served_store}/v1/traces", request(span(trace, 1)), headers)
    assert reply.status == 422
    assert "x-mlflow-experiment-id" in reply.json["message"]
    body = request(span(trace, 1), resource={"mlflow.experimentId": "0"})
    assert ask("POST", f"{served_store}/v1/traces", body, headers).status == 200
    assert stored(served_store, trace).info.experiment_id == "0"


def test_conventions_of_others_are_translated(served_store: str, ask: Ask, trace: str) -> None:
    attributes = {
        "gen_ai.usage.input_tokens": 5,
        "gen_ai.usage.output_tokens": 6,
        "input.value": "asked",
        "output.value": "answered",
        "openinference.span.kind": "LLM",
        "session.id": "s1",
        "user.id": "u1",
    }
    ask("POST", f"{served_store}/v1/traces", request(span(trace, 1, **attributes)), PROTOBUF)
    found = stored(served_store, trace)
    root = found.data.spans[0]
    assert (root.inputs, root.outputs, root.span_type) == ("asked", "answered", "LLM")
    assert found.info.token_usage == {"input_tokens": 5, "output_tokens": 6, "total_tokens": 11}
    assert found.info.trace_metadata["mlflow.trace.session"] == "s1"
    assert found.info.trace_metadata["mlflow.trace.user"] == "u1"


@pytest.mark.parametrize("kind", ["application/x-protobuf", "application/json"])
def test_what_is_refused_does_not_take_the_rest_with_it(served_store: str, ask: Ask, trace: str, kind: str) -> None:
    bad = uuid.uuid4().hex
    headers = {"Content-Type": kind, "x-mlflow-experiment-id": "0"}
    if kind == "application/json":
        spans = [{"traceId": trace, "spanId": f"{1:016x}"}, {"traceId": bad, "spanId": "ff"}]
        body = json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}).encode()
    else:
        body = request(span(trace, 1), field(1, bytes.fromhex(bad)) + field(2, b"\xff"))
    reply = ask("POST", f"{served_store}/v1/traces", body, headers)
    assert reply.status == 200
    if kind == "application/json":
        assert reply.json["partialSuccess"]["rejectedSpans"] == 1
        assert bad in reply.json["partialSuccess"]["errorMessage"]
    else:
        assert bad.encode() in reply.body
        assert b"\x08\x01\x12" in reply.body[:8]
    assert len(stored(served_store, trace).data.spans) == 1


def test_broken_bodies_are_refused_and_nothing_else(served_store: str, ask: Ask, trace: str) -> None:
    good, chance = request(span(trace, 1, **VALUES)), random.Random(1)
    for _ in range(3000):
        broken = bytearray(good)
        for _ in range(chance.randrange(1, 4)):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        del broken[chance.randrange(len(broken)) :]
        for read in (spans_of_protobuf, spans_of_json):
            try:
                read(bytes(broken))
            except Malformed:
                continue
    for body in (b"\xff" * 100, good[:-3], b"\x0b" + good, b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"):
        assert ask("POST", f"{served_store}/v1/traces", body, PROTOBUF).status == 400
    for text in (b"[]", b"{", b'{"resourceSpans": 5}', b'{"resourceSpans": [{"scopeSpans": [{"spans": [{}]}]}]}'):
        headers = {**PROTOBUF, "Content-Type": "application/json"}
        assert ask("POST", f"{served_store}/v1/traces", text, headers).status == 400


def test_values_that_nest_too_deeply_are_refused() -> None:
    value: Any = 1
    for _ in range(MAX_DEPTH - 1):
        value = [value]
    assert spans_of_protobuf(request(span("ab" * 16, 1, deep=value)))
    with pytest.raises(Malformed):
        spans_of_protobuf(request(span("ab" * 16, 1, deep=[[[value]]])))


def test_the_spans_of_a_trace_come_from_the_store_or_from_its_file(served_store: str, ask: Ask, trace: str) -> None:
    ask("POST", f"{served_store}/v1/traces", request(span(trace, 1)), PROTOBUF)
    where = f"{served_store}/ajax-api/2.0/mlflow/get-trace-artifact?request_id="
    assert ask("GET", f"{where}tr-{trace}").json == stored(served_store, trace).data.to_dict()
    other = uuid.uuid4().hex
    place = {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": "0"}}
    info = {"trace_id": f"tr-{other}", "trace_location": place, "request_time": "2026-01-01T00:00:00Z", "state": "OK"}
    ask("POST", f"{served_store}/api/3.0/mlflow/traces", {"trace": {"trace_info": info}})
    assert ask("GET", f"{where}tr-{other}").status == 404
    file = f"{served_store}/api/2.0/mlflow-artifacts/artifacts/0/traces/tr-{other}/artifacts/traces.json"
    assert ask("PUT", file, b'{"spans": []}', {"Content-Type": "application/octet-stream"}).status == 200
    assert ask("GET", f"{where}tr-{other}").json == {"spans": []}
