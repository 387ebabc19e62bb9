"""Traces of CrewAI are those that the real MLflow makes of the same calls, but for what is listed, and for more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from running import hold

KNOWN = {
    "crewai/*/spans/*/attributes/*": "objects are shown by what says something of them, not by their texts",
    "crewai/*/events/0/1/exception.*": "an exception is told in one way, by the name of its class",
}


def test_traces_are_mlflows(traced: Callable[[str, str], Any]) -> None:
    def both(library: str, whose: str) -> Any:
        traces = traced(library, whose)
        for trace in traces:
            # Tools, and most models, we record and MLflow does not; it records a memory where nothing is kept.
            trace["spans"] = [span for span in trace["spans"] if span["type"] not in ("LLM", "TOOL", "MEMORY")]
        return [trace for trace in traces if trace["spans"]]

    hold("crewai", KNOWN, both)
