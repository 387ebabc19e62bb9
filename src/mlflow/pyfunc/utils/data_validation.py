"""Checking what a predict function gets against its type hints.

MLflow's pickles of models with hints refer to `FuncInfo` and `_validate_model_input` here: keep both names.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from mlflow.pyfunc.model import parameters_of, type_hints_of
from mlflow.types.type_hints import convert_to_hint, schema_of_hint

F = TypeVar("F", bound=Callable[..., Any])


class FuncInfo(NamedTuple):
    """What the check needs to know of a predict function."""

    input_type_hint: Any
    input_param_name: str


def _validate_model_input(
    args: Any, kwargs: dict[str, Any], position: int, hint: Any, name: str
) -> tuple[Any, dict[str, Any]]:
    """Arguments with the input converted to its hint.

    Raises:
        MlflowException: the input does not fit the hint.
    """
    if name in kwargs:
        return args, {**kwargs, name: validated(kwargs[name], hint)}
    if len(args) > position:
        changed = list(args)
        changed[position] = validated(args[position], hint)
        return tuple(changed), kwargs
    return args, kwargs


def validated(data: Any, hint: Any) -> Any:
    """Data converted to a hint; unchanged where the hint says nothing that can be checked."""
    return data if hint is None or schema_of_hint(hint) is None else convert_to_hint(as_rows(data), hint)


def as_rows(data: Any) -> Any:
    """Rows of a DataFrame as hints describe them: values of its only column, or dicts."""
    import pandas as pd

    if isinstance(data, pd.DataFrame):
        return data.iloc[:, 0].tolist() if len(data.columns) == 1 else data.to_dict("records")
    return data


def pyfunc(func: F) -> F:
    """Decorate a predict function, so that its input is checked against its type hints on every call."""
    hints = type_hints_of(func)
    names = [name for name in parameters_of(func) if name not in ("context", "params")]
    if hints.input is None or not names:
        return func

    @functools.wraps(func)
    def checked(*args: Any, **kwargs: Any) -> Any:
        position = parameters_of(func).index(names[0])
        args, kwargs = _validate_model_input(args, kwargs, position, hints.input, names[0])
        return func(*args, **kwargs)

    return checked  # type: ignore[return-value]
