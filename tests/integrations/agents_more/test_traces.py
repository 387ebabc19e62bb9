"""Traces of Strands Agents and Agno are those that the real MLflow makes of the same calls, but for what is listed."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from running import hold

from tests.serving import awaited

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
AGNO = {
    "agno/*/created_at": "a time",
    "agno/*/duration": "a duration",
    "agno/*/mlflow.chat.tools": "what tools a model is offered is shown as of other libraries",
    "agno/*/mlflow.spanOutputs": "messages are no text",
    "agno/[37]/*/tool_calls/0/function/arguments": "the arguments of a tool are put together, too",
    "agno/[37]/spans/*/events": "the pieces of streams are events",
    "agno/5/spans/0/attributes/*id": "what Agno makes up for a run that fails is not told",
    "agno/5/spans/*/events*": "an exception is told once, and in one way, by the name of its class",
    "agno/5/spans/*/status/*": "the status names the exception",
    "agno/5/previews/1": "nothing is no text",
    "agno/9/spans/*/attributes/*.id": "a workflow's run and session are told, too",
}
REPEATED = ("input.", "output.", "llm.input_messages.", "llm.output_messages.", "llm.token_count.", "llm.tools.")
"""What OpenInference writes once more in its own way; `graph.` and others tell of how it draws them."""


def test_strands(traced: Callable[[str, str], Any]) -> None:
    hold("strands", STRANDS, traced)


@pytest.fixture
def upstream(tmp_path: Path) -> Iterator[str]:
    """The address of a server of the real MLflow, which sends traces of Agno nowhere else."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    home = tmp_path / "server"
    home.mkdir()
    settings = {**os.environ, "PYTHONPATH": str(Path(sys.prefix) / "upstream")}
    command = [sys.executable, "-m", "mlflow", "server", "--port", port, "--workers", "1"]
    command += ["--backend-store-uri", f"sqlite:///{home}/store.db"]
    with (home / "log").open("w") as log:
        process = subprocess.Popen(command, cwd=home, env=settings, stdout=log, stderr=log, start_new_session=True)
        try:
            awaited(f"http://127.0.0.1:{port}", process, home / "log", seconds=90)
            yield f"http://127.0.0.1:{port}"
        finally:
            os.killpg(process.pid, 15)
            process.wait(30)


def test_agno(traced: Callable[[str, str], Any], upstream: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def both(library: str, whose: str) -> Any:
        if whose == "upstream":
            monkeypatch.setenv("TRACES_AT", upstream)
        else:
            monkeypatch.delenv("TRACES_AT")
        traces = traced(library, whose)
        for trace in traces:
            # MLflow loses what tools do, and tools that fail.
            trace["spans"] = [span for span in trace["spans"] if span["name"] != "inside" and not _failed(span)]
            for span in trace["spans"]:
                span["attributes"] = _without_repeated(span["attributes"])
        return traces

    hold("agno", AGNO, both, at_once=False)


def _failed(span: dict[str, Any]) -> bool:
    return span["type"] == "TOOL" and span["status"][0] == "ERROR"


def _without_repeated(attributes: dict[str, Any]) -> dict[str, Any]:
    left_out = (*REPEATED, "graph.", "openinference.")
    return {key: value for key, value in attributes.items() if not key.startswith(left_out)}
