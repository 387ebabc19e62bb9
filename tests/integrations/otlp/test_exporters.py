"""OpenTelemetry's own exporter writes traces to our server, which reads them as the library meant them."""

from __future__ import annotations

from typing import Any

import pytest
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import Status, StatusCode

from millrace.calls import GetTrace, SearchTracesV3
from millrace.model import Trace, TraceLocation
from millrace.remote.otlp import request_of
from millrace.server.otlp_wire import spans_of_protobuf
from millrace.store import open_store


class Kept(SpanExporter):
    """Keeps spans beside exporting them."""

    def __init__(self) -> None:
        self.spans: list[ReadableSpan] = []

    def export(self, spans: Any) -> SpanExportResult:
        self.spans += spans
        return SpanExportResult.SUCCESS


def work(*exporters: SpanExporter) -> str:
    """Trace something; returns the id of its trace."""
    provider = TracerProvider(resource=Resource.create({"service.name": "shop"}))
    for exporter in exporters:
        provider.add_span_processor(BatchSpanProcessor(exporter))
    tracer = provider.get_tracer("test")
    with tracer.start_as_current_span("order") as root:
        root.set_attributes({"input.value": "tea", "int": 5, "float": 0.5, "flag": True, "list": ["a", "ü"]})
        with tracer.start_as_current_span("pay") as child:
            child.set_attribute("gen_ai.operation.name", "chat")
            child.add_event("card", {"tries": 2})
            child.set_status(Status(StatusCode.ERROR, "declined"))
            try:
                raise ValueError("no money")
            except ValueError as error:
                child.record_exception(error)
        root.set_status(Status(StatusCode.OK))
    provider.shutdown()
    return f"tr-{root.get_span_context().trace_id:032x}"


def read(server: str, trace_id: str) -> Trace:
    return open_store(server).call(GetTrace(trace_id)).trace.trace()


@pytest.mark.parametrize("compression", [Compression.NoCompression, Compression.Gzip, Compression.Deflate])
def test_an_exporter_writes_here(served_store: str, compression: Compression) -> None:
    headers = {"x-mlflow-experiment-id": "0"}
    trace_id = work(OTLPSpanExporter(f"{served_store}/v1/traces", headers=headers, compression=compression))
    trace = read(served_store, trace_id)
    root, child = trace.data.spans
    assert (trace.info.state, trace.info.tags["mlflow.traceName"], trace.info.request_preview) == (
        "OK",
        "order",
        '"tea"',
    )
    assert {key: root.attributes[key] for key in ("int", "float", "flag", "list")} == {
        "int": 5,
        "float": 0.5,
        "flag": True,
        "list": ["a", "ü"],
    }
    assert (child.parent_id, child.span_type, child.status.description) == (root.span_id, "CHAT_MODEL", "declined")
    assert [event.name for event in child.events] == ["card", "exception"]
    assert child.events[1].attributes["exception.message"] == "no money"
    found = (
        open_store(served_store).call(SearchTracesV3([TraceLocation.from_experiment_id("0")], "name = 'order'")).traces
    )
    assert trace_id in [one.trace_id for one in found]


def test_our_decoder_and_encoder_agree_with_the_library() -> None:
    kept = Kept()
    work(kept)
    theirs = encode_spans(kept.spans).SerializeToString()
    ours = [span for _, spans in spans_of_protobuf(theirs) for span in spans]
    assert [span.name for span in ours] == [span.name for span in kept.spans]
    again = ExportTraceServiceRequest.FromString(request_of(ours))
    before = ExportTraceServiceRequest.FromString(theirs)
    wanted = sorted((span for scope in before.resource_spans[0].scope_spans for span in scope.spans), key=_id)
    for mine, their in zip(sorted(again.resource_spans[0].scope_spans[0].spans, key=_id), wanted, strict=True):
        for name in ("trace_id", "span_id", "parent_span_id", "name", "start_time_unix_nano", "end_time_unix_nano"):
            assert getattr(mine, name) == getattr(their, name)
        assert list(mine.attributes) == list(their.attributes)
        assert mine.status == their.status
        assert [(one.name, one.time_unix_nano, list(one.attributes)) for one in mine.events] == [
            (one.name, one.time_unix_nano, list(one.attributes)) for one in their.events
        ]


def _id(span: Any) -> bytes:
    return bytes(span.span_id)
