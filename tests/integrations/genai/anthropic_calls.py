"""What is done with `anthropic`."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import anthropic

import mlflow
import mlflow.anthropic

SAID = [{"role": "user", "content": "Hi"}]
TOOL = {
    "name": "get_weather",
    "description": "The weather of a city.",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}


def run(address: str) -> None:
    mlflow.anthropic.autolog()
    client = anthropic.Anthropic(max_retries=0)
    for call in (_message, _tools, _refused):
        call(client)
        time.sleep(0.002)
    asyncio.run(_asynchronous())
    mlflow.anthropic.autolog(disable=True)
    _message(client)


def _message(client: Any) -> None:
    answer = client.messages.create(model="claude-x", max_tokens=9, messages=SAID, system="Be short.")
    assert answer.content[0].text == "Good day."


def _tools(client: Any) -> None:
    messages: list[Any] = [{"role": "user", "content": "Weather in Oslo?"}]
    answer = client.messages.create(model="claude-x", max_tokens=9, messages=messages, tools=[TOOL])
    messages.append({"role": "assistant", "content": answer.content})
    result = {"type": "tool_result", "tool_use_id": answer.content[1].id, "content": "rain"}
    messages.append({"role": "user", "content": [result]})
    time.sleep(0.002)
    client.messages.create(model="claude-x", max_tokens=9, messages=messages, tools=[TOOL])


def _refused(client: Any) -> None:
    try:
        client.messages.create(model="no-such-model", max_tokens=9, messages=SAID)
    except anthropic.NotFoundError:
        return
    raise AssertionError("it was not refused")


async def _asynchronous() -> None:
    async with anthropic.AsyncAnthropic(max_retries=0) as client:
        await client.messages.create(model="claude-x", max_tokens=9, messages=SAID)  # type: ignore[arg-type]
