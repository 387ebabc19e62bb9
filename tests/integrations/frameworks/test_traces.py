"""Traces of Haystack and Semantic Kernel are those of the real MLflow for the same calls, but for what is listed."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from running import hold

_STATUS = "a span that went well says so"
_MORE = "more is told: what goes into and comes out of every span, and the tools that models are offered"
KNOWN: dict[str, dict[str, str]] = {
    "haystack": {
        "haystack/*/spans/*/status/0": _STATUS,
        "haystack/*/haystack.pipeline.output_data/*": "a pipeline's outputs are there when it ends",
        "haystack/[25]/spans/[02]/*type": "an agent's run is one of an agent",
        "haystack/[25]/spans/[02]/*/mlflow.spanType": "an agent's run is one of an agent",
        "haystack/[25]/spans/[02]/attributes/mlflow.span*puts": _MORE,
        "haystack/[25]/spans/*/mlflow.chat.tools": _MORE,
        "haystack/2/previews/*": "as inputs and outputs",
        "haystack/*/events/0/1/exception.*": "an exception is told in one way, by the name of its class",
    },
    "semantic_kernel": {
        "semantic_kernel/*/spans/*/status/0": _STATUS,
        "semantic_kernel/*/spans/[1-4]/attributes/mlflow.span*puts": _MORE,
        "semantic_kernel/[3589]/spans/0/attributes/mlflow.span*puts": _MORE,
        "semantic_kernel/1[13]/spans/0/attributes/mlflow.span*puts": _MORE,
        "semantic_kernel/*/spans/*/attributes/mlflow.chat.tools": _MORE,
        "semantic_kernel/*/previews/*": "as inputs and outputs",
        "semantic_kernel/*/spans/*/events": "pieces of streams, and each exception once",
        "semantic_kernel/*/spans/*/attributes/error.type": "an exception is told in one way, in the status",
        "semantic_kernel/*/spans/0/attributes/gen_ai.input.messages": "messages that are given by name are told, too",
        "semantic_kernel/7/spans/1/attributes/sk.available_functions": "an empty text is one",
    },
}
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+")


@pytest.mark.timeout(600)
@pytest.mark.parametrize("library", sorted(KNOWN))
def test_traces_are_mlflows(library: str, traced: Callable[[str, str], Any]) -> None:
    def both(library: str, whose: str) -> Any:
        traces = _without_moments(traced(library, whose))
        for trace in traces:
            # Kernels that stream we record, and MLflow does not.
            trace["spans"] = [span for span in trace["spans"] if not _is_ours(span)]
            for span in trace["spans"]:
                span["parent"] = None if _is_ours({"name": span["parent"] or ""}) else span["parent"]
        return traces

    hold(library, KNOWN[library], both)


def _is_ours(span: dict[str, Any]) -> bool:
    return span["name"] in ("Kernel.invoke_stream", "Kernel.invoke_prompt_stream")


def _without_moments(value: Any) -> Any:
    """Haystack notes when a stream begins, in local time."""
    if isinstance(value, dict):
        return {key: _without_moments(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_without_moments(each) for each in value]
    return _MOMENT.sub("TIME", value) if isinstance(value, str) else value
