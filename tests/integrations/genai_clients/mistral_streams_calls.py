"""What is streamed with `mistralai`, and what its client does besides chats."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from mistral_calls import SAID, Mistral
from providers import TOOL

import mlflow
import mlflow.mistral


def run(address: str) -> None:
    mlflow.mistral.autolog()
    client = Mistral(api_key="nobody's", server_url=f"{address}/mistral")
    texts = [event.data.choices[0].delta.content for event in client.chat.stream(model="m", messages=SAID)]
    assert "".join(text for text in texts if isinstance(text, str)) == "Hello world"
    time.sleep(0.01)
    for _ in client.chat.stream(model="m", messages=SAID, tools=[TOOL]):
        pass
    time.sleep(0.01)
    asyncio.run(_later(client))
    mlflow.mistral.autolog(disable=True)
    for _ in client.chat.stream(model="m", messages=SAID):
        pass


async def _later(client: Any) -> None:
    async for _ in await client.chat.stream_async(model="m", messages=SAID):
        pass
    await asyncio.sleep(0.01)
    await client.embeddings.create_async(model="e", inputs=["a text"])
    await asyncio.sleep(0.01)
    await client.fim.complete_async(model="m", prompt="def f(")
    await asyncio.sleep(0.01)
    await client.agents.complete_async(agent_id="a", messages=SAID)
