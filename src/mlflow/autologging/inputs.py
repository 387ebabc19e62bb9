"""What a model that is logged by itself takes and gives, from the data that it was trained on."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from mlflow.models.interface import ModelSignature, infer_signature

EXAMPLE_ROWS = 5
"""How many rows of the training data make an input example."""


def example_of(x: Any) -> Any:
    """A copy of the first rows of training data: take it before the training, which may change its data in place."""
    head = x.head(EXAMPLE_ROWS) if hasattr(x, "head") else x[:EXAMPLE_ROWS]
    return copy.deepcopy(head)


def signature_of(example: Any, predict: Callable[[Any], Any] | None) -> ModelSignature:
    """The signature of a model that was trained: of its input, and of what it predicts for it, if it predicts."""
    return infer_signature(example, None if predict is None else predict(copy.deepcopy(example)))
