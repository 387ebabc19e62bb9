"""Traces of Strands Agents and Agno are those that the real MLflow makes of the same calls, but for what is listed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from running import hold

STRANDS = {
    "strands/*/gen_ai.event.*_time": "spans have times themselves",
    "strands/*/gen_ai.server.time_to_first_token": "a duration",
    "strands/*/gen_ai.usage.cache_*": "none is told from unknown",
    "strands/*/spans/*/type": "steps have a type, too",
    "strands/*/mlflow.spanType": "steps have a type, too",
    "strands/*/attributes/mlflow.spanInputs": "what the model said before is among its messages",
    "strands/1/spans/0/attributes/mlflow.chat.tokenUsage/*": "a run is counted without the agent's runs before it",
    "strands/*/status/0": "what went well is OK",
    "strands/8/spans/0/events": "the inputs and outputs say it",
}


def test_strands(traced: Callable[[str, str], Any]) -> None:
    hold("strands", STRANDS, traced)
