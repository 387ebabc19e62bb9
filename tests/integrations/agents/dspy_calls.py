"""What is done with `dspy`."""

from __future__ import annotations

import asyncio
import os
import time
from typing import Any

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"

import dspy
from dspy.teleprompt import BootstrapFewShot
from dspy.utils import DummyLM

import mlflow
import mlflow.dspy

SAID: Any = {"answer": "red", "reasoning": "It is."}


class Program(dspy.Module):  # type: ignore[misc]
    def __init__(self) -> None:
        super().__init__()
        self.step = dspy.ChainOfThought("question -> answer")

    def forward(self, question: str) -> Any:
        """The one step."""
        return self.step(question=question)


def get_weather(city: str) -> str:
    """The weather of a city."""
    return f"Rain in {city}"


def matches(example: Any, prediction: Any, trace: Any = None) -> bool:
    """Whether an answer is the one that was expected."""
    return bool(example.answer == prediction.answer)


class Retriever(dspy.Retrieve):  # type: ignore[misc]
    def forward(self, query: str, k: int | None = None) -> Any:
        """What is found."""
        return dspy.Prediction(passages=[f"about {query}"])


def _examples(*answers: str) -> list[Any]:
    return [
        dspy.Example(question=f"q{index}", answer=answer).with_inputs("question")
        for index, answer in enumerate(answers)
    ]


def run(address: str) -> None:
    mlflow.dspy.autolog()
    lm = dspy.LM("openai/gpt-4o-mini", api_base=f"{address}/v1", api_key="nobody's", cache=False, num_retries=0)
    lm("Hi")
    time.sleep(0.01)
    lm(messages=[{"role": "user", "content": "Hi"}], temperature=0.5)
    time.sleep(0.01)
    dspy.configure(lm=DummyLM([SAID] * 100))
    dspy.Predict("question -> answer")(question="What?")
    time.sleep(0.01)
    program = Program()
    program(question="What?")
    time.sleep(0.01)
    dspy.Tool(get_weather)(city="Oslo")
    time.sleep(0.01)
    Retriever()("What?")
    time.sleep(0.01)
    react = {"next_thought": "think", "next_tool_name": "get_weather", "next_tool_args": {"city": "Oslo"}}
    done = {"next_thought": "done", "next_tool_name": "finish", "next_tool_args": {}}
    with dspy.context(lm=DummyLM([react, done, SAID])):
        dspy.ReAct("question -> answer", tools=[get_weather])(question="Weather?")
    time.sleep(0.01)
    with dspy.context(lm=DummyLM([{"other": "x"}] * 3)):
        try:
            dspy.Predict("question -> answer")(question="What?")
        except Exception:
            time.sleep(0.01)
    try:
        dspy.LM("openai/no-such-model", api_base=f"{address}/v1", api_key="nobody's", num_retries=0)("Hi")
    except Exception:
        time.sleep(0.01)

    async def later() -> None:
        await program.step.acall(question="Later?")
        await asyncio.sleep(0.01)
        await lm.acall("Hi")

    asyncio.run(later())
    time.sleep(0.01)
    with mlflow.start_span("outer"):
        program(question="Inner?")
    time.sleep(0.01)
    evaluate = dspy.Evaluate(devset=_examples("red"), metric=matches, num_threads=1, display_progress=False)
    evaluate(program)
    time.sleep(0.01)
    BootstrapFewShot(metric=matches, max_bootstrapped_demos=1).compile(Program(), trainset=_examples("red"))
    time.sleep(0.01)
    mlflow.dspy.autolog(log_traces_from_compile=True, log_traces_from_eval=False)
    evaluate(program)
    BootstrapFewShot(metric=matches, max_bootstrapped_demos=1).compile(Program(), trainset=_examples("red"))
    time.sleep(0.01)
    mlflow.dspy.autolog(log_traces=False)
    program(question="What?")
    mlflow.dspy.autolog(disable=True)
    program(question="What?")
