"""What is done with `google-genai`."""

from __future__ import annotations

import asyncio
import time

from google import genai
from google.genai import types

import mlflow
import mlflow.gemini


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

    asyncio.run(later())
    mlflow.gemini.autolog(disable=True)
    client.models.generate_content(model="gemini-x", contents="not seen")
