"""The place where other libraries look for what the scoring server writes; it lives in `mlflow.models`."""

from __future__ import annotations

from typing import Any, TextIO

from mlflow.models.scoring import bare_json, predictions_json

CONTENT_TYPE_CSV = "text/csv"
CONTENT_TYPE_JSON = "application/json"


def predictions_to_json(raw_predictions: Any, output: TextIO, metadata: dict[str, Any] | None = None) -> None:
    """Write what a model gave as `{"predictions": …}`.

    Args:
        raw_predictions: what `predict` gave.
        output: a text file that is open for writing.
        metadata: further fields beside `predictions`.

    Raises:
        MlflowException: `metadata` has `predictions` itself.
        TypeError: JSON has no form for what the model gave.
    """
    output.write(predictions_json(raw_predictions, metadata))


def unwrapped_predictions_to_json(raw_predictions: Any, output: TextIO) -> None:
    """Write what a model gave as it is, without `predictions` around it."""
    output.write(bare_json(raw_predictions))
