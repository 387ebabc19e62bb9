"""What is done with `openai-agents`."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from agents import (
    Agent,
    GuardrailFunctionOutput,
    Runner,
    function_tool,
    input_guardrail,
    set_default_openai_api,
    set_trace_processors,
    trace,
)
from agents.tracing import custom_span, function_span, handoff_span

import mlflow
import mlflow.openai


@function_tool  # type: ignore[untyped-decorator]
def get_weather(city: str) -> str:
    """The weather of a city."""
    return f"rain in {city}"


@input_guardrail  # type: ignore[untyped-decorator]
async def polite(context: Any, agent: Any, asked: Any) -> GuardrailFunctionOutput:
    """Finds all well."""
    return GuardrailFunctionOutput(output_info="fine", tripwire_triggered=False)


def run(address: str) -> None:
    set_trace_processors([])  # none that sends them away
    mlflow.openai.autolog()
    plain = Agent(name="plain", instructions="Be short.", model="gpt-4o-mini")
    helped: Any = {"tools": [get_weather], "input_guardrails": [polite], "handoffs": [plain]}
    asyncio.run(_run(plain, Agent(name="helped", model="gpt-4o-mini", **helped)))
    mlflow.openai.autolog(disable=True)
    time.sleep(0.005)
    with trace("not seen"):
        pass


async def _run(plain: Any, helped: Any) -> None:
    await Runner.run(plain, "Hi")
    await asyncio.sleep(0.005)
    set_default_openai_api("chat_completions")
    await Runner.run(helped, "Weather?")
    await asyncio.sleep(0.005)
    result = Runner.run_streamed(plain, "Hi")
    async for _ in result.stream_events():
        pass
    assert result.final_output == "Hello world"
    await asyncio.sleep(0.005)
    try:
        await Runner.run(Agent(name="lost", model="no-such-model"), "Hi")
    except Exception:
        await asyncio.sleep(0.005)
    _by_hand()


def _by_hand() -> None:
    with trace("mine", metadata={"key": "value"}):
        with custom_span("own", {"x": 1}):
            pass
        with handoff_span("one", "other"):
            pass
        with function_span("tool", "in", "out") as span:
            span.set_error({"message": "bad", "data": None})
