"""The parameters and type hints of predict functions."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, get_args, get_origin, get_type_hints

from mlflow.models.interface import _TypeHints
from mlflow.types.type_hints import TypeFromExample


def parameters_of(function: Callable[..., Any]) -> list[str]:
    """The names of a function's parameters, without `self`."""
    return [name for name in inspect.signature(function).parameters if name != "self"]


def type_hints_of(function: Callable[..., Any]) -> _TypeHints:
    """The type hints of a predict function's input and output.

    An input's counts only if it is `list[…]`, the hint of rows, or `TypeFromExample`.
    """
    names = [name for name in parameters_of(function) if name not in ("context", "params")]
    try:
        hints = get_type_hints(function)
    except (NameError, TypeError):
        # Hints as text that names what is not there: as good as no hints.
        return _TypeHints()
    given = hints.get(names[0]) if names else None
    # Whoever writes `model_input: Any` or `: DataFrame` takes what `predict` is called with, as it is.
    is_rows = get_origin(given) is list and get_args(given)
    return _TypeHints(given if is_rows or given is TypeFromExample else None, hints.get("return"))
