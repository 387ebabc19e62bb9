"""Kinds of models whose interface is fixed: chat models and agents, which all take and give the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from mlflow.models.interface import ModelSignature

if TYPE_CHECKING:
    from mlflow.pyfunc.model import PythonModel, PythonModelContext


NO_STREAM = (
    "Streaming implementation not provided. Please override the `predict_stream` method on your model to generate "
    "streaming predictions"
)
"""Why a model whose class does not define `predict_stream` does not stream."""


class FixedInterface(NamedTuple):
    """What is known of a model before anybody looked at it."""

    name: str
    """The class that the user derives from, for messages."""
    task: str
    """What the `MLmodel` file's metadata calls it."""
    loader_module: str
    """The module that loads it."""
    signature: ModelSignature
    """What it takes and gives."""
    example: Callable[[Any], dict[str, Any]]
    """Makes a request of the user's input example, or of None."""
    check: Callable[[PythonModel, PythonModelContext, dict[str, Any]], None]
    """Predicts a request; raises where what the model gives is not what it should be."""
    wrap: Callable[[PythonModel, PythonModelContext], Any]
    """Puts a loaded model behind the interface that every flavor gives pyfunc."""


def request_of(data: Any) -> dict[str, Any]:
    """The request in a model's input: a dict, or the first row of a DataFrame; arrays become lists."""
    import pandas as pd

    given: dict[Any, Any] = data.iloc[0].to_dict() if isinstance(data, pd.DataFrame) else data
    return {str(key): _plain(value) for key, value in given.items()}


def _plain(value: Any) -> Any:
    import numpy as np

    if isinstance(value, np.ndarray | np.generic):
        return _plain(value.tolist())
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list) else value
