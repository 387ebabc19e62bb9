"""The classes of chats and agents take, refuse and become what MLflow's do."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from mlflow.types.responses import output_to_responses_items_stream, responses_to_cc
from mlflow.types.responses_helpers import Response

CASES = Path(__file__).with_name("chat_cases.py")


def _told(python: str) -> dict[str, Any]:
    done = subprocess.run([python, str(CASES)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def test_classes_are_mlflows(witness: str) -> None:
    ours, theirs = _told(sys.executable), _told(witness)
    assert ours.keys() == theirs.keys()
    assert len(ours) > 150
    assert {case: (ours[case], told) for case, told in theirs.items() if ours[case] != told} == {}


# Where MLflow 3.8.1 fails or loses something.


def test_each_call_of_a_tool_is_an_item() -> None:
    calls = [{"index": i, "id": f"c{i}", "function": {"name": f"f{i}", "arguments": "{}"}} for i in range(2)]
    chunks: list[dict[str, Any]] = [{"id": "1", "choices": [{"delta": {"tool_calls": [call]}}]} for call in calls]
    items = [event.model_dump()["item"] for event in output_to_responses_items_stream(iter(chunks))]
    assert [(item["call_id"], item["name"], item["arguments"]) for item in items] == [
        ("c0", "f0", "{}"),
        ("c1", "f1", "{}"),
    ]


def test_a_stream_without_chunks_has_no_events() -> None:
    assert list(output_to_responses_items_stream(iter([]))) == []


def test_a_refusal_is_a_message() -> None:
    item = {"type": "message", "role": "assistant", "content": [{"type": "refusal", "refusal": "no"}]}
    assert responses_to_cc(item) == [{"role": "assistant", "content": "no"}]


def test_texts_of_a_response_are_one() -> None:
    parts = [{"type": "output_text", "text": "a"}, {"type": "refusal", "refusal": "r"}]
    message = {"type": "message", "id": "1", "content": [*parts, {"type": "output_text", "text": "b"}]}
    response = Response.model_validate({"output": [message, {"type": "web_search_call"}]})
    assert response.output_text == "ab"
