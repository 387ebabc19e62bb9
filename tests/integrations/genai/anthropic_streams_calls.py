"""What is streamed with `anthropic`."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import anthropic
from anthropic_calls import SAID, TOOL

import mlflow
import mlflow.anthropic

ASKED: Any = {"model": "claude-x", "max_tokens": 9, "messages": SAID}


def run(address: str) -> None:
    mlflow.anthropic.autolog()
    client = anthropic.Anthropic(max_retries=0)
    for _ in client.messages.create(stream=True, **ASKED):
        pass
    time.sleep(0.01)
    with client.messages.stream(**ASKED) as stream:
        assert "".join(stream.text_stream) == "Good day."
    time.sleep(0.01)
    with client.messages.stream(tools=[TOOL], **ASKED) as stream:
        assert stream.get_final_message().stop_reason == "end_turn"
    time.sleep(0.01)
    client.messages.with_raw_response.create(**ASKED)
    time.sleep(0.01)
    client.beta.messages.create(**ASKED)
    time.sleep(0.01)
    asyncio.run(_later())
    mlflow.anthropic.autolog(disable=True)
    with client.messages.stream(**ASKED) as stream:
        stream.get_final_message()


async def _later() -> None:
    async with anthropic.AsyncAnthropic(max_retries=0) as client:
        async for _ in await client.messages.create(stream=True, **ASKED):
            pass
        await asyncio.sleep(0.01)
        async with client.messages.stream(**ASKED) as stream:
            async for _ in stream.text_stream:
                pass
