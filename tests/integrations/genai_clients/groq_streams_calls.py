"""What is streamed with `groq`."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import groq
from groq_calls import SAID
from providers import TOOL

import mlflow
import mlflow.groq


def run(address: str) -> None:
    mlflow.groq.autolog()
    options: Any = {"max_retries": 0, "api_key": "nobody's", "base_url": address}
    client = groq.Groq(**options)
    for tools in ({}, {"tools": [TOOL]}):
        for _ in client.chat.completions.create(model="llama", messages=SAID, stream=True, **tools):  # type: ignore
            pass
        time.sleep(0.01)
    client.chat.completions.with_raw_response.create(model="llama", messages=SAID)
    time.sleep(0.01)
    asyncio.run(_later(options))
    mlflow.groq.autolog(disable=True)
    for _ in client.chat.completions.create(model="llama", messages=SAID, stream=True):
        pass


async def _later(options: Any) -> None:
    async with groq.AsyncGroq(**options) as client:
        await client.chat.completions.create(model="llama", messages=SAID)
        await asyncio.sleep(0.01)
        async for _ in await client.chat.completions.create(model="llama", messages=SAID, stream=True):
            pass
