"""What a refused action says, in words that both products share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mlflow.exceptions import MlflowException, RestException


def kind(error: Exception) -> str:
    """The error's class as an `except` clause sees it: Millrace raises subclasses of MLflow's exceptions."""
    for one in (RestException, MlflowException):
        if isinstance(error, one):
            return one.__name__
    return type(error).__name__


def refused(action: Callable[[], Any]) -> str:
    """The class, the error code and the first line of what the action raises; "accepted" when it raises nothing."""
    try:
        action()
    except Exception as error:
        return f"{kind(error)} {getattr(error, 'error_code', '')}: {error}".split("\n")[0]
    return "accepted"
