"""Save models one after the other that differ only in what they choose to import; writes what each requires.

Usage: `python save_alike.py ANSWER`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch

import mlflow

ROWS = np.ones((1, 2), np.float32)


class Chooses(torch.nn.Module):
    """Imports a package when it is asked something, if it was told to."""

    def __init__(self, first: str, second: str, checked: bool = False, width: int = 2) -> None:
        super().__init__()
        self.first, self.second, self.checked = first, second, checked
        self.layer = torch.nn.Linear(2, width)

    def forward(self, rows: Any) -> Any:
        __import__(self.first)
        if self.checked:
            __import__("onnx")
        return self.layer(rows)


def required(model: Any, name: str) -> list[str]:
    """What a model requires, without versions."""
    mlflow.pytorch.save_model(model, name, input_example=ROWS)
    lines = Path(name, "requirements.txt").read_text().split()
    return sorted(
        {line.partition("==")[0] for line in lines} & {"torch", "onnx", "sentencepiece", "peft", "tensorboard"}
    )


if __name__ == "__main__":
    models = {
        "plain": Chooses("math", "peft"),
        "wider": Chooses("math", "peft", width=5),
        "the other way": Chooses("peft", "math"),
        "checked": Chooses("math", "peft", checked=True),
        "of the library": torch.nn.Sequential(torch.nn.Linear(2, 1)),
    }
    Path(sys.argv[1]).write_text(json.dumps({name: required(model, name) for name, model in models.items()}))
