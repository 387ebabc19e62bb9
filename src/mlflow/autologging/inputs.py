"""What a model that is logged by itself takes and gives, from the data that it was trained on."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from mlflow.autologging.calls import Call
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


def described(call: Call, example: Any, infer: Callable[[], ModelSignature]) -> dict[str, Any]:
    """The arguments of a flavor's `log_model` that say what a model takes and gives, as the user's options have it.

    Args:
        call: the training.
        example: a few rows of the input, or None where they are not known.
        infer: finds the signature out from them.
    """
    signature = None
    if call.options["log_model_signatures"] and example is not None:
        with call.safely("infer the model's signature"):
            signature = infer()
    return {"signature": signature, "input_example": example if call.options["log_input_examples"] else None}
