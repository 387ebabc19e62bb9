"""What Spark hands to a function of columns, as the DataFrame that a model predicts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from mlflow.types.schema import Schema


def column_names(schema: Schema | None) -> list[str] | None:
    """The names of a signature's columns, none where it names none; None without a signature."""
    if schema is None:
        return None
    return [str(name) for name in schema.input_names()] if schema.has_input_names() else []


def optional_columns(schema: Schema | None) -> list[str]:
    """The names of a signature's columns that may be missing."""
    named = [] if schema is None or not schema.has_input_names() else schema.inputs
    return [str(each.name) for each in named if not getattr(each, "required", True)]


def frame_of(arguments: tuple[Any, ...], names: list[str] | None, optional: Sequence[str] = ()) -> Any:
    """The arguments of a call, Series and (of structs) DataFrames, as one DataFrame.

    Args:
        arguments: one for each column, or one struct of all columns.
        names: the names of the model's columns; numbers from 0 where it names none, as texts without a signature.
        optional: those that are empty where they are missing.
    """
    import pandas as pd

    only = arguments[0] if len(arguments) == 1 else None
    if isinstance(only, pd.DataFrame) and not (names and len(names) == 1 and names[0] not in only.columns):
        return only
    known: Iterable[Any] = names or map(str if names is None else int, range(len(arguments)))
    frame = pd.DataFrame({name: _column(each) for name, each in zip(known, arguments, strict=False)})
    return frame.assign(**{name: None for name in optional if name not in frame.columns})


def _column(argument: Any) -> Any:
    import pandas as pd

    if isinstance(argument, pd.DataFrame):
        return pd.Series(argument.to_dict("records"), index=argument.index)
    return argument
