"""What is done with `openai`."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import openai
from providers import TOOL

import mlflow
import mlflow.openai

SAID = [{"role": "system", "content": "Be short."}, {"role": "user", "content": "Hi"}]


def run(address: str) -> None:
    mlflow.openai.autolog()
    client = openai.OpenAI(max_retries=0)
    for call in (_chat, _stream, _tools, _tool_stream, _others, _responses, _refused):
        call(client)
        time.sleep(0.002)  # so that traces are in one order
    asyncio.run(_asynchronous())
    raw = client.chat.completions.with_raw_response.create(model="gpt-4o-mini", messages=SAID)
    assert raw.parse().choices[0].message.content == "You said: Hi"
    time.sleep(0.002)
    with mlflow.start_span("outer"):
        client.embeddings.create(model="text-embedding-3-small", input="text")
    mlflow.openai.autolog(disable=True)
    client.embeddings.create(model="text-embedding-3-small", input="not seen")


def _chat(client: Any) -> None:
    answer = client.chat.completions.create(model="gpt-4o-mini", messages=SAID, temperature=0.5, max_tokens=99)
    assert answer.choices[0].message.content == "You said: Hi"


def _stream(client: Any) -> None:
    stream = client.chat.completions.create(
        model="gpt-4o-mini", messages=SAID, stream=True, stream_options={"include_usage": True}
    )
    assert "".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices) == "Hello world"


def _tools(client: Any) -> None:
    messages: list[Any] = [{"role": "user", "content": "Weather in Oslo?"}]
    answer = client.chat.completions.create(model="gpt-4o-mini", messages=messages, tools=[TOOL])
    call = answer.choices[0].message.tool_calls[0]
    messages.append(answer.choices[0].message)
    messages.append({"role": "tool", "tool_call_id": call.id, "content": "rain"})
    time.sleep(0.002)
    answer = client.chat.completions.create(model="gpt-4o-mini", messages=messages, tools=[TOOL])
    assert answer.choices[0].message.content == "You said: rain"


def _tool_stream(client: Any) -> None:
    for _ in client.chat.completions.create(model="gpt-4o-mini", messages=SAID, tools=[TOOL], stream=True):
        pass


def _others(client: Any) -> None:
    client.completions.create(model="gpt-3.5-turbo-instruct", prompt="Hello")
    time.sleep(0.002)
    client.embeddings.create(model="text-embedding-3-small", input=["a text"], encoding_format="float")


def _responses(client: Any) -> None:
    assert client.responses.create(model="gpt-4o-mini", input="A question?").output_text == "An answer."
    time.sleep(0.002)
    tool = {"type": "function", **TOOL["function"]}  # type: ignore[dict-item]
    kinds = [each.type for each in client.responses.create(model="gpt-4o-mini", input=SAID, stream=True, tools=[tool])]
    assert kinds[-1] == "response.completed"


def _refused(client: Any) -> None:
    try:
        client.chat.completions.create(model="no-such-model", messages=SAID)
    except openai.NotFoundError:
        return
    raise AssertionError("it was not refused")


async def _asynchronous() -> None:
    async with openai.AsyncOpenAI(max_retries=0) as client:
        await client.chat.completions.create(model="gpt-4o-mini", messages=SAID)  # type: ignore[arg-type]
        await asyncio.sleep(0.002)
        stream = await client.chat.completions.create(model="gpt-4o-mini", messages=SAID, stream=True)  # type: ignore
        async for _ in stream:
            pass
        await asyncio.sleep(0.002)
        await client.responses.create(model="gpt-4o-mini", input="A question?")
        await asyncio.sleep(0.002)
        await client.embeddings.create(model="text-embedding-3-small", input="text")
        await asyncio.sleep(0.002)
