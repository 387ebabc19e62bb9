"""Streams, interruptions and threads: what the comparison with MLflow does not show."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from typing import Any

import anthropic
import openai
import pytest

import mlflow
import mlflow.anthropic
import mlflow.openai
from mlflow.tracing import library, streams

SAID: Any = [{"role": "user", "content": "Hi"}]


pytestmark = pytest.mark.usefixtures("clients")


def _traces() -> Any:
    return mlflow.search_traces(locations=["0"], return_type="list", order_by=["timestamp_ms ASC"])


def test_a_stream_of_anthropic_is_put_together() -> None:
    client = anthropic.Anthropic()
    events = list(client.messages.create(model="claude-x", max_tokens=9, messages=SAID, stream=True))
    assert events[-1].type == "message_stop"
    (trace,) = _traces()
    span = trace.data.spans[0]
    assert span.outputs["content"] == [{"citations": None, "text": "Good day.", "type": "text"}]
    assert span.outputs["stop_reason"] == "end_turn"
    assert trace.info.token_usage == {"input_tokens": 10, "output_tokens": 5, "total_tokens": 15}
    assert len(span.events) == len(events)


def test_the_helper_for_streams_of_anthropic() -> None:
    with anthropic.Anthropic().messages.stream(model="claude-x", max_tokens=9, messages=SAID) as stream:
        assert "".join(stream.text_stream) == "Good day."
    (trace,) = _traces()
    assert trace.data.spans[0].name == "Messages.stream"
    assert trace.info.token_usage == {"input_tokens": 10, "output_tokens": 5, "total_tokens": 15}


def test_an_asynchronous_stream() -> None:
    async def read() -> None:
        async with openai.AsyncOpenAI() as client:
            stream = await client.chat.completions.create(model="m", messages=SAID, stream=True)
            async for _ in stream:
                pass

    asyncio.run(read())
    (trace,) = _traces()
    assert trace.data.spans[0].outputs["choices"][0]["message"]["content"] == "Hello world"


def test_a_stream_that_is_left_early_ends_its_span() -> None:
    stream = openai.OpenAI().chat.completions.create(model="m", messages=SAID, stream=True)
    next(iter(stream))
    next(iter(stream))
    stream.close()
    del stream
    (trace,) = _traces()
    assert trace.info.state == "OK"
    assert trace.data.spans[0].outputs["choices"][0]["message"]["content"] == "Hello"


def test_structured_answers_are_recorded() -> None:
    openai.OpenAI().chat.completions.parse(model="m", messages=SAID)
    (trace,) = _traces()
    assert trace.data.spans[0].name == "Completions"
    assert trace.info.token_usage == {"input_tokens": 9, "output_tokens": 12, "total_tokens": 21}


def test_calls_in_threads_are_traces_of_their_own() -> None:
    client = openai.OpenAI()

    def call(number: int) -> None:
        client.chat.completions.create(model="m", messages=[{"role": "user", "content": f"number {number}"}])

    threads = [threading.Thread(target=call, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    traces = _traces()
    assert sorted(trace.info.request_preview for trace in traces) == [f"number {number}" for number in range(8)]
    for trace in traces:
        assert trace.info.response_preview == f"You said: {trace.info.request_preview}"


def test_nothing_that_goes_wrong_inside_reaches_the_user(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(*args: Any, **kwargs: Any) -> Any:
        raise RuntimeError("inside")

    client = openai.OpenAI()

    def ask() -> None:
        assert client.chat.completions.create(model="m", messages=SAID).choices[0].message.content == "You said: Hi"
        stream = client.chat.completions.create(model="m", messages=SAID, stream=True)
        assert sum(1 for _ in stream) == 4

    for name in ("start_span_no_context", "activate", "deactivate", "parsed", "as_json", "fail", "Reading"):
        with monkeypatch.context() as patch:
            patch.setattr(library if hasattr(library, name) else streams, name, fails)
            # where `deactivate` fails, the span stays the context's: a context of its own
            contextvars.copy_context().run(ask)
    assert "Encountered unexpected error during openai autologging" in caplog.text


def test_disabling_puts_the_client_back_as_it_was() -> None:
    patched = openai.resources.chat.Completions.create
    mlflow.openai.autolog(disable=True)
    assert openai.resources.chat.Completions.create is patched.__wrapped__  # type: ignore[attr-defined]
    openai.OpenAI().chat.completions.create(model="m", messages=SAID)
    assert _traces() == []
