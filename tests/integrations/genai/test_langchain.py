"""Callbacks, batches and streams of LangChain: what the comparison with MLflow does not show."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.language_models import FakeListChatModel
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import RunnableLambda

import mlflow
import mlflow.langchain


@pytest.fixture(autouse=True)
def store(tmp_path: Path) -> Iterator[None]:
    """A store of the test's own, and autologging that ends with the test."""
    mlflow.set_tracking_uri(str(tmp_path / "mlruns"))
    mlflow.langchain.autolog()
    yield
    mlflow.langchain.autolog(disable=True)
    mlflow.set_tracking_uri("")


def _chain() -> Any:
    model = FakeListChatModel(responses=["Hello."])
    return ChatPromptTemplate.from_messages([("user", "Say {word}")]) | model | StrOutputParser()


def _traces() -> Any:
    return mlflow.search_traces(locations=["0"], return_type="list")


NAMES = ["ChatPromptTemplate", "FakeListChatModel", "RunnableSequence", "StrOutputParser"]


def _is_whole(trace: Any) -> bool:
    root = trace.data.spans[0]
    steps = trace.data.spans[1:]
    named = sorted(span.name for span in trace.data.spans) == NAMES
    return named and trace.info.state == "OK" and all(span.parent_id == root.span_id for span in steps)


class _Mine(BaseCallbackHandler):
    """A callback handler of the user's."""

    def __init__(self) -> None:
        self.ended = 0

    def on_chain_end(self, outputs: Any, **told: Any) -> None:
        self.ended += 1


def test_callbacks_of_the_user_are_kept() -> None:
    mine = _Mine()
    config: Any = {"callbacks": [mine], "run_name": "named", "metadata": {"who": "me"}}
    assert _chain().invoke({"word": "a"}, config=config) == "Hello."
    assert mine.ended == 3
    assert config["callbacks"] == [mine]
    (trace,) = _traces()
    assert trace.data.spans[0].name == "named"
    assert trace.data.spans[0].get_attribute("metadata")["who"] == "me"


def test_a_batch_in_threads_is_a_trace_for_each() -> None:
    _chain().batch([{"word": str(number)} for number in range(8)], config={"max_concurrency": 4})
    traces = _traces()
    assert len(traces) == 8
    assert all(_is_whole(trace) for trace in traces)
    assert sorted(trace.data.spans[0].inputs["word"] for trace in traces) == list("01234567")


def test_a_batch_within_a_span_is_one_trace() -> None:
    with mlflow.start_span("outer"):
        _chain().batch([{"word": "a"}, {"word": "b"}])
    (trace,) = _traces()
    outer = trace.data.spans[0]
    assert [span.parent_id for span in trace.data.spans if span.name == "RunnableSequence"] == [outer.span_id] * 2


def test_asynchronous_calls_at_once_are_traces_of_their_own() -> None:
    async def call() -> None:
        chain = _chain()
        await asyncio.gather(*(chain.ainvoke({"word": str(number)}) for number in range(5)))
        async for _ in chain.astream({"word": "streamed"}):
            pass

    asyncio.run(call())
    traces = _traces()
    assert len(traces) == 6
    assert all(_is_whole(trace) for trace in traces)


def test_a_stream_that_is_left_early() -> None:
    stream = _chain().stream({"word": "a"})
    next(stream)
    stream.close()
    (trace,) = _traces()
    assert trace.info.state == "OK"
    with mlflow.start_span("after") as span:
        assert span.parent_id is None


def test_what_went_wrong_is_on_every_step_above() -> None:
    def fails(value: Any) -> Any:
        raise ValueError("no way")

    with pytest.raises(ValueError, match="no way"):
        (RunnableLambda(fails) | StrOutputParser()).invoke("a")
    (trace,) = _traces()
    assert [span.status.status_code.value for span in trace.data.spans] == ["ERROR", "ERROR"]


def test_nothing_is_recorded_without_traces() -> None:
    mlflow.langchain.autolog(log_traces=False)
    _chain().invoke({"word": "a"})
    assert _traces() == []
