"""What Spark hands to a function of columns, as the DataFrame that a model predicts."""

from __future__ import annotations

from typing import Any

from mlflow.types.schema import Schema


def column_names(schema: Schema | None) -> list[str] | None:
    """The names of a signature's columns; None where it has none."""
    if schema is None or not schema.has_input_names():
        return None
    return [str(name) for name in schema.input_names()]


def frame_of(arguments: tuple[Any, ...], names: list[str] | None, required: int | None = None) -> Any:
    """The arguments of a call, Series and (of structs) DataFrames, as one DataFrame.

    Args:
        arguments: one for each column.
        names: the names of the model's columns; numbers from 0 by default.
        required: how many there must be at least.

    Raises:
        MlflowException: there are too few.
    """
    import pandas as pd

    only = arguments[0] if len(arguments) == 1 else None
    if isinstance(only, pd.DataFrame) and not (names is not None and len(names) == 1 and names[0] not in only.columns):
        return only
    if names is None:
        names = [str(index) for index in range(len(arguments))]
    return pd.DataFrame({name: _column(each) for name, each in zip(names, arguments, strict=False)})


def _column(argument: Any) -> Any:
    import pandas as pd

    if isinstance(argument, pd.DataFrame):
        return pd.Series(argument.to_dict("records"), index=argument.index)
    return argument
