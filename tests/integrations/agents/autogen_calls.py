"""What is done with `autogen_agentchat`."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from autogen_agentchat.agents import AssistantAgent
from autogen_ext.models.openai import OpenAIChatCompletionClient

import mlflow
import mlflow.autogen


def get_weather(city: str) -> str:
    """The weather of a city."""
    return f"Rain in {city}"


def run(address: str) -> None:
    mlflow.autogen.autolog()
    options: Any = {"api_key": "nobody's", "base_url": f"{address}/v1", "max_retries": 0}

    async def calls() -> None:
        client = OpenAIChatCompletionClient(model="gpt-4o-mini", **options)
        agent = AssistantAgent("helper", model_client=client, system_message="Be brief.")
        await agent.run(task="Hi")
        await asyncio.sleep(0.01)
        weather = AssistantAgent("weather", model_client=client, tools=[get_weather], reflect_on_tool_use=True)
        await weather.run(task="Weather?")
        await asyncio.sleep(0.01)
        failing = OpenAIChatCompletionClient(model="gpt-4o-mini", **{**options, "base_url": f"{address}/no-such-model"})
        try:
            await AssistantAgent("failing", model_client=failing).run(task="Hi")
        except Exception:
            time.sleep(0.01)
        mlflow.autogen.autolog(disable=True)
        await agent.run(task="Hi")

    asyncio.run(calls())
