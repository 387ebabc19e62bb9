"""Where OpenTelemetry's exporters send spans: `POST /v1/traces`."""

from __future__ import annotations

import json
import zlib
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from millrace.calls import ENDPOINTS, AppendSpans, TracePart
from millrace.errors import BadRequest, MlflowException
from millrace.model import Span, SpanAttributeKey, TraceMetadataKey
from millrace.server.http import JSON, Request, Send, respond
from millrace.server.options import Options
from millrace.server.otlp_wire import Malformed, Resource, spans_of_json, spans_of_protobuf
from millrace.server.routing import Route

PATH = "/v1/traces"
EXPERIMENT = b"x-mlflow-experiment-id"
PROTOBUF = b"application/x-protobuf"
_ATTRIBUTE = "mlflow.experimentId"
"""The resource's attribute that names the experiment, for exporters that cannot send headers."""
_INFLATED = 4
"""A compressed body may have so many times the bytes that a body may have."""
_SMALL = 1 << 15
"""Bodies of fewer bytes are decoded at once: waking a thread would take longer."""

Answer = Callable[[AppendSpans, int], Awaitable[Any]]


class Otlp:
    """The route for spans of OpenTelemetry's exporters.

    Args:
        answer: has the store answer a call, whose bytes were so many.
        in_thread: runs a function in another thread.
        options: what the server was told.
    """

    def __init__(self, answer: Answer, in_thread: Callable[..., Awaitable[Any]], options: Options) -> None:
        self._answer = answer
        self._in_thread = in_thread
        self._max_body = options.max_body

    def routes(self) -> Iterator[Route]:
        """The one route."""
        yield Route(("POST",), PATH, ENDPOINTS[AppendSpans].needs, self._read, self._append)

    async def _read(self, request: Request, fields: dict[str, str]) -> AppendSpans:
        kind = request.header(b"content-type").partition(";")[0].strip().lower()
        if kind not in ("application/x-protobuf", "application/json"):
            raise BadRequest(
                f"Invalid Content-Type: {kind or 'none'}. Expected: application/x-protobuf or application/json"
            )
        body = await request.body(self._max_body)
        if len(body) < _SMALL:
            return self._decode(request, kind, body)
        return await self._in_thread(self._decode, request, kind, body)  # type: ignore[no-any-return]

    def _decode(self, request: Request, kind: str, body: bytes) -> AppendSpans:
        plain = self._inflated(body, request.header(b"content-encoding").lower())
        groups = (spans_of_json if kind == "application/json" else spans_of_protobuf)(plain)
        if not any(spans for _, spans in groups):
            raise Malformed(f"Invalid OpenTelemetry {kind.rpartition('-')[2]} format - no spans found")
        return _call(groups, request.header(EXPERIMENT))

    def _inflated(self, body: bytes, encoding: str) -> bytes:
        if encoding in ("", "identity"):
            return body
        if encoding not in ("gzip", "deflate"):
            raise BadRequest(f"Unsupported Content-Encoding: {encoding}")
        inflater = zlib.decompressobj(zlib.MAX_WBITS | 32)  # either of the two, by its first bytes
        limit = self._max_body * _INFLATED
        try:
            found = inflater.decompress(body, limit)
        except zlib.error:
            raise BadRequest(f"Failed to decompress the body, which should be {encoding}.") from None
        if inflater.unconsumed_tail:
            raise BadRequest(f"The body has more than {limit} bytes when it is decompressed. Please split it up.")
        return found

    async def _append(self, request: Request, send: Send, call: AppendSpans) -> None:
        answer = await self._answer(call, request.size)
        if answer.refused:
            first = answer.refused[0]
            # What is wrong with one trace must not lose the others: a partial success, unless there are none.
            count = sum(span.trace_id in {one.trace_id for one in answer.refused} for span in call.spans)
            message = f"Failed to log OpenTelemetry spans: Trace {first.trace_id}: {first.message}"
            if count == len(call.spans):
                return await respond(send, 422, json.dumps({"detail": message}).encode())
            return await respond(send, 200, *_partial(request, count, message))
        return await respond(send, 200, *_whole(request))


def _whole(request: Request) -> tuple[bytes, bytes]:
    return (b"", PROTOBUF) if "protobuf" in request.header(b"content-type") else (b"{}", JSON)


def _partial(request: Request, count: int, message: str) -> tuple[bytes, bytes]:
    """The answer that some spans were refused."""
    if "protobuf" in request.header(b"content-type"):
        text = message.encode()[:1000]
        inner = b"\x08" + _varint(count) + b"\x12" + _varint(len(text)) + text
        return b"\x0a" + _varint(len(inner)) + inner, PROTOBUF
    told = {"partialSuccess": {"rejectedSpans": count, "errorMessage": message}}
    return json.dumps(told).encode(), JSON


def _varint(number: int) -> bytes:
    pieces = bytearray()
    while number > 127:
        pieces.append(number & 127 | 128)
        number >>= 7
    pieces.append(number)
    return bytes(pieces)


def _call(groups: list[tuple[Resource, list[Span]]], header: str) -> AppendSpans:
    parts: dict[str, TracePart] = {}
    found: list[Span] = []
    for resource, spans in groups:
        experiment_id = header or str(resource.get(_ATTRIBUTE, ""))
        if spans and not experiment_id:
            raise MissingExperiment(
                "Say which experiment the spans belong to: with the header x-mlflow-experiment-id, or the resource "
                f"attribute {_ATTRIBUTE}."
            )
        for span in spans:
            # Spans of MLflow's clients name their trace themselves.
            own = span.attribute_texts.get(SpanAttributeKey.REQUEST_ID)
            if own and own[:1] == '"':
                span.trace_id = json.loads(own)
            else:
                texts = {SpanAttributeKey.REQUEST_ID: json.dumps(span.trace_id)} | span.attribute_texts
                span.attribute_texts = texts
                translate(span)
            if span.trace_id not in parts:
                parts[span.trace_id] = TracePart(span.trace_id, experiment_id)
            if "session.id" in span.attribute_texts:
                told = {TraceMetadataKey.TRACE_SESSION: _text(span.attribute_texts["session.id"])}
                if "user.id" in span.attribute_texts:
                    told[TraceMetadataKey.TRACE_USER] = _text(span.attribute_texts["user.id"])
                parts[span.trace_id] = TracePart(span.trace_id, experiment_id, trace_metadata=told)
        found += spans
    return AppendSpans(traces=list(parts.values()), spans=found)


class MissingExperiment(MlflowException):
    """Nothing says which experiment spans belong to; answered with 422."""

    code = "INVALID_PARAMETER_VALUE"

    def get_http_status_code(self) -> int:
        """422, as MLflow answers."""
        return 422


def _text(json_text: str) -> str:
    value = json.loads(json_text)
    return value if isinstance(value, str) else json_text


_INPUTS = (
    "input.value",
    "gen_ai.input.messages",
    "gen_ai.prompt",
    "traceloop.entity.input",
    "gen_ai.tool.call.arguments",
)
_OUTPUTS = (
    "output.value",
    "gen_ai.output.messages",
    "gen_ai.completion",
    "traceloop.entity.output",
    "gen_ai.tool.call.result",
)
_KINDS = ("openinference.span.kind", "traceloop.span.kind", "gen_ai.operation.name")
_OPERATIONS = {
    "chat": "CHAT_MODEL",
    "text_completion": "LLM",
    "generate_content": "LLM",
    "embeddings": "EMBEDDING",
    "execute_tool": "TOOL",
    "invoke_agent": "AGENT",
    "create_agent": "AGENT",
    "workflow": "WORKFLOW",
}
_TOKENS = (
    ("input_tokens", ("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens", "llm.token_count.prompt")),
    ("output_tokens", ("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens", "llm.token_count.completion")),
)


def translate(span: Span) -> None:
    """Add what MLflow calls inputs, outputs, kind and tokens to a span that tells them in the words of OpenTelemetry's
    conventions for generative AI, of OpenInference or of Traceloop."""
    texts = span.attribute_texts
    for name, known in ((SpanAttributeKey.INPUTS, _INPUTS), (SpanAttributeKey.OUTPUTS, _OUTPUTS)):
        found = next((texts[key] for key in known if key in texts), None)
        if found is not None:
            texts.setdefault(name, found)
    kind = next((_text(texts[key]) for key in _KINDS if key in texts), "")
    if kind:
        texts.setdefault(SpanAttributeKey.SPAN_TYPE, json.dumps(_OPERATIONS.get(kind, kind.upper())))
    usage: dict[str, int] = {}
    for token, keys in _TOKENS:
        count = next((texts[key] for key in keys if key in texts), "")
        if count.isdigit():
            usage[token] = int(count)
    if len(usage) == len(_TOKENS):
        texts.setdefault(SpanAttributeKey.CHAT_USAGE, json.dumps(usage | {"total_tokens": sum(usage.values())}))
