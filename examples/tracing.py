"""Tracing, as MLflow documents it: functions, spans, generators, tasks, threads, sessions, feedback, search.

Run: `python examples/tracing.py`; then `mlflow server` shows the traces of the experiment `Tracing`.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import mlflow
from mlflow import MlflowClient
from mlflow.entities import AssessmentSource, Document, LiveSpan, SpanType


@mlflow.trace(span_type=SpanType.RETRIEVER)
def retrieve(question: str) -> list[Document]:
    """Find what the answer may be in."""
    return [Document(f"All about: {question}", {"doc_uri": "about.md"}), Document("Much else", {"doc_uri": "else.md"})]


@mlflow.trace(name="answering", span_type=SpanType.CHAT_MODEL, attributes={"model": "none"})
def answer(question: str, documents: list[Document]) -> dict[str, Any]:
    """Answer from documents."""
    span = mlflow.get_current_active_span()
    assert span is not None
    span.set_attribute("mlflow.chat.tokenUsage", {"input_tokens": 20, "output_tokens": 5, "total_tokens": 25})
    return {"role": "assistant", "content": f"{question} See {documents[0].metadata['doc_uri']}."}


@mlflow.trace
def agent(question: str, user: str = "ada") -> str:
    """Ask, retrieve, answer."""
    mlflow.update_current_trace(
        tags={"kind": "demo"}, metadata={"mlflow.trace.user": user, "mlflow.trace.session": "session-1"}
    )
    documents = retrieve(question)
    with mlflow.start_span(name="ranking", span_type=SpanType.RERANKER) as span:
        span.set_inputs({"documents": len(documents)})
        documents = sorted(documents, key=lambda document: len(document.page_content), reverse=True)
        span.set_outputs({"first": documents[0].metadata})
    return str(answer(question, documents)["content"])


@mlflow.trace(output_reducer=lambda words: " ".join(words))
def stream(text: str) -> Iterator[str]:
    """Say something word by word."""
    yield from text.split()


@mlflow.trace
async def look_up(key: str) -> str:
    """Wait for an answer."""
    await asyncio.sleep(0.001)
    return key.upper()


@mlflow.trace
async def look_up_all(keys: list[str]) -> list[str]:
    """Wait for several answers at once."""
    return list(await asyncio.gather(*(look_up(key) for key in keys)))


@mlflow.trace
def spread(numbers: list[int]) -> list[int]:
    """Work in threads: each gets a copy of the context, so that its spans belong to this trace."""

    @mlflow.trace
    def square(number: int) -> int:
        return number * number

    with ThreadPoolExecutor(2) as pool:
        waiting = [pool.submit(contextvars.copy_context().run, square, number) for number in numbers]
        return [each.result() for each in waiting]


class Tools:
    """Methods are traced as functions are."""

    @mlflow.trace(span_type=SpanType.TOOL)
    def add(self, a: int, b: int) -> int:
        """Add."""
        return a + b

    @mlflow.trace(span_type=SpanType.TOOL)
    @staticmethod
    def fail() -> None:
        """Fail: the exception is recorded, and goes on."""
        raise RuntimeError("no such tool")


def hide_secrets(span: LiveSpan) -> None:
    """A processor of spans: what must not be stored is taken out before it is."""
    if isinstance(span.inputs, dict) and "password" in span.inputs:
        span.set_inputs({**span.inputs, "password": "***"})


@mlflow.trace
def log_in(user: str, password: str) -> bool:
    """Take a secret."""
    return bool(user and password)


def by_hand() -> str:
    """Spans without a context, e.g. from callbacks: begun and ended where one likes."""
    client = MlflowClient()
    root = client.start_trace("by hand", inputs={"x": 1}, tags={"kind": "by hand"})
    step = client.start_span("step", trace_id=root.trace_id, parent_id=root.span_id, inputs=1)
    client.end_span(root.trace_id, step.span_id, outputs=2)
    client.end_trace(root.trace_id, outputs={"y": 2})
    span = mlflow.start_span_no_context("another way", inputs={"x": 1})
    mlflow.start_span_no_context("its step", parent_span=span).end(outputs=3)
    span.end(outputs=3)
    return str(root.trace_id)


def main() -> None:
    """Record, read, assess and search."""
    mlflow.set_experiment("Tracing")
    print("1.", agent("What is a millrace?"))
    trace_id = mlflow.get_last_active_trace_id()
    assert trace_id is not None
    print("2.", list(stream("a fast channel")), asyncio.run(look_up_all(["a", "b"])), spread([1, 2, 3]))
    print("3.", Tools().add(1, 2))
    try:
        Tools.fail()
    except RuntimeError as error:
        print("   failed as it should:", error)
    with mlflow.tracing.configure(span_processors=[hide_secrets]):
        log_in("ada", password="secret")
    handmade = by_hand()
    with mlflow.start_run(run_name="traced"):
        agent("What is a trace?", user="bob")

    mlflow.set_trace_tag(trace_id, "reviewed", "yes")
    human = AssessmentSource(source_type="HUMAN", source_id="reviewer")
    mlflow.log_feedback(trace_id=trace_id, name="helpful", value=True, rationale="It names the page.", source=human)
    mlflow.log_expectation(trace_id=trace_id, name="expected_answer", value="a channel", source=human)
    trace = mlflow.get_trace(trace_id)
    assert trace is not None
    print("4.", [span.name for span in trace.data.spans], trace.info.token_usage)
    print("  ", [(one.name, one.value) for one in trace.info.assessments])  # type: ignore[attr-defined]
    found = mlflow.search_traces(filter_string="tags.kind = 'demo' AND status = 'OK'", order_by=["timestamp_ms DESC"])
    print("5.", len(found), "of an agent;", len(mlflow.search_traces(filter_string="status = 'ERROR'")), "failed")
    experiment = mlflow.get_experiment_by_name("Tracing")
    assert experiment is not None
    deleted = MlflowClient().delete_traces(experiment.experiment_id, trace_ids=[handmade])
    print("6.", deleted, "deleted")


if __name__ == "__main__":
    main()
