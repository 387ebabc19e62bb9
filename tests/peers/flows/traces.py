"""Traces: recorded in all ways, read back, searched, tagged, assessed, linked, deleted."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from refusals import refused

import mlflow
from mlflow import MlflowClient
from mlflow.entities import (
    AssessmentError,
    AssessmentSource,
    Expectation,
    Feedback,
    Span,
    SpanEvent,
    SpanStatus,
    SpanType,
    Trace,
)

_PLACES = {"mlflow.artifactLocation", "mlflow.trace.spansLocation"}
_CONTEXT = ("mlflow.user", "mlflow.source.", "mlflow.trace.size")


def flush() -> None:
    # The real one has no queue to flush on a database of its own, and says so as an error.
    logging.getLogger("mlflow").setLevel(logging.CRITICAL)
    mlflow.flush_trace_async_logging()
    logging.getLogger("mlflow").setLevel(logging.INFO)


def shown(trace: Any) -> dict[str, Any]:
    names = {span.span_id: span.name for span in trace.data.spans}
    info = trace.info
    return {
        "state": info.state.value,
        "previews": [info.request_preview, info.response_preview],
        "client": info.client_request_id,
        "metadata": {key: value for key, value in info.trace_metadata.items() if not key.startswith(_CONTEXT)},
        "context": sorted({"mlflow.user", "mlflow.source.name", "mlflow.source.type"} & info.trace_metadata.keys()),
        "sized": json.loads(info.trace_metadata["mlflow.trace.sizeStats"])["num_spans"],
        "tags": {key: value for key, value in info.tags.items() if key not in _PLACES},
        "usage": info.token_usage,
        "spans": sorted(
            [
                {
                    "name": span.name,
                    "parent": names.get(span.parent_id),
                    "type": span.span_type,
                    "status": [span.status.status_code.value, span.status.description],
                    "started": _START in span.attributes,
                    "inputs": span.inputs,
                    "outputs": span.outputs,
                    "attributes": {key: span.attributes[key] for key in span.attributes if key not in _KEPT_APART},
                    "events": [
                        [event.name, {key: event.attributes[key] for key in event.attributes if key not in _STACK}]
                        for event in span.events
                    ],
                }
                for span in trace.data.spans
            ],
            key=lambda one: (one["name"], json.dumps(one, sort_keys=True)),
        ),
    }


_START = "mlflow.spanStartTimeNs"
_KEPT_APART = {"mlflow.traceRequestId", "mlflow.spanInputs", "mlflow.spanOutputs", "mlflow.experimentId", _START}
_STACK = {"exception.stacktrace", "exception.escaped"}


def last() -> Any:
    flush()
    return mlflow.get_trace(mlflow.get_last_active_trace_id())


def functions() -> dict[str, Any]:
    found: dict[str, Any] = {}

    @mlflow.trace
    def plain(x: int, *args: int, y: int = 2, **more: int) -> int:
        return x + y

    class Owner:
        @mlflow.trace(span_type="TOOL", attributes={"a": 1, "b": [1, 2]})
        def method(self, q: str) -> str:
            with mlflow.start_span("inner") as span:
                span.set_inputs({"q": q})
                span.set_outputs([1, None, {"u": "x"}])
                span.set_attribute("k", {"n": 1})
            return q

        @mlflow.trace
        @classmethod
        def of_class(cls, q: int) -> int:
            return q

    @mlflow.trace
    def items(n: int) -> Iterator[dict[str, int]]:
        for i in range(n):
            yield {"i": i}

    @mlflow.trace(output_reducer=lambda found: sum(found))
    def reduced(n: int) -> Iterator[int]:
        yield from range(n)

    @mlflow.trace
    async def later(n: int) -> int:
        await asyncio.sleep(0)
        return await deeper(n)

    @mlflow.trace(name="renamed", span_type=SpanType.LLM)
    async def deeper(n: int) -> int:
        return n

    @mlflow.trace
    def fails(x: int) -> None:
        raise ValueError("no")

    for name, call in (
        ("plain", lambda: plain(1, 5, z=3)),
        ("method", lambda: Owner().method("hi")),
        ("classmethod", lambda: Owner.of_class(1)),
        ("generator", lambda: list(items(2))),
        ("reduced", lambda: list(reduced(3))),
        ("coroutine", lambda: asyncio.run(later(2))),
        ("nothing", lambda: mlflow.trace(lambda: None, name="nothing")()),
    ):
        call()
        found[name] = shown(last())
    found["raised"] = refused(lambda: fails(3))
    found["fails"] = shown(last())
    return found


def by_hand() -> dict[str, Any]:
    found: dict[str, Any] = {}
    root = mlflow.start_span_no_context(
        "root", "CHAIN", inputs={"a": 1}, attributes={"z": "1"}, tags={"t": "1"}, start_time_ns=10**18
    )
    child = mlflow.start_span_no_context("child", parent_span=root)
    child.add_event(SpanEvent("happened", attributes={"a": 1, "b": "x"}))
    child.end(outputs=2, attributes={"o": 1}, status="ERROR")
    root.end(end_time_ns=10**18 + 5_000_000)
    trace = last()
    found["no context"] = [shown(trace), trace.info.request_time, trace.info.execution_duration]
    client = MlflowClient()
    root = client.start_trace("by client", inputs={"q": 1}, attributes={"k": "v"}, tags={"t": "1"})
    child = client.start_span("child", root.trace_id, root.span_id, inputs=1, span_type="TOOL")
    client.end_span(root.trace_id, child.span_id, outputs=3, status=SpanStatus("ERROR", "desc"))
    found["refused"] = [
        refused(lambda: client.start_span("x", "tr-no", "p")),
        refused(lambda: client.start_span("x", root.trace_id, "nope")),
    ]
    client.end_trace(root.trace_id, outputs={"o": 1}, status="OK")
    found["client"] = shown(last())
    found["late"] = [refused(lambda: client.end_trace(root.trace_id)), refused(lambda: client.end_trace("tr-1"))]
    with mlflow.start_span("outer"):
        found["under"] = refused(lambda: client.start_trace("under"))
        mlflow.update_current_trace(
            tags={"t": "1"},
            metadata={"mlflow.trace.user": "u", "mlflow.trace.session": "s", "m": "1"},
            client_request_id="c1",
            request_preview="in",
            response_preview="out",
            state="ERROR",
        )
        found["wrong"] = [
            refused(lambda: mlflow.update_current_trace(state="IN_PROGRESS")),
            refused(lambda: mlflow.update_current_trace(request_preview=3)),
        ]
    found["updated"] = shown(last())
    with mlflow.start_span("used") as span:
        for parent in ({"input_tokens": 1, "output_tokens": 2, "total_tokens": 3}, None):
            with mlflow.start_span("step") as step:
                if parent:
                    step.set_attribute("mlflow.chat.tokenUsage", parent)
                with mlflow.start_span("call") as call:
                    usage = {"input_tokens": 10, "output_tokens": 20, "total_tokens": 30}
                    call.set_attribute("mlflow.chat.tokenUsage", usage)
    found["used"] = shown(last())
    found["copied"] = [span.to_immutable_span().name, Span.from_dict(span.to_dict()).name, span.end_time_ns is None]
    return found


def conversations() -> list[Any]:
    said = [{"role": "system", "content": "S"}, {"role": "user", "content": "U1"}, {"role": "user", "content": "U2"}]
    pairs: list[Any] = [
        ({"messages": said}, {"choices": [{"message": {"role": "assistant", "content": "ANSWER"}}]}),
        ({"input": said[1:]}, {"output": [{"role": "assistant", "content": [{"type": "output_text", "text": "O"}]}]}),
        ({"request": {"input": said}}, {"messages": [said[1], {"role": "assistant", "content": "end"}]}),
        ({"messages": said[:1]}, {"messages": [{"role": "tool", "content": "t"}]}),
        (said, {"role": "assistant", "content": "x"}),
        (
            {"messages": [{"role": "user", "content": [{"type": "text", "text": "A"}, {"type": "text", "text": "B"}]}]},
            {"choices": [{"message": {"role": "assistant", "content": None}}]},
        ),
        ({"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {}}]}]}, {"choices": []}),
        ("text", "x" * 2000),
        ({"a": "y" * 2000}, 5),
        ({"messages": "x"}, None),
        ({"messages": [{"role": "user", "content": None}]}, True),
    ]
    found = []
    for inputs, outputs in pairs:
        with mlflow.start_span("talk") as span:
            span.set_inputs(inputs)
            span.set_outputs(outputs)
        info = last().info
        metadata = [info.trace_metadata.get(f"mlflow.trace{which}") for which in ("Inputs", "Outputs")]
        found.append([info.request_preview, info.response_preview, metadata])
    return found


def links(other: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    with mlflow.start_run(experiment_id=other) as run, mlflow.start_span("in a run"):
        pass
    trace = last()
    found["run"] = [
        trace.info.experiment_id == other,
        trace.info.trace_metadata["mlflow.sourceRun"] == run.info.run_id,
        [one.info.trace_id == trace.info.trace_id for one in listed(run_id=run.info.run_id, locations=[other])],
    ]
    model = mlflow.set_active_model(name="agent")
    with mlflow.start_span("of a model"):
        pass
    mlflow.clear_active_model()
    trace = last()
    found["model"] = [
        trace.info.trace_metadata["mlflow.modelId"] == model.model_id,
        [one.info.trace_id == trace.info.trace_id for one in listed(model_id=model.model_id)],
    ]
    with mlflow.start_run() as run:
        pass
    client = MlflowClient()
    client.link_traces_to_run([trace.info.trace_id], run.info.run_id)
    found["linked"] = [
        len(listed(run_id=run.info.run_id)),
        refused(lambda: client.link_traces_to_run(["a"] * 101, "x")),
    ]
    return found


def listed(**options: Any) -> Any:
    return mlflow.search_traces(return_type="list", **options)


def searching() -> dict[str, Any]:
    mlflow.set_experiment("found traces")
    for index, (name, tag) in enumerate((("one", "a"), ("two", "b"), ("three", "a"))):
        span = mlflow.start_span_no_context(
            name, tags={"tag": tag}, inputs={"n": index, "k.x": "v"}, start_time_ns=10**18 + index * 10**9
        )
        span.end(outputs={"o": index}, status="ERROR" if index == 1 else "OK", end_time_ns=10**18 + index * 2 * 10**9)
    flush()
    found: dict[str, Any] = {}
    filters = (
        "name = 'one'",
        "trace.name LIKE 't%'",
        "tag.tag = 'a'",
        "tags.tag != 'a'",
        "status = 'ERROR'",
        "attributes.status = 'OK' AND tag.tag = 'a'",
        "timestamp_ms > 1000000000000",
        "execution_time_ms > 500",
        "execution_time >= 2000 AND timestamp_ms < 1000000002001",
        "metadata.`mlflow.traceInputs` LIKE '%2%'",
    )
    for text in filters:
        found[text] = sorted(names(listed(filter_string=text)))
    found["orders"] = [
        names(listed(order_by=order))
        for order in (None, ["timestamp_ms ASC"], ["execution_time_ms DESC"], ["name"], ["timestamp DESC"])
    ]
    page = MlflowClient().search_traces([mlflow.get_experiment_by_name("found traces").experiment_id], max_results=2)
    more = MlflowClient().search_traces(
        [mlflow.get_experiment_by_name("found traces").experiment_id], max_results=2, page_token=page.token
    )
    found["pages"] = [names(page), names(more), more.token]
    found["bare"] = [len(one.data.spans) for one in listed(include_spans=False)]
    found["at most"] = names(listed(max_results=1))
    found["elsewhere"] = names(listed(locations=["99999"]))
    frame = mlflow.search_traces(extract_fields=["one.inputs", "one.inputs.n", "`two`.outputs.o", "two.inputs.`k.x`"])
    found["columns"] = list(frame.columns)
    found["types"] = [str(frame[name].dtype) for name in ("request_time", "execution_duration")]
    extracted = [column for column in frame.columns if ".inputs" in column or ".outputs" in column]
    found["row"] = [
        [None if value != value else value for value in frame[column].tolist()]
        for column in ("request", "response", *extracted)
    ]
    found["state"] = [str(state.value) for state in frame["state"]]
    found["refused"] = {
        str(options): refused(lambda options=options: mlflow.search_traces(**options))
        for options in (
            {"return_type": "x"},
            {"return_type": "list", "extract_fields": ["a.inputs"]},
            {"extract_fields": ["a.b.c"]},
            {"locations": ["1"], "experiment_ids": ["1"]},
        )
    }
    return found


def names(traces: Any) -> list[str]:
    return [one.info.tags["mlflow.traceName"] for one in traces]


def assessed() -> dict[str, Any]:
    with mlflow.start_span("root"), mlflow.start_span("child") as child:
        pass
    trace_id = last().info.trace_id
    first = mlflow.log_feedback(
        trace_id=trace_id, name="good", value=True, rationale="r", metadata={"a": "1"}, span_id=child.span_id
    )
    human = AssessmentSource("human", "me")
    second = mlflow.log_feedback(trace_id=trace_id, value=0.5, source=human)
    mlflow.log_feedback(trace_id=trace_id, name="text", value="fine")
    mlflow.log_feedback(trace_id=trace_id, name="listed", value=[1, "a"])
    mlflow.log_feedback(trace_id=trace_id, name="failed", error=ValueError("x"))
    mlflow.log_feedback(trace_id=trace_id, name="failed", error=AssessmentError("CODE", "msg"))
    expected = mlflow.log_expectation(trace_id=trace_id, name="expected", value={"a": [1]})
    mlflow.log_expectation(trace_id=trace_id, name="word", value="x")
    mlflow.log_assessment(trace_id, Feedback("logged", 1))
    override = mlflow.override_feedback(
        trace_id=trace_id, assessment_id=first.assessment_id, value=False, rationale="no"
    )
    updated = mlflow.update_assessment(trace_id, expected.assessment_id, Expectation("expected", 5))
    mlflow.delete_assessment(trace_id, second.assessment_id)
    trace = mlflow.get_trace(trace_id)
    found = {
        "kinds": [type(one).__name__ for one in (first, expected, override, updated)],
        "values": plain([first.value, override.value, updated.value]),
        "overridden": mlflow.get_assessment(trace_id, first.assessment_id).valid,
        "all": [assessment(one, child) for one in trace.info.assessments],
        "valid": [one.name for one in trace.search_assessments()],
        "by name": [one.value for one in trace.search_assessments("good", all=True)],
        "expectations": [one.name for one in trace.search_assessments(type="expectation")],
        "refused": [
            re.sub("a-[0-9a-f]{32}", "a-ID", refused(action))
            for action in (
                lambda: mlflow.log_feedback(trace_id=trace_id),
                lambda: mlflow.log_feedback(trace_id="tr-no", name="x", value=1),
                lambda: mlflow.log_expectation(trace_id=trace_id, name="x", value=None),
                lambda: mlflow.log_expectation(trace_id=trace_id, name="x", value=1, source="me"),
                lambda: mlflow.override_feedback(trace_id=trace_id, assessment_id=expected.assessment_id, value=False),
                lambda: mlflow.get_assessment(trace_id, "a-no"),
                lambda: AssessmentSource("x", "y"),
                lambda: Feedback("a"),
            )
        ],
    }
    # A trace survives its own dictionaries.
    again = Trace.from_json(trace.to_json())
    found["again"] = [again.info.trace_id == trace_id, len(again.data.spans), len(again.info.assessments)]
    found["spans"] = [
        [span.name for span in trace.search_spans(name=re.compile("^c"))],
        len(trace.search_spans(span_type="UNKNOWN")),
        trace.search_spans(span_id=child.span_id)[0].name,
    ]
    return found


def assessment(one: Any, child: Any) -> Any:
    about = one.to_dictionary()
    for name in ("assessment_id", "trace_id", "create_time", "last_update_time"):
        about.pop(name)
    if "expectation" in about:
        about.pop("valid", None)  # what nothing can override is always valid
    if "overrides" in about:
        about["overrides"] = "another"
    if "span_id" in about:
        about["span_id"] = about["span_id"] == child.span_id
    if "error" in about.get("feedback", {}):
        about["feedback"]["error"].pop("stack_trace", None)
    return plain(about)


def plain(value: Any) -> Any:
    """A value with its whole numbers as fractions, which MLflow's protocol makes of them."""
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def added() -> dict[str, Any]:
    with mlflow.start_span("remote") as span:
        span.set_inputs({"a": 1})
        with mlflow.start_span("step") as step:
            step.set_outputs(3)
    remote = last()
    with mlflow.start_span("local"):
        mlflow.add_trace(remote)
    found = {"under": shown(last())}
    mlflow.add_trace(remote.to_dict())
    found["alone"] = shown(last())
    found["refused"] = [refused(lambda: mlflow.add_trace("x")), refused(lambda: mlflow.add_trace({"a": 1}))]
    return found


def changed() -> dict[str, Any]:
    mlflow.set_experiment("changed traces")
    client = MlflowClient()
    ids = []
    for name in ("a", "b", "c"):
        with mlflow.start_span(name) as span:
            mlflow.set_trace_tag(span.trace_id, "during", "1")
        ids.append(span.trace_id)
    flush()
    mlflow.set_trace_tag(ids[0], "a", "b")
    mlflow.set_trace_tag(ids[0], "gone", "b")
    mlflow.delete_trace_tag(ids[0], "gone")
    tags = client.get_trace(ids[0]).info.tags
    place = mlflow.get_experiment_by_name("changed traces").experiment_id
    found: dict[str, Any] = {"tags": {key: value for key, value in tags.items() if key not in _PLACES}}
    found["refused"] = [
        refused(lambda: mlflow.delete_trace_tag(ids[0], "nope")).replace(ids[0], "ID"),
        refused(lambda: client.delete_traces(place)),
        refused(lambda: client.delete_traces(place, max_timestamp_millis=1, trace_ids=["a"])),
        refused(lambda: client.delete_traces(place, max_timestamp_millis=1, max_traces=0)),
        refused(lambda: client.get_trace("tr-nope")),
    ]
    found["missing"] = mlflow.get_trace("tr-nope", silent=True)
    found["deleted"] = [
        client.delete_traces(place, trace_ids=[ids[1]]),
        client.delete_traces(place, max_timestamp_millis=2**41, max_traces=1),
        sorted(names(listed())) in (["c"], ["a"]),
        client.delete_traces(place, max_timestamp_millis=2**41),
        names(listed()),
    ]
    return found


def flow() -> dict[str, Any]:
    other = mlflow.create_experiment("other traces")
    mlflow.set_experiment("traces")
    return {
        "functions": functions(),
        "by hand": by_hand(),
        "conversations": conversations(),
        "links": links(other),
        "assessed": assessed(),
        "added": added(),
        "searching": searching(),
        "changed": changed(),
    }


Path(sys.argv[-1]).write_text(json.dumps(flow(), default=str), encoding="utf-8")
