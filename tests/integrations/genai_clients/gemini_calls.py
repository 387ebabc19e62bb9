"""What is done with `google-genai`."""

from __future__ import annotations

import asyncio
import time

from google import genai
from google.genai import types

import mlflow
import mlflow.gemini


def get_weather(city: str) -> str:
    """The weather of a city."""
    return f"rain in {city}"


def run(address: str) -> None:
    mlflow.gemini.autolog()
    client = genai.Client(api_key="nobody's", http_options=types.HttpOptions(base_url=address))
    client.models.generate_content(model="gemini-x", contents="Hi")
    time.sleep(0.005)
    tool = types.Tool(
        function_declarations=[
            types.FunctionDeclaration(
                name="get_weather",
                description="The weather of a city.",
                parameters=types.Schema(
                    type=types.Type.OBJECT, properties={"city": types.Schema(type=types.Type.STRING)}
                ),
            )
        ]
    )
    config = types.GenerateContentConfig(tools=[tool], temperature=0.5)
    client.models.generate_content(model="gemini-x", contents="Weather?", config=config)
    time.sleep(0.005)
    client.models.embed_content(model="embed-x", contents="a text")
    time.sleep(0.005)
    chat = client.chats.create(model="gemini-x")
    chat.send_message("Hello")
    time.sleep(0.005)
    try:
        client.models.generate_content(model="no-such-model", contents="Hi")
    except Exception:
        time.sleep(0.005)

    async def later() -> None:
        await client.aio.models.generate_content(model="gemini-x", contents="Later")
        await asyncio.sleep(0.005)
        await client.aio.models.embed_content(model="embed-x", contents="a text")
        await asyncio.sleep(0.005)
        await client.aio.chats.create(model="gemini-x").send_message("Hello")

    asyncio.run(later())
    time.sleep(0.005)
    client.models.count_tokens(model="gemini-x", contents="Hi")
    time.sleep(0.005)
    client.models.generate_content(model="gemini-x", contents="Rain?", config={"tools": [get_weather]})
    mlflow.gemini.autolog(disable=True)
    client.models.generate_content(model="gemini-x", contents="not seen")
