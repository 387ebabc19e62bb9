"""What a piece of a stream costs when it is recorded: CPU time of ours, by how many pieces there are.

Run in the environment of a group with `openai`:

    PYTHONPATH=src .integrations/genai/bin/python benchmarks/streams.py
"""

from __future__ import annotations

import tempfile
import time
from typing import Any

from openai.types.chat import ChatCompletionChunk

import mlflow
from mlflow.openai.autologging import _gather
from mlflow.tracing.library import stream


def pieces(count: int) -> list[Any]:
    """Chunks of a chat completion, as the client makes them."""
    common = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    choice = {"index": 0, "delta": {"content": "word "}, "finish_reason": None}
    return [ChatCompletionChunk.model_validate({**common, "choices": [choice]}) for _ in range(count)]


def cost_us(count: int) -> float:
    """Microseconds of CPU time that a piece costs, the end of the span included."""
    given = pieces(count)
    best = float("inf")
    for _ in range(5):
        span = mlflow.start_span_no_context("stream", "CHAT_MODEL")
        before = time.process_time()
        for _ in stream("openai", span, iter(given), _gather):
            pass
        best = min(best, time.process_time() - before)
    return best / count * 1e6


def main() -> None:
    """Print the cost for short and for long streams."""
    with tempfile.TemporaryDirectory() as folder:
        mlflow.set_tracking_uri(folder)
        for count in (100, 1_000, 10_000):
            print(f"{count:6,} pieces: {cost_us(count):6.1f} µs each")
        mlflow.flush_trace_async_logging()


if __name__ == "__main__":
    main()
