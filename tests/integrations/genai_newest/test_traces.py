"""The newest versions of the libraries, which MLflow 3.8.1 does not know, are traced as those that it knows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

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
}
"""The root spans of the calls."""


@pytest.mark.parametrize("library", sorted(NAMES))
def test_the_newest_versions_are_traced(library: str, traced: Callable[[str, str], Any]) -> None:
    traces = traced(library, "ours")
    assert [trace["spans"][0]["name"] for trace in traces] == NAMES[library]
    for trace in traces:
        for span in trace["spans"]:
            assert span["attributes"].get("mlflow.spanOutputs") or trace["state"] == "ERROR" or span["name"] == "outer"
    assert sum(trace["state"] == "ERROR" for trace in traces) == 1


def test_tokens_of_openai(traced: Callable[[str, str], Any]) -> None:
    texts = [trace["metadata"].get("mlflow.trace.tokenUsage") for trace in traced("openai", "ours")]
    assert [text and int(text.rpartition(" ")[2].rstrip("}")) for text in texts] == USED
