"""What is done with `strands`."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from pydantic import BaseModel
from strands import Agent, tool
from strands.models.openai import OpenAIModel
from strands.multiagent import GraphBuilder, Swarm

import mlflow
import mlflow.strands


class City(BaseModel):
    """A city."""

    name: str


@tool
def get_weather(city: str) -> str:
    """The weather of a city."""
    with mlflow.start_span("inside"):
        return f"Rain in {city}"


@tool
def failing_weather(city: str) -> str:
    """The weather of a city."""
    raise ValueError("no weather")


def model_at(address: str) -> Any:
    """A model of the provider at an address."""
    arguments = {"api_key": "nobody's", "base_url": address, "max_retries": 0}
    return OpenAIModel(client_args=arguments, model_id="gpt-4o-mini", params={"temperature": 0.5})


def run(address: str) -> None:
    mlflow.strands.autolog()
    model = model_at(f"{address}/v1")
    plain: Any = {"model": model, "callback_handler": None}
    agent = Agent(name="helper", system_prompt="Be brief.", **plain)
    agent("Hi")
    time.sleep(0.01)
    agent("Hi again")
    time.sleep(0.01)
    Agent(name="weather", tools=[get_weather], **plain)("Weather?")
    time.sleep(0.01)
    Agent(tools=[failing_weather], trace_attributes={"team": "north"}, **plain)("Weather?")
    time.sleep(0.01)
    with mlflow.start_span("outer"):
        Agent(**plain)("Hi")
    time.sleep(0.01)

    async def later() -> None:
        await Agent(**plain).invoke_async("Hi")
        await asyncio.sleep(0.01)
        async for _ in Agent(tools=[get_weather], **plain).stream_async("Weather?"):
            pass
        await asyncio.sleep(0.01)
        with mlflow.start_span("outer"):
            await Agent(tools=[get_weather], **plain).invoke_async("Weather?")

    asyncio.run(later())
    time.sleep(0.01)
    Agent(**plain).structured_output(City, "Which city?")
    time.sleep(0.01)
    builder = GraphBuilder()
    builder.add_node(Agent(name="first", **plain), "first")
    builder.add_node(Agent(name="second", **plain), "second")
    builder.add_edge("first", "second")
    builder.build()("Hi")
    time.sleep(0.01)
    Swarm([Agent(name="one", model=model, callback_handler=None)])("Hi")
    time.sleep(0.01)
    mlflow.strands.autolog(disable=True)
    Agent(**plain)("Hi")
