"""What is done with `agno`."""

from __future__ import annotations

import asyncio
import os
import time
from typing import Any

import opentelemetry.trace
from agno.agent import Agent
from agno.models.openai import OpenAIChat
from agno.team import Team
from agno.workflow import Step, Workflow

import mlflow
import mlflow.agno


def get_weather(city: str) -> str:
    """The weather of a city."""
    with mlflow.start_span("inside"):
        return f"Rain in {city}"


def failing_weather(city: str) -> str:
    """The weather of a city."""
    raise ValueError("no weather")


async def later_weather(city: str) -> str:
    """The weather of a city."""
    return f"Rain in {city}"


def model_at(address: str) -> Any:
    """A model of the provider at an address."""
    return OpenAIChat(id="gpt-4o-mini", api_key="nobody's", base_url=address, max_retries=0, temperature=0.5)


def run(address: str) -> None:
    if "TRACES_AT" in os.environ:  # the real MLflow sends traces of Agno to its server only
        mlflow.set_tracking_uri(os.environ["TRACES_AT"])
        mlflow.set_experiment("calls")
    mlflow.agno.autolog()
    model = model_at(f"{address}/v1")
    plain: Any = {"model": model, "telemetry": False}
    Agent(name="helper", instructions="Be brief.", **plain).run("Hi")
    time.sleep(0.01)
    Agent(name="weather", tools=[get_weather], **plain).run("Weather?")
    time.sleep(0.01)
    Agent(tools=[failing_weather], **plain).run("Weather?", user_id="me", session_id="a session")
    time.sleep(0.01)
    for _ in Agent(name="streamed", tools=[get_weather], **plain).run("Weather?", stream=True):
        pass
    time.sleep(0.01)
    with mlflow.start_span("outer"):
        Agent(name="inner", **plain).run("Hi")
    time.sleep(0.01)
    try:
        Agent(model=model_at(f"{address}/no-such-model"), telemetry=False).run("Hi")
    except Exception:
        pass
    time.sleep(0.01)

    async def later() -> None:
        await Agent(name="later", tools=[later_weather], **plain).arun("Weather?")
        await asyncio.sleep(0.01)
        async for _ in Agent(name="later", tools=[get_weather], **plain).arun("Weather?", stream=True):
            pass
        await asyncio.sleep(0.01)
        with mlflow.start_span("outer"):
            await Agent(name="inner", **plain).arun("Hi")

    asyncio.run(later())
    time.sleep(0.01)
    Workflow(name="flow", steps=[Step(name="only", agent=Agent(name="worker", **plain))], telemetry=False).run("Hi")
    time.sleep(0.01)
    Team(name="team", members=[Agent(name="member", **plain)], **plain).run("Hi")
    time.sleep(0.01)
    mlflow.agno.autolog(disable=True)
    Agent(name="helper", **plain).run("Hi")
    if "TRACES_AT" in os.environ:
        opentelemetry.trace.get_tracer_provider().force_flush()  # type: ignore[attr-defined]
