"""The newest versions of the libraries, which MLflow 3.8.1 does not know, are traced as those that it knows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from streaming import EXPECTED, hold_streams

USED = [21, 11, 21, 21, None, None, None, 10, 10, None, 21, None, 10, None, 21, None]
NAMES = {
    "openai": [
        *["Completions"] * 6,
        "Embeddings",
        *["Responses"] * 2,
        "Completions",
        *["AsyncCompletions"] * 2,
        "AsyncResponses",
        "AsyncEmbeddings",
        "Completions",
        "outer",
    ],
    "anthropic": [*["Messages.create"] * 4, "AsyncMessages.create"],
    "groq": ["Completions"] * 3,
    "langchain": [
        "ChatOpenAI",
        *["RunnableSequence"] * 2,
        "Retriever",
        "get_weather",
        "fails",
        *["LangGraph"] * 2,
        "RunnableSequence",
        "outer",
        "RunnableSequence",
    ],
    "mistral": [*["Chat.complete"] * 3, "Chat.complete_async"],
    "gemini": [
        *["Models.generate_content"] * 2,
        "Models.embed_content",
        "Chat.send_message",
        "Models.generate_content",
        "AsyncModels.generate_content",
        "AsyncModels.embed_content",
        "AsyncChat.send_message",
        "Models.count_tokens",
        "Models.generate_content",
    ],
    "bedrock": [*["BedrockRuntime.converse"] * 2, "BedrockRuntime.invoke_model", "BedrockRuntime.converse"],
    "smolagents": ["OpenAIModel.__call__", "ToolCallingAgent.run", "CodeAgent.run", "OpenAIModel.__call__"],
    "pydantic_ai": [
        "Agent.run_sync",
        "Agent.run",
        "Agent.run_sync",
        *["Agent.run_stream"] * 2,
        "Agent.run_stream_sync",
    ],
    "openai_agents": [*["AgentRunner.run"] * 2, "Agent workflow", "AgentRunner.run", "mine"],
}
"""The root spans of the calls."""


@pytest.mark.parametrize("library", sorted(NAMES))
def test_the_newest_versions_are_traced(library: str, traced: Callable[[str, str], Any]) -> None:
    traces = traced(library, "ours")
    assert [trace["spans"][0]["name"] for trace in traces] == NAMES[library]
    for trace in traces:
        outputs = trace["spans"][0]["attributes"].get("mlflow.spanOutputs")
        assert outputs or trace["state"] == "ERROR" or trace["spans"][0]["name"] in ("outer", "mine")
    assert sum(trace["state"] == "ERROR" for trace in traces) == 1


@pytest.mark.parametrize("library", sorted(EXPECTED))
def test_streams_of_the_newest_versions_are_recorded(library: str, traced: Callable[[str, str], Any]) -> None:
    hold_streams(library, traced)


def test_tokens_of_openai(traced: Callable[[str, str], Any]) -> None:
    texts = [trace["metadata"].get("mlflow.trace.tokenUsage") for trace in traced("openai", "ours")]
    assert [text and int(text.rpartition(" ")[2].rstrip("}")) for text in texts] == USED
