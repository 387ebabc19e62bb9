"""The oldest versions of the libraries that are supported are traced, too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from streaming import EXPECTED, hold_streams

NAMES = {
    "anthropic": [*["Messages.create"] * 4, "AsyncMessages.create"],
    "bedrock": [*["BedrockRuntime.converse"] * 2, "BedrockRuntime.invoke_model", "BedrockRuntime.converse"],
    "groq": ["Completions"] * 3,
    "langchain": [
        "ChatOpenAI",
        *["RunnableSequence"] * 2,
        "Retriever",
        "get_weather",
        "fails",
        "LangGraph",
        "RunnableSequence",
        "outer",
        "RunnableSequence",
    ],
    "mistral": [*["Chat.complete"] * 3, "Chat.complete_async"],
    "smolagents": ["OpenAIServerModel.__call__", "ToolCallingAgent.run", "CodeAgent.run", "OpenAIServerModel.__call__"],
}
"""The root spans of the calls."""


@pytest.mark.parametrize("library", sorted(NAMES))
def test_the_oldest_versions_are_traced(library: str, traced: Callable[[str, str], Any]) -> None:
    traces = traced(library, "ours")
    assert [trace["spans"][0]["name"] for trace in traces] == NAMES[library]
    assert sum(trace["state"] == "ERROR" for trace in traces) == 1


@pytest.mark.parametrize("library", sorted(EXPECTED))
def test_streams_of_the_oldest_versions_are_recorded(library: str, traced: Callable[[str, str], Any]) -> None:
    hold_streams(library, traced, 1 if library == "openai_helpers" else 0)  # it has no responses yet
