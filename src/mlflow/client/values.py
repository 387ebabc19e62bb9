"""What users log, as the values that stores take: numbers, times, steps and texts."""

from __future__ import annotations

import logging
from typing import Any

from millrace.errors import InvalidParameterValue
from millrace.model import Metric, Param
from millrace.model.limits import MAX_PARAM_LENGTH, MAX_TAG_LENGTH, check_key
from millrace.settings import MLFLOW_TRUNCATE_LONG_VALUES
from mlflow.client.base import now_ms

_logger = logging.getLogger("mlflow.utils.validation")


def metric_of(
    key: str,
    value: Any,
    timestamp: int | None,
    step: int | None,
    *,
    path: str = "",
    model_id: str | None = None,
    dataset_name: str | None = None,
    dataset_digest: str | None = None,
    run_id: str | None = None,
) -> Metric:
    """A point from what a user gave.

    Args:
        key: the metric's key.
        value: anything that `float` takes: numbers, texts of numbers, arrays and tensors of one element.
        timestamp: milliseconds since 1970, UTC; now when None.
        step: 0 when None.
        path: where the point is in a list, e.g. `metrics[0]`, for the error.

    Raises:
        InvalidParameterValue: something is no number.
    """
    if not isinstance(key, str):
        check_key(key, f"{path}.name" if path else "name")
    when = now_ms() if timestamp is None else _whole(timestamp, "timestamp", key, value)
    return Metric(
        key,
        number_of(value, f"{path}.value" if path else "value", when),
        when,
        0 if step is None else _whole(step, "step", key, value),
        model_id,
        dataset_name,
        dataset_digest,
        run_id,
    )


def number_of(value: Any, parameter: str = "value", timestamp: int | None = None) -> float:
    """The number that a user meant; raises InvalidParameterValue when there is none."""
    if isinstance(value, float):
        return value
    if value is None:
        raise InvalidParameterValue(f"Missing value for required parameter '{parameter}'.")
    if hasattr(value, "item"):
        # numpy, torch, tensorflow, jax: one element, wherever it lives; more than one has no `item`.
        try:
            value = value.item()
        except (ValueError, RuntimeError, TypeError):
            pass
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        raise InvalidParameterValue(
            f"Invalid value \"{value}\" for parameter '{parameter}' supplied: (timestamp={timestamp}). "
            "Please specify value as a valid double (64-bit floating point)"
        ) from None


def _whole(value: Any, parameter: str, key: str, number: Any) -> int:
    if isinstance(value, int):
        return value
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        what = "Step" if parameter == "step" else "Timestamp"
        raise InvalidParameterValue(
            f"Invalid value \"{value}\" for parameter '{parameter}' supplied: metric '{key}' (value={number}). "
            f"{what} must be a valid long (64-bit integer)."
        ) from None


def param_of(key: str, value: Any) -> Param:
    """A param from what a user gave; a text that is too long is cut if `MLFLOW_TRUNCATE_LONG_VALUES` says so."""
    if not isinstance(key, str):
        check_key(key, "key")
    return Param(key, _cut(str(value), MAX_PARAM_LENGTH, "Param value"))


def text_of_tag(value: Any) -> str:
    """The text of a tag's value; cut if it is too long and `MLFLOW_TRUNCATE_LONG_VALUES` says so."""
    return _cut(str(value), MAX_TAG_LENGTH, "value")


def _cut(text: str, limit: int, what: str) -> str:
    if len(text) <= limit or not MLFLOW_TRUNCATE_LONG_VALUES.get():
        return text
    _logger.warning(
        "%s '%s...' (%d characters) is truncated to %d characters to meet the length limit.",
        what,
        text[:100],
        len(text),
        limit,
    )
    return text[:limit]
