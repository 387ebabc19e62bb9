"""The span of a stream ends with it, however the stream ends: left, dropped, closed, broken off, read elsewhere."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import anthropic
import openai
import pytest

import mlflow
import mlflow.anthropic
import mlflow.openai
from mlflow.tracing.state import GOING

SAID: Any = [{"role": "user", "content": "Hi"}]
ASKED: Any = {"model": "claude-x", "max_tokens": 9, "messages": SAID}


pytestmark = pytest.mark.usefixtures("clients")


@pytest.fixture(autouse=True)
def nothing_goes_on() -> Iterator[None]:
    """No trace goes on at the end."""
    GOING.clear()
    yield
    assert not GOING


def _trace() -> Any:
    for _ in range(1000):  # a stream that was dropped is ended by another thread
        traces = mlflow.search_traces(locations=["0"], return_type="list")
        if traces and traces[0].info.state != "IN_PROGRESS":
            break
        time.sleep(0.01)
    (trace,) = traces
    return trace


def _chat(model: str = "m") -> Any:
    return openai.OpenAI(max_retries=0).chat.completions.create(model=model, messages=SAID, stream=True)


def _said(trace: Any) -> Any:
    return trace.data.spans[0].outputs["choices"][0]["message"]["content"]


def test_a_stream_that_nobody_reads() -> None:
    stream = _chat()
    assert len(GOING) == 1
    del stream
    gc.collect()
    assert _trace().info.state == "OK"


def test_a_stream_that_is_left_and_dropped() -> None:
    stream = _chat()
    next(stream)
    next(stream)
    del stream
    gc.collect()
    trace = _trace()
    assert (trace.info.state, _said(trace)) == ("OK", "Hello")


@pytest.mark.parametrize("read", [0, 2])
def test_a_stream_that_is_closed(read: int) -> None:
    with _chat() as stream:
        for _ in range(read):
            next(stream)
    assert len(mlflow.search_traces(locations=["0"], return_type="list")) == 1
    trace = _trace()
    assert trace.info.state == "OK"
    assert read == 0 or _said(trace) == "Hello"


def test_a_stream_that_breaks_off() -> None:
    with pytest.raises(Exception, match=r"incomplete|closed"):
        list(_chat("breaks-off"))
    trace = _trace()
    assert (trace.info.state, _said(trace)) == ("ERROR", "Hello")
    assert trace.data.spans[0].events[-1].name == "exception"


def test_an_error_of_the_reader_is_not_one_of_the_stream() -> None:
    with pytest.raises(ValueError, match="mine"), _chat() as stream:
        for _ in stream:
            raise ValueError("mine")
    assert _trace().info.state == "OK"


def test_a_stream_that_is_read_in_another_thread_and_context() -> None:
    with mlflow.start_span("asked"):
        stream = _chat()
    thread = threading.Thread(target=lambda: contextvars.Context().run(list, stream))
    thread.start()
    thread.join()
    trace = _trace()
    assert [span.name for span in trace.data.spans] == ["asked", "Completions"]
    assert trace.data.spans[1].outputs["choices"][0]["message"]["content"] == "Hello world"
    with mlflow.start_span("after") as span:
        assert span.parent_id is None  # reading has changed nobody's active span
    assert len(mlflow.search_traces(locations=["0"], return_type="list")) == 2


def _leave(client: Any) -> Any:
    async def read(stream: Any) -> None:
        async for _ in stream:
            return

    async def leave() -> None:
        await read(await client.chat.completions.create(model="m", messages=SAID, stream=True))

    return leave()


def _cancel(client: Any) -> Any:
    async def read(stream: Any) -> None:
        async for _ in stream:
            await asyncio.sleep(60)

    async def cancel() -> None:
        stream = await client.chat.completions.create(model="m", messages=SAID, stream=True)
        task = asyncio.ensure_future(read(stream))
        await asyncio.sleep(0.05)
        task.cancel()
        await asyncio.wait([task])
        await stream.close()

    return cancel()


@pytest.mark.parametrize("use", [_leave, _cancel])
def test_an_asynchronous_stream(use: Callable[[Any], Any]) -> None:
    async def call() -> None:
        async with openai.AsyncOpenAI(max_retries=0) as client:
            await use(client)

    asyncio.run(call())
    gc.collect()
    assert _trace().info.state == "OK"


def test_the_helper_of_anthropic_that_is_left_early() -> None:
    with anthropic.Anthropic().messages.stream(**ASKED) as stream:
        next(stream)
    trace = _trace()
    assert (trace.data.spans[0].name, trace.info.state) == ("Messages.stream", "OK")


def test_the_helper_of_anthropic_that_nobody_enters() -> None:
    anthropic.Anthropic().messages.stream(**ASKED)
    assert mlflow.search_traces(locations=["0"], return_type="list") == []


def test_the_helper_of_anthropic_that_is_refused() -> None:
    manager = anthropic.Anthropic(max_retries=0).messages.stream(**{**ASKED, "model": "no-such-model"})
    with pytest.raises(anthropic.NotFoundError), manager:
        pass
    assert _trace().info.state == "ERROR"


def test_raw_answers_are_left_to_their_readers() -> None:
    with openai.OpenAI().chat.completions.with_streaming_response.create(model="m", messages=SAID) as answer:
        assert answer.http_response.is_closed is False
        assert answer.parse().choices[0].message.content == "You said: Hi"

    async def call() -> None:
        async with (
            openai.AsyncOpenAI() as client,
            client.chat.completions.with_streaming_response.create(model="m", messages=SAID) as answer,
        ):
            assert (await answer.parse()).choices[0].message.content == "You said: Hi"

    asyncio.run(call())
    traces = mlflow.search_traces(locations=["0"], return_type="list")
    assert [trace.info.state for trace in traces] == ["OK", "OK"]
