"""Checking what a predict function gets against its type hints.

MLflow's pickles of models with hints refer to `FuncInfo` and `_validate_model_input` here, and ours do in MLflow: keep
both names, and name nothing else of ours in what `pyfunc` makes.
"""

from __future__ import annotations

import functools
import inspect
import logging
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar, get_args, get_origin

from mlflow.pyfunc.hints import parameters_of, type_hints_of
from mlflow.types.type_hints import TypeFromExample, convert_to_hint, is_pydantic_model, schema_of_hint

F = TypeVar("F", bound=Callable[..., Any])

_logger = logging.getLogger("mlflow.types.type_hints")


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
    return data if hint is None or schema_of_hint(hint) is None else convert_to_hint(as_rows(data, hint), hint)


def as_rows(data: Any, hint: Any = None) -> Any:
    """Rows of a DataFrame as a hint describes them: dicts, or the values of its first column."""
    import pandas as pd

    if not isinstance(data, pd.DataFrame):
        return data
    item = get_args(hint)[0] if get_args(hint) else None
    if get_origin(item) is dict or is_pydantic_model(item) or (item is None and len(data.columns) > 1):
        return data.to_dict("records")
    if len(data.columns) > 1:
        _logger.warning(
            "`predict` function with list[...] type hints of non-dictionary collection type only supports pandas "
            f"DataFrame with a single column. But got {len(data.columns)} columns. The data will be converted to a "
            "list of the first column."
        )
    return data.iloc[:, 0].tolist()


def pyfunc(func: F) -> F:
    """Decorate a predict function, so that its input is checked against its type hints on every call."""
    hints = type_hints_of(func)
    names = [name for name in parameters_of(func) if name not in ("context", "params")]
    hint = hints.input
    if hint is None or hint is TypeFromExample or not names or hasattr(func, "_is_pyfunc"):
        return func
    name = names[0]
    # Called with `self` where it is a method: its parameters as they are written count.
    position = list(inspect.signature(func).parameters).index(name)

    @functools.wraps(func)
    def checked(*args: Any, **kwargs: Any) -> Any:
        args, kwargs = _validate_model_input(args, kwargs, position, hint, name)
        return func(*args, **kwargs)

    checked._is_pyfunc = True  # type: ignore[attr-defined]
    return checked  # type: ignore[return-value]
