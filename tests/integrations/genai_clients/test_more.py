"""What we record of clients and the real MLflow does not."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import groq
import pytest
from botocore.exceptions import EventStreamError
from google import genai
from google.genai import types
from mistralai import Mistral
from smolagents import FinalAnswerStep, OpenAIServerModel, ToolCallingAgent, tool

import mlflow
import mlflow.bedrock
import mlflow.gemini
import mlflow.groq
import mlflow.mistral
import mlflow.smolagents


@tool  # type: ignore[untyped-decorator]
def get_weather(city: str) -> str:
    """The weather of a city.

    Args:
        city: where.
    """
    return f"Rain in {city}"


SAID: Any = [{"role": "user", "content": "Hi"}]


@pytest.fixture(autouse=True)
def store(tmp_path: Path) -> Iterator[None]:
    """A store of the test's own, and autologging that ends with the test."""
    mlflow.set_tracking_uri(str(tmp_path / "mlruns"))
    names = ("bedrock", "gemini", "groq", "mistral", "smolagents")
    flavors: list[Any] = [getattr(mlflow, name) for name in names]
    for flavor in flavors:
        flavor.autolog()
    yield
    for flavor in flavors:
        flavor.autolog(disable=True)
    mlflow.set_tracking_uri("")


def _trace() -> Any:
    (trace,) = mlflow.search_traces(locations=["0"], return_type="list")
    return trace


def test_groq_asynchronously(provider: int) -> None:
    async def call() -> None:
        async with groq.AsyncGroq(api_key="nobody's", base_url=f"http://127.0.0.1:{provider}") as client:
            await client.chat.completions.create(model="m", messages=SAID)

    asyncio.run(call())
    trace = _trace()
    assert trace.data.spans[0].name == "AsyncCompletions"
    assert trace.info.token_usage == {"input_tokens": 9, "output_tokens": 12, "total_tokens": 21}


def test_a_stream_of_groq(provider: int) -> None:
    client = groq.Groq(api_key="nobody's", base_url=f"http://127.0.0.1:{provider}")
    assert sum(1 for _ in client.chat.completions.create(model="m", messages=SAID, stream=True)) == 4
    trace = _trace()
    assert trace.data.spans[0].outputs["choices"][0]["message"]["content"] == "Hello world"
    assert len(trace.data.spans[0].events) == 4


def test_a_stream_of_gemini(provider: int) -> None:
    options = types.HttpOptions(base_url=f"http://127.0.0.1:{provider}")
    client = genai.Client(api_key="nobody's", http_options=options)
    chunks = list(client.models.generate_content_stream(model="gemini-x", contents="Hi"))
    assert [chunk.text for chunk in chunks] == ["Hello", " world"]
    span = next(one for one in _trace().data.spans if one.name == "Models.generate_content_stream")
    assert span.outputs["candidates"][0]["content"]["parts"] == [{"text": "Hello world"}]
    assert span.get_attribute("mlflow.chat.tokenUsage") == {"input_tokens": 4, "output_tokens": 2, "total_tokens": 6}


def test_a_run_of_smolagents_step_by_step(provider: int) -> None:
    model = OpenAIServerModel("gpt-4o-mini", api_base=f"http://127.0.0.1:{provider}/v1", api_key="a secret")
    agent = ToolCallingAgent(tools=[get_weather], model=model, max_steps=1, verbosity_level=0)
    *_, last = agent.run("How is the weather?", stream=True)
    assert isinstance(last, FinalAnswerStep)
    run, call = _trace().data.spans
    assert (run.name, call.name) == ("ToolCallingAgent.run", "SimpleTool.__call__")
    assert call.parent_id == run.span_id
    assert "Rain in Oslo" in str(run.outputs)


def test_a_stream_of_bedrock_that_breaks_off_or_is_left(provider: int) -> None:
    options: Any = {"aws_access_key_id": "nobody's", "aws_secret_access_key": "nobody's", "region_name": "us-east-1"}
    client = boto3.client("bedrock-runtime", endpoint_url=f"http://127.0.0.1:{provider}", **options)
    said: Any = [{"role": "user", "content": [{"text": "Hi"}]}]
    with pytest.raises(EventStreamError, match="Too many"):
        list(client.converse_stream(modelId="model-breaks", messages=said)["stream"])
    left = client.converse_stream(modelId="model-x", messages=said)["stream"]
    events = iter(left)
    assert [next(iter(next(events))) for _ in range(2)] == ["messageStart", "contentBlockDelta"]
    left.close()
    unread = client.converse_stream(modelId="model-x", messages=said)["stream"]
    unread.close()
    traces = mlflow.search_traces(locations=["0"], return_type="list", order_by=["timestamp_ms ASC"])
    assert [trace.info.state for trace in traces] == ["ERROR", "OK", "OK"]
    said = [trace.data.spans[0].outputs["output"]["message"]["content"] for trace in traces]
    assert said == [[{"text": "Good day."}], [{"text": "Good"}], []]


def test_a_stream_of_mistral_that_is_left(provider: int) -> None:
    client = Mistral(api_key="nobody's", server_url=f"http://127.0.0.1:{provider}/mistral")
    with client.chat.stream(model="m", messages=SAID) as stream:
        next(stream)
        next(stream)
    assert _trace().data.spans[0].outputs["choices"][0]["message"]["content"] == "Hello"


def test_a_key_is_not_recorded(provider: int) -> None:
    model = OpenAIServerModel("gpt-4o-mini", api_base=f"http://127.0.0.1:{provider}/v1", api_key="a secret")
    model(SAID)
    assert "a secret" not in _trace().to_json()
