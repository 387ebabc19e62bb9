"""Traces as users see them, times as protobuf spells them, and what spans say about their trace."""

from __future__ import annotations

import json
from typing import Any

import pytest

from millrace import wire
from millrace.calls import AssessmentV3, OtlpSpan, TraceAnswer, TraceInfoV3, TraceV3
from millrace.errors import InvalidParameterValue, MlflowException
from millrace.model import (
    AssessmentSource,
    Expectation,
    Feedback,
    Span,
    SpanEvent,
    SpanStatus,
    SpanStatusCode,
    Trace,
    TraceData,
    TraceInfo,
    TraceLocation,
    TraceState,
    trace_facts,
)
from millrace.model.clock import from_rfc3339, from_seconds, to_rfc3339, to_seconds

TRACE = "tr-" + "ab" * 16


@pytest.mark.parametrize("ms", [0, 1, 999, 1000, 1_795_640_934_303, -1, -86_400_001])
def test_times_and_durations_come_back(ms: int) -> None:
    assert from_rfc3339(to_rfc3339(ms)) == ms
    assert from_seconds(to_seconds(ms)) == ms


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("2026-01-01T00:00:00Z", 1_767_225_600_000),
        ("2026-01-01T01:00:00.5+01:00", 1_767_225_600_500),
        ("2026-01-01t00:00:00.1239999z", 1_767_225_600_123),
    ],
)
def test_other_spellings_of_times_are_read(text: str, ms: int) -> None:
    assert from_rfc3339(text) == ms


@pytest.mark.parametrize("text", ["", "now", "2026-01-01", "2026-13-01T00:00:00Z", "2026-01-01T00:00:00"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(InvalidParameterValue, match="is no time"):
        from_rfc3339(text)


@pytest.mark.parametrize("text", ["", "x", "s", "NaN", "Infinity", "1e999999s"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(InvalidParameterValue, match="is no duration"):
        from_seconds(text)


def _span(**fields: Any) -> Span:
    texts = {"mlflow.traceRequestId": f'"{TRACE}"', "mlflow.spanInputs": '{"x": [1, NaN]}', "big": str(2**70)}
    status = SpanStatus(SpanStatusCode.ERROR, "why")
    event = SpanEvent("e", 5, {"a": 1, "b": "c"})
    return Span(TRACE, "1" * 16, "name", 10, 20, "2" * 16, status, texts, [event], **fields)


def test_a_span_comes_back_from_a_file_and_from_the_wire() -> None:
    span = _span()
    assert Span.from_dict(json.loads(json.dumps(span.to_dict()))) == span
    again = OtlpSpan.of(span).span()
    assert (again.span_id, again.parent_id, again.events, again.status) == (
        span.span_id,
        span.parent_id,
        span.events,
        span.status,
    )
    # an integer beyond 64 bits has no other spelling than a text
    assert again.attribute_texts | {"big": str(2**70)} == span.attribute_texts


def test_a_span_with_numbers_that_json_lacks_travels() -> None:
    span = _span()
    span.attribute_texts = {"n": "NaN", "i": "-Infinity", "l": "[Infinity]"}
    sent = wire.encode(TraceAnswer(TraceV3(TraceInfoV3(TRACE), [OtlpSpan.of(span)])))
    assert wire.decode(sent, TraceAnswer).trace.spans[0].span().attribute_texts == span.attribute_texts


def test_an_id_of_a_trace_that_is_none_to_opentelemetry_comes_back() -> None:
    span = Span("my own id", "1" * 16, "name", 1, 2)
    assert Span.from_dict(span.to_dict()).trace_id == "my own id"
    assert OtlpSpan.of(span).span().trace_id == "my own id"


def test_a_span_of_mlflow_2_is_read() -> None:
    old = {
        "name": "old",
        "context": {"span_id": "0x" + "1" * 16, "trace_id": "0x" + "ab" * 16},
        "parent_id": None,
        "start_time": 1,
        "end_time": 2,
        "status_code": "OK",
        "status_message": "",
        "attributes": {"mlflow.traceRequestId": '"some-id"', "mlflow.spanType": '"LLM"'},
        "events": [{"name": "e", "timestamp": 3, "attributes": {}}],
    }
    span = Span.from_dict(old)
    assert (span.trace_id, span.span_id, span.parent_id, span.span_type) == ("some-id", "1" * 16, None, "LLM")


@pytest.mark.parametrize("data", [{}, {"attributes": {}}, {"attributes": {}, "trace_id": "?", "span_id": "?"}])
def test_what_is_no_span_is_refused(data: dict[str, Any]) -> None:
    with pytest.raises(MlflowException, match="Failed to create a Span"):
        Span.from_dict(data)


def test_a_trace_comes_back_as_json_and_from_the_wire() -> None:
    info = TraceInfo(TRACE, TraceLocation.from_experiment_id("1"), 5, TraceState.OK, "q", "a", "c", 7, {"m": "1"})
    info.assessments = [
        Feedback("f", 0.5, source=AssessmentSource("HUMAN", "ann"), rationale="r", trace_id=TRACE),
        Feedback("g", error=ValueError("no"), trace_id=TRACE),
        Expectation("e", {"a": [1]}, metadata={"k": "v"}, trace_id=TRACE),
    ]
    root = _span()
    root.parent_id = None
    del root.attribute_texts["big"]
    root.attribute_texts["mlflow.spanInputs"] = '{"x": 1}'
    trace = Trace(info, TraceData([root]))
    assert Trace.from_json(trace.to_json()) == trace
    again = TraceV3.of(trace).trace()
    assert again == trace


def test_an_old_trace_info_is_read() -> None:
    old = {"request_id": "r", "experiment_id": "1", "timestamp_ms": 5, "execution_time_ms": 7, "status": "ERROR"}
    info = TraceInfo.from_dict(old)
    assert (info.trace_id, info.experiment_id, info.execution_time_ms, info.state) == ("r", "1", 7, TraceState.ERROR)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: Feedback("a"), "Either `value` or `error` must be provided."),
        (lambda: Expectation("a", None), "The `value` field must be specified."),
        (lambda: AssessmentSource("me"), "Invalid assessment source type: ME."),
        (lambda: SpanStatus("foo"), "foo is not a valid SpanStatusCode value."),
        (lambda: Trace.from_dict({"info": 1}), "Unable to parse Trace from dictionary."),
        (lambda: Trace.from_json("x"), "Unable to parse trace JSON: x."),
        (lambda: AssessmentV3(assessment_name="x").assessment(), "Unknown assessment type: x"),
    ],
)
def test_what_cannot_be_is_refused_in_mlflow_s_words(make: Any, sentence: str) -> None:
    with pytest.raises(MlflowException, match=sentence):
        make()


def test_previews_are_the_last_words() -> None:
    asked = {"messages": [{"role": "user", "content": "one"}, {"role": "user", "content": "two"}]}
    assert trace_facts.request_preview(json.dumps(asked)) == "two"
    parts = {"input": [{"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "image"}]}]}
    assert trace_facts.request_preview(json.dumps(parts)) == "a"
    answered = {"choices": [{"message": {"role": "assistant", "content": "yes"}}]}
    assert trace_facts.response_preview(json.dumps(answered)) == "yes"
    for text in ('{"a": 1}', "5", '"text"', "[1]", '{"messages": 5}', '{"choices": []}', "{broken"):
        assert trace_facts.request_preview(text) == text
        assert trace_facts.response_preview(text) == text
    long = json.dumps("x" * 2000)
    assert len(trace_facts.request_preview(long)) == trace_facts.PREVIEW
    assert trace_facts.request_preview(long).endswith("x...")


def test_tokens_of_spans_within_spans_count_once() -> None:
    usage = {"input_tokens": 1, "output_tokens": 2, "total_tokens": 3}
    assert trace_facts.total_usage({1: None, 2: 1, 3: 2, 4: 1}, {2: usage, 3: usage, 4: usage}) == {
        "input_tokens": 2,
        "output_tokens": 4,
        "total_tokens": 6,
    }
    # parents that go in a circle stop nothing
    assert trace_facts.total_usage({1: 2, 2: 1}, {1: usage}) == usage
    assert trace_facts.total_usage({}, {}) is None
    assert trace_facts.usage_of('{"input_tokens": 1, "output_tokens": true}') == {"input_tokens": 1, "total_tokens": 1}
    assert trace_facts.usage_of("[]") is None


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [({"name": 5}, "name"), ({"timestamp": {"a": 1}}, "timestamp"), ({"attributes": "x"}, "attributes")],
)
def test_an_event_says_which_of_its_fields_is_of_another_type(fields: dict[str, Any], wrong: str) -> None:
    with pytest.raises(InvalidParameterValue, match=f"`{wrong}` of a span's event must be"):
        SpanEvent(**{"name": "happened", **fields})
