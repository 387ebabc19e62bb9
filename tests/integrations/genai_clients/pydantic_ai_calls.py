"""What is done with `pydantic_ai`."""

from __future__ import annotations

import asyncio
import inspect
import sys
import time
from pathlib import Path
from typing import Any

from pydantic_ai import Agent, mcp
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider

import mlflow
import mlflow.pydantic_ai


def _agent(address: str, model: str = "gpt-4o-mini", instrument: bool = False) -> Any:
    provider = OpenAIProvider(base_url=f"{address}/v1", api_key="nobody's")
    is_first = "instrument" in inspect.signature(Agent).parameters
    options: Any = {"instrument": True} if instrument and is_first else {}
    return Agent(OpenAIChatModel(model, provider=provider), instructions="Be brief.", name="helper", **options)


def run(address: str) -> None:
    mlflow.pydantic_ai.autolog()
    agent = _agent(address)
    agent.run_sync("Hi")
    time.sleep(0.005)
    helped = _agent(address, instrument=True)

    @helped.tool_plain
    def get_weather(city: str) -> str:
        """The weather of a city.

        Args:
            city: where.
        """
        return f"Rain in {city}"

    asyncio.run(helped.run("How is the weather?"))
    time.sleep(0.005)
    try:
        _agent(address, "no-such-model").run_sync("Hi")
    except Exception:
        time.sleep(0.005)

    async def streamed(agent: Any) -> None:
        async with agent.run_stream("Hi") as result:
            async for _ in result.stream_text():
                pass

    asyncio.run(streamed(agent))
    time.sleep(0.005)
    asyncio.run(streamed(helped))
    time.sleep(0.005)
    for _ in agent.run_stream_sync("Hi").stream_text():
        pass
    time.sleep(0.005)

    async def beyond() -> None:
        server = mcp.MCPServerStdio(sys.executable, [str(Path(__file__).with_name("weather_server.py"))])
        async with server:
            await Agent(agent.model, toolsets=[server], name="mcp").run("How is the weather?")

    if hasattr(mcp, "MCPServer"):  # before version 2
        asyncio.run(beyond())
    mlflow.pydantic_ai.autolog(disable=True)
    agent.run_sync("Hi")
