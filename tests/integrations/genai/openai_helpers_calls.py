"""What is done with `openai` by Azure's clients and by the helpers for typed answers and streams."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import openai
from openai_calls import SAID
from pydantic import BaseModel

import mlflow
import mlflow.openai


class City(BaseModel):
    """What is asked for."""

    name: str


def run(address: str) -> None:
    mlflow.openai.autolog()
    azure: Any = {"azure_endpoint": address, "api_version": "2024-10-21", "api_key": "nobody's", "max_retries": 0}
    client = openai.OpenAI(max_retries=0)
    completions: Any = getattr(client.chat.completions, "parse", None) and client.chat.completions
    completions = completions or client.beta.chat.completions  # of older clients
    calls: list[Any] = [
        lambda: openai.AzureOpenAI(**azure).chat.completions.create(model="gpt-4o", messages=SAID),
        lambda: list(openai.AzureOpenAI(**azure).chat.completions.create(model="gpt-4o", messages=SAID, stream=True)),
        lambda: openai.AzureOpenAI(**azure).embeddings.create(model="e", input="a text", encoding_format="float"),
        lambda: completions.parse(model="m", messages=SAID, response_format=City),
        lambda: list(client.completions.create(model="m", prompt="Hi", stream=True)),
        lambda: asyncio.run(_later(azure)),
    ]
    if hasattr(client, "responses"):
        calls.append(lambda: client.responses.parse(model="m", input="Hi", text_format=City))
    for call in calls:
        call()
        time.sleep(0.005)
    mlflow.openai.autolog(disable=True)
    completions.parse(model="m", messages=SAID, response_format=City)


async def _later(azure: Any) -> None:
    async with openai.AsyncAzureOpenAI(**azure) as client:
        await client.chat.completions.create(model="gpt-4o", messages=SAID)  # type: ignore[arg-type]
        await asyncio.sleep(0.005)
        async for _ in await client.chat.completions.create(model="gpt-4o", messages=SAID, stream=True):  # type: ignore
            pass
