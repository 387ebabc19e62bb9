"""A program of DSPy."""

from __future__ import annotations

from typing import Any

import dspy


class Program(dspy.Module):  # type: ignore[misc]
    def __init__(self) -> None:
        super().__init__()
        self.step = dspy.ChainOfThought("question -> answer")

    def forward(self, question: Any) -> Any:
        """The one step."""
        return self.step(question=question if isinstance(question, str) else question[-1]["content"])
