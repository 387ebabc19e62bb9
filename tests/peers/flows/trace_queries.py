"""Traces: traced functions, errors, tags, searches, assessments, links, deletion."""

from __future__ import annotations

import json
import sys
import time
from typing import Any

from refusals import refused

import mlflow
from mlflow import MlflowClient
from mlflow.entities import AssessmentSource, Expectation, Feedback, SpanEvent, SpanType


@mlflow.trace(span_type=SpanType.LLM, attributes={"model": "small", "numbers": [1, 2.5], "deep": {"a": None}})
def answer(question: str, temperature: float = 0.5) -> dict[str, Any]:
    span = mlflow.get_current_active_span()
    assert span is not None
    span.add_event(SpanEvent("asked", attributes={"length": len(question)}))
    span.set_attribute("mlflow.chat.tokenUsage", {"input_tokens": 3, "output_tokens": 4, "total_tokens": 7})
    return {"choices": [{"message": {"role": "assistant", "content": f"{question}!"}}]}


@mlflow.trace
def chat(messages: list[dict[str, str]]) -> str:
    mlflow.update_current_trace(tags={"team": "red"}, metadata={"mlflow.trace.session": "s1"}, client_request_id="c1")
    with mlflow.start_span("look up", span_type=SpanType.RETRIEVER) as span:
        span.set_inputs({"query": messages[-1]["content"]})
        span.set_outputs([{"page_content": "ünï", "metadata": {"doc_uri": "a"}}])
    return str(answer(messages[-1]["content"])["choices"][0]["message"]["content"])


@mlflow.trace(name="failing")
def fail() -> None:
    raise ValueError("no luck")


OF_THE_STORE = ("mlflow.traceRequestId", "mlflow.experimentId")


def shown(trace: Any) -> dict[str, Any]:
    info = trace.info
    hidden = ("mlflow.trace.size", "mlflow.source", "mlflow.user", "mlflow.artifactLocation")
    return {
        "state": str(info.state),
        "previews": [info.request_preview, info.response_preview],
        "client": info.client_request_id,
        "ended": info.execution_duration is not None,
        "tags": {key: value for key, value in info.tags.items() if not key.startswith(hidden)},
        "metadata": {key: value for key, value in info.trace_metadata.items() if not key.startswith(hidden)},
        "location": "/".join(info.tags["mlflow.artifactLocation"].split("/")[-3:]).replace(info.trace_id, "TRACE"),
        "usage": info.token_usage,
        "spans": [span_shown(span, trace) for span in trace.data.spans],
        "assessments": [assessment_shown(one) for one in info.assessments],
    }


def span_shown(span: Any, trace: Any) -> dict[str, Any]:
    names = {one.span_id: one.name for one in trace.data.spans}
    return {
        "name": span.name,
        "type": span.span_type,
        "parent": names.get(span.parent_id),
        "status": [span.status.status_code.value, span.status.description],
        "inputs": span.inputs,
        "outputs": span.outputs,
        "attributes": {key: value for key, value in span.attributes.items() if key not in OF_THE_STORE},
        "events": [[event.name, sorted(event.attributes.keys() - {"exception.escaped"})] for event in span.events],
    }


def assessment_shown(one: Any) -> dict[str, Any]:
    kind = "expectation" if one.expectation else "feedback"
    return {
        "name": one.name,
        "kind": kind,
        "value": one.value,
        "source": [one.source.source_type, one.source.source_id],
        "rationale": one.rationale,
        "metadata": one.metadata,
        "valid": one.valid,
        "error": one.error and [one.error.error_code, one.error.error_message],
        "overrides": one.overrides is not None,
    }


def last() -> str:
    trace_id = mlflow.get_last_active_trace_id()
    assert trace_id is not None
    time.sleep(0.05)  # they are in an order of their own: by milliseconds
    return trace_id


def flow() -> dict[str, Any]:
    client = MlflowClient()
    experiment = mlflow.set_experiment("trace queries").experiment_id
    with mlflow.start_run() as run:
        chat([{"role": "system", "content": "be kind"}, {"role": "user", "content": "why"}])
        first = last()
    try:
        fail()
    except ValueError:
        failed = last()
    root = client.start_trace("by hand", inputs={"q": 1}, tags={"team": "blue"}, experiment_id=experiment)
    child = client.start_span("part", trace_id=root.trace_id, parent_id=root.span_id, attributes={"k": "v"})
    client.end_span(root.trace_id, child.span_id, outputs=5)
    client.end_trace(root.trace_id, outputs={"r": [1]}, status="OK")
    third = last()

    mlflow.set_trace_tag(first, "later", "1")
    mlflow.set_trace_tag(first, "gone", "1")
    mlflow.delete_trace_tag(first, "gone")
    person = AssessmentSource("HUMAN", "ann")
    good = mlflow.log_feedback(trace_id=first, name="good", value=True, source=person, rationale="nice")
    mlflow.log_expectation(trace_id=first, name="expected", value={"text": "why!"}, source=person, metadata={"a": "b"})
    mlflow.override_feedback(trace_id=first, assessment_id=good.assessment_id, value=0.5, source=person)
    mlflow.log_feedback(trace_id=failed, name="judged", error=ValueError("no judge"))
    expected = mlflow.log_assessment(failed, Expectation("expected", 3, source=person))
    mlflow.update_assessment(failed, expected.assessment_id, Expectation("expected", 4.5, source=person))
    dropped = mlflow.log_assessment(failed, Feedback("dropped", "x", source=person))
    mlflow.delete_assessment(failed, dropped.assessment_id)
    client.link_traces_to_run([third], run.info.run_id)

    names = {first: "first", failed: "failed", third: "third"}

    def found(**options: Any) -> list[str]:
        listed = mlflow.search_traces(experiment_ids=[experiment], return_type="list", **options)
        return [names[trace.info.trace_id] for trace in listed]

    filters = (
        "status = 'ERROR'",
        "attributes.status != 'ERROR'",
        "tags.team = 'red'",
        "name LIKE 'by%'",
        "client_request_id = 'c1'",
        "metadata.`mlflow.trace.session` = 's1'",
        "feedback.good = 'true'",
        "feedback.good = '0.5'",
        "span.name = 'part'",
        "span.type = 'LLM'",
        "span.status = 'ERROR'",
        "span.content LIKE '%small%'",
        "trace.text LIKE '%page_content%'",
        f"run_id = '{run.info.run_id}'",
    )
    frame = mlflow.search_traces(experiment_ids=[experiment], order_by=["timestamp_ms ASC"])
    answers = {
        "first": shown(mlflow.get_trace(first)),
        "failed": shown(mlflow.get_trace(failed)),
        "third": shown(mlflow.get_trace(third)),
        "found": {text.replace(run.info.run_id, "RUN"): found(filter_string=text) for text in filters},
        "ordered": [found(order_by=[order]) for order in ("timestamp_ms ASC", "name DESC", "tags.team", "status")],
        "of the run": found(run_id=run.info.run_id),
        "without spans": [
            len(trace.data.spans)
            for trace in mlflow.search_traces(experiment_ids=[experiment], return_type="list", include_spans=False)
        ],
        "frame": {"columns": list(frame.columns), "requests": list(frame["request"]), "rows": len(frame)},
        "refused": {
            "filter": refused(lambda: found(filter_string="state = 'OK'")),
            "order": refused(lambda: found(order_by=["foo"])),
            "tag": refused(lambda: client.delete_trace_tag(first, "nothing")),
            "get": refused(lambda: client.get_trace("tr-nothing")),
            "delete": refused(lambda: client.delete_traces(experiment)),
        },
    }
    deleted = client.delete_traces(experiment, trace_ids=[failed])
    rest = client.delete_traces(experiment, max_timestamp_millis=int(time.time() * 1000) + 1000, max_traces=1)
    return answers | {"deleted": [deleted, rest, len(found())]}


if __name__ == "__main__":
    with open(sys.argv[-1], "w", encoding="utf-8") as file:
        json.dump(flow(), file, default=str)
