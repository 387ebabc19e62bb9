"""Traces of agents' libraries are those that the real MLflow makes of the same calls, but for what is listed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from running import hold

KNOWN: dict[str, dict[str, str]] = {
    "ag2": {
        "ag2/*/spans/0/attributes/mlflow.spanOutputs/chat_id": "a number by chance",
        "ag2/*/previews/1": "as the outputs",
        "ag2/*/spans/*/attributes/client_id": "numbers of objects inside of the library say nothing",
        "ag2/*/spans/*/attributes/wrapper_id": "numbers of objects inside of the library say nothing",
        "ag2/*/spans/*/attributes/invocation_id": "numbers of objects inside of the library say nothing",
        "ag2/*/spans/*/attributes/is_cached": "the library's own cache is not looked into",
        "ag2/1/spans/[35]/attributes/mlflow.spanInputs/message/*": "a message is shown as its receiver has it",
        "ag2/3/spans": "an agent that fails is shown too",
    },
    "autogen": {
        "autogen/*/mlflow.spanInputs/cancellation_token": "objects inside of the library say nothing",
        "autogen/*/mlflow.chat.tools/0/function/*": "tools are shown as the agents have them",
        "autogen/2/spans/*/events/0/1/exception.*": "an exception is told in one way, by the name of its class",
    },
    "dspy": {
        "dspy/[78]/spans/*/status/1": "the status names the exception",
    },
    "llama_index": {
        "llama_index/10/spans/0/status/1": "the status names the exception",
        "llama_index/15/previews/1": "as the outputs",
        "llama_index/15/spans/0/attributes/mlflow.spanOutputs": "an asynchronous stream is put together too",
        "llama_index/1[78]/previews/0": "as the inputs",
        "llama_index/1[78]/spans/0/attributes/mlflow.spanInputs/[it]*": "how a workflow is run inside says nothing",
        "llama_index/18/spans/*/attributes/mlflow.spanInputs/ctx": "objects inside of the library say nothing",
        "llama_index/*/spans/*/attributes/mlflow.chat.tokenUsage": "what is not known is left out",
        "llama_index/*/spans/*/attributes/usage": "what is not known is left out",
    },
}


@pytest.mark.timeout(600)
@pytest.mark.parametrize("library", sorted(KNOWN))
def test_traces_are_mlflows(library: str, traced: Callable[[str, str], Any]) -> None:
    hold(library, KNOWN[library], traced)
