"""Traces of clients of providers are those that the real MLflow makes of the same calls, but for what is listed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from running import hold

_TOOLS = "gemini/[19]/spans/*/attributes/mlflow.chat.tools/0/function/parameters/"
KNOWN: dict[str, dict[str, str]] = {
    "bedrock": {
        "bedrock/*/previews/0": "a preview shows what the user said, in Bedrock's words, too",
        "bedrock/3/spans/0/events/0/1/exception.*": "an exception is told in one way, by the name of its class",
    },
    "bedrock_streams": {
        "bedrock_streams/[01]/previews/0": "a preview shows what the user said, in Bedrock's words, too",
        "bedrock_streams/2/previews/1": "see below: the outputs are more",
        "bedrock_streams/2/spans/0/attributes/mlflow.spanOutputs/body": "what a model streamed is shown",
    },
    "groq": {
        "groq/2/spans/0/events/0/1/exception.*": "an exception is told in one way, by the name of its class",
    },
    "litellm": {"litellm/1/spans/0/attributes/*/created": "LiteLLM's own time of a stream"},
    "mistral": {},
    "pydantic_ai": {
        "pydantic_ai/*/attributes/toolsets": "objects inside of the library say nothing",
        "pydantic_ai/[!6]/*/attributes/instrumentation_settings": "objects inside of the library say nothing",
        "pydantic_ai/*/mlflow.spanInputs/run_context": "the context holds all of the run again",
        "pydantic_ai/*/mlflow.spanInputs/ctx": "the context holds all of the run again",
        "pydantic_ai/6/spans/[134]/attributes/[a-lnor-t]*": "how a server is run can hold secrets",
        "pydantic_ai/6/spans/[134]/attributes/max_retries": "how a server is run can hold secrets",
        "pydantic_ai/2/spans/*/events/0/1/exception.*": "an exception is told in one way, by the name of its class",
        "pydantic_ai/[345]/spans/0/attributes/mlflow.spanOutputs/*": "of a stream its messages only",
        "pydantic_ai/[345]/previews/1": "as the outputs",
        "pydantic_ai/4/spans/[13]/attributes/mlflow.spanOutputs/*": "a streamed response is shown as a whole one is",
    },
    "smolagents": {
        "smolagents/[03]/spans/0/attributes/client*": "how a model is reached holds the provider's key",
        "smolagents/[03]/spans/0/attributes/[krc]*": "objects inside of the library say nothing",
        "smolagents/3/spans/0/events/0/1/exception.*": "an exception is told in one way, by the name of its class",
        "smolagents/[12]/spans/0/attributes/tools": "tools are shown by their names",
        "smolagents/[12]/spans/0/attributes/managed_agents": "agents are shown by their names",
        "smolagents/[12]/spans/0/attributes/[_cfl]*": "objects inside of the library say nothing",
        "smolagents/[12]/spans/0/attributes/m[eo][!d]*": "objects inside of the library say nothing",
        "smolagents/[12]/spans/0/attributes/model": "objects inside of the library say nothing",
        "smolagents/[12]/spans/0/attributes/prompt_templates": "long texts of the library's own",
        "smolagents/2/spans/0/attributes/*_executor": "objects inside of the library say nothing",
        "smolagents/2/spans/0/attributes/executor_kwargs": "how code is run can hold secrets",
        "smolagents/[12]/spans/0/attributes/st[ae]*[es]": "objects inside of the library say nothing",
    },
    "gemini": {
        f"{_TOOLS}properties/city/*": "what is not said of a parameter is left out",
        "gemini/9/spans/0/attributes/mlflow.chat.tools": "tools are shown where the configuration is a dict, too",
        f"{_TOOLS}required": "what is not said of a parameter is left out",
        f"{_TOOLS}type": "the schema of parameters says that it is one of an object",
    },
}


@pytest.mark.parametrize("library", sorted(KNOWN))
def test_traces_are_mlflows(library: str, traced: Callable[[str, str], Any]) -> None:
    hold(library, KNOWN[library], traced)
