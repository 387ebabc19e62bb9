"""What traces of streams say, whatever the version of the library; the real MLflow has none of most of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

HELLO, CALLED, GOOD_DAY = "Hello world", '"get_weather"', "Good day."
EXPECTED: dict[str, list[tuple[str, int | None, str]]] = {
    "anthropic_streams": [
        ("Messages.create", 15, GOOD_DAY),
        ("Messages.stream", 15, GOOD_DAY),
        ("Messages.stream", 15, GOOD_DAY),
        ("Messages.create", 15, GOOD_DAY),
        ("Messages.create", 15, GOOD_DAY),
        ("AsyncMessages.create", 15, GOOD_DAY),
        ("AsyncMessages.stream", 15, GOOD_DAY),
    ],
    "bedrock_streams": [
        ("BedrockRuntime.converse_stream", 8, GOOD_DAY),
        ("BedrockRuntime.converse_stream", 8, CALLED),
        ("BedrockRuntime.invoke_model_with_response_stream", 9, GOOD_DAY),
    ],
    "gemini_streams": [
        ("Models.generate_content_stream", 6, HELLO),
        ("Chat.send_message_stream", 6, HELLO),
        ("AsyncModels.generate_content_stream", 6, HELLO),
        ("AsyncChat.send_message_stream", 6, HELLO),
        ("AsyncModels.embed_content", None, "0.25"),
    ],
    "groq_streams": [
        ("Completions", None, HELLO),
        ("Completions", None, CALLED),
        ("Completions", 21, "You said: Hi"),
        ("AsyncCompletions", 21, "You said: Hi"),
        ("AsyncCompletions", None, HELLO),
    ],
    "mistral_streams": [
        ("Chat.stream", 11, HELLO),
        ("Chat.stream", 11, CALLED),
        ("Chat.stream_async", 11, HELLO),
        ("Embeddings.create_async", None, "0.25"),
        ("Fim.complete_async", 21, "You said: def f("),
        ("Agents.complete_async", 21, "You said: Hi"),
    ],
    "openai_helpers": [
        ("Completions", 21, "You said: Hi"),
        ("Completions", None, HELLO),
        ("Embeddings", None, "0.25"),
        ("Completions", 21, "Oslo"),
        ("Completions", None, "there"),
        ("AsyncCompletions", 21, "You said: Hi"),
        ("AsyncCompletions", None, HELLO),
        ("Responses", 10, "Oslo"),
    ],
}
"""Of each trace the name of its first span, all tokens, and a part of what came of it."""


def hold_streams(library: str, traced: Callable[[str, str], Any], left_out: int = 0) -> None:
    """Assert that the traces of a library's streams say what they should, but for the last ones that it lacks."""
    traces = traced(library, "ours")
    expected = EXPECTED[library][: len(EXPECTED[library]) - left_out]
    tokens = [json.loads(trace["metadata"].get("mlflow.trace.tokenUsage", "{}")) for trace in traces]
    found = [(trace["spans"][0]["name"], each.get("total_tokens")) for trace, each in zip(traces, tokens, strict=True)]
    assert found == [each[:2] for each in expected]
    for trace, (name, _, part) in zip(traces, expected, strict=True):
        outputs = json.dumps(trace["spans"][0]["attributes"]["mlflow.spanOutputs"])
        assert part in outputs, (name, outputs)
        if "stream" in name.lower():
            assert trace["spans"][0]["events"], name
        assert trace["state"] == "OK", name
