"""What is done with `crewai`."""

from __future__ import annotations

import os
import time
from typing import Any

os.environ.update(CREWAI_DISABLE_TELEMETRY="true", CREWAI_TRACING_ENABLED="false")

from crewai import LLM, Agent, Crew, Task
from crewai.flow.flow import Flow, listen, start
from crewai.tools import tool

import mlflow
import mlflow.crewai


@tool("get_weather")  # type: ignore[untyped-decorator]
def get_weather(city: str) -> str:
    """The weather of a city."""
    return f"Rain in {city}"


class Steps(Flow):  # type: ignore[misc]
    @start()
    def first(self) -> str:
        """The first step."""
        return "one"

    @listen(first)
    def second(self, text: str) -> str:
        """The second step."""
        return f"{text}, two"


def _crew(llm: Any, **options: Any) -> Any:
    agent = Agent(role="Helper", goal="Help.", backstory="Old.", llm=llm, max_retry_limit=0, **options)
    task = Task(description="Say hello.", expected_output="A word.", agent=agent)
    return Crew(agents=[agent], tasks=[task])


def run(address: str) -> None:
    mlflow.crewai.autolog()
    options: Any = {"base_url": f"{address}/v1", "api_key": "nobody's", "max_retries": 0}
    llm = LLM(model="openai/gpt-4o-mini", **options)
    llm.call("Hi")
    time.sleep(0.01)
    _crew(llm).kickoff()
    time.sleep(0.01)
    _crew(llm, tools=[get_weather]).kickoff(inputs={"word": "a"})
    time.sleep(0.01)
    Steps().kickoff()
    time.sleep(0.01)
    try:
        _crew(LLM(model="openai/gpt-4o-mini", **{**options, "base_url": f"{address}/no-such-model"})).kickoff()
    except Exception:
        time.sleep(0.01)
    mlflow.crewai.autolog(disable=True)
    _crew(llm).kickoff()
