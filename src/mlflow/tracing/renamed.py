"""Arguments by the names that MLflow 2 had for them, which libraries still use."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])

_NAMES = {"request_id": "trace_id", "request_ids": "trace_ids"}


def as_request_id(function: F) -> F:
    """Accept `request_id` for `trace_id`, and `request_ids` for `trace_ids`, by keyword."""

    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        for old, new in _NAMES.items():
            if old in kwargs:
                kwargs[new] = kwargs.pop(old)
        return function(*args, **kwargs)

    return wrapper  # type: ignore[return-value]
