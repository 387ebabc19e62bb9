"""Traces of gen-AI libraries are those that the real MLflow makes of the same calls, but for what is listed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from running import hold
from streaming import hold_streams

KNOWN: dict[str, dict[str, str]] = {
    "openai": {
        "openai/4/previews/1": "see below: the outputs are more",
        "openai/4/spans/0/attributes/mlflow.spanOutputs/choices/0/message/tool_calls": (
            "tool calls of a stream are put together"
        ),
        "openai/9/spans/0/status/1": "the status names the exception",
    },
    "openai_agents": {
        "openai_agents/1/spans/[47]/attributes/mlflow.chat.tools/0/function/parameters/*title": "a tool is shown whole",
        "openai_agents/2/previews/*": "of a run that is streamed, too, input and output are shown",
        "openai_agents/2/spans/0/attributes/mlflow.span*puts": "of a run that is streamed, too",
        "openai_agents/2/spans/2/attributes/mlflow.spanOutputs/0/created_at": "the SDK's own time",
        "openai_agents/3/spans/0/events/0/1/exception.*": "an exception is told in one way, by the name of its class",
        "openai_agents/3/spans/3/status/1": "the status names the exception",
    },
    "openai_helpers": {},
    "anthropic": {},
    "langchain": {
        "langchain/2/spans/3/parent": "what comes after a model in a chain is no step of the model, streamed or not",
        "langchain/5/spans/0/status/1": "the status names the exception",
    },
}


@pytest.mark.parametrize("library", sorted(KNOWN))
def test_traces_are_mlflows(library: str, traced: Callable[[str, str], Any]) -> None:
    hold(library, KNOWN[library], traced)


def test_streams_of_anthropic_are_recorded(traced: Callable[[str, str], Any]) -> None:
    hold_streams("anthropic_streams", traced)
