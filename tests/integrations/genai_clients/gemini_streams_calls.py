"""What is streamed with `google-genai`."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from google import genai
from google.genai import types

import mlflow
import mlflow.gemini


def run(address: str) -> None:
    mlflow.gemini.autolog()
    client = genai.Client(api_key="nobody's", http_options=types.HttpOptions(base_url=address))
    chunks = client.models.generate_content_stream(model="gemini-x", contents="Hi")
    assert [chunk.text for chunk in chunks] == ["Hello", " world"]
    time.sleep(0.01)
    chat = client.chats.create(model="gemini-x")
    assert [chunk.text for chunk in chat.send_message_stream("Hi")] == ["Hello", " world"]
    time.sleep(0.01)
    asyncio.run(_later(client))
    mlflow.gemini.autolog(disable=True)
    for _ in client.models.generate_content_stream(model="gemini-x", contents="Hi"):
        pass


async def _later(client: Any) -> None:
    async for _ in await client.aio.models.generate_content_stream(model="gemini-x", contents="Hi"):
        pass
    await asyncio.sleep(0.01)
    chat = client.aio.chats.create(model="gemini-x")
    async for _ in await chat.send_message_stream("Hi"):
        pass
    await asyncio.sleep(0.01)
    await client.aio.models.embed_content(model="embed-x", contents="a text")
