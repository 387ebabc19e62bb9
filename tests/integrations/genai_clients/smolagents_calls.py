"""What is done with `smolagents`."""

from __future__ import annotations

import time
from typing import Any

from smolagents import CodeAgent, OpenAIServerModel, Tool, ToolCallingAgent

import mlflow
import mlflow.smolagents


class Weather(Tool):  # type: ignore[misc]
    name = "get_weather"
    description = "The weather of a city."
    inputs = {"city": {"type": "string", "description": "Where."}}
    output_type = "string"

    def forward(self, city: str) -> str:
        """The weather there."""
        return f"Rain in {city}"


def run(address: str) -> None:
    mlflow.smolagents.autolog()
    options: Any = {"api_base": f"{address}/v1", "api_key": "nobody's"}
    model = OpenAIServerModel("gpt-4o-mini", **options)
    model([{"role": "user", "content": [{"type": "text", "text": "Hi"}]}])
    time.sleep(0.005)
    ToolCallingAgent(tools=[Weather()], model=model, max_steps=1, verbosity_level=0).run("How is the weather?")
    time.sleep(0.005)
    CodeAgent(tools=[], model=model, max_steps=1, verbosity_level=0).run("What is 1 + 1?")
    time.sleep(0.005)
    try:
        OpenAIServerModel("no-such-model", **options)([{"role": "user", "content": "Hi"}])
    except Exception:
        time.sleep(0.005)
    mlflow.smolagents.autolog(disable=True)
    model([{"role": "user", "content": [{"type": "text", "text": "Hi"}]}])
