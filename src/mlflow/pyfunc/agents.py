"""Requests to agents, and their answers, as pydantic models and as what JSON knows."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

from pydantic import BaseModel, ValidationError

import mlflow
from millrace.errors import MlflowException


def as_json(answer: Any, kind: type[BaseModel], refusal: str | None = None) -> dict[str, Any]:
    """An answer as JSON knows it, whether the agent gave it as a pydantic model or as a dict.

    Args:
        answer: what the agent gave.
        kind: what it should be.
        refusal: how the sentence begins that says that it is not; None of an answer that was asked for by a request.

    Raises:
        MlflowException: it is not.
    """
    try:
        kind.model_validate(answer)
    except ValidationError as error:
        if refusal is None:
            refusal = (
                f"Model returned an invalid response. Expected a {kind.__name__} object or dictionary with the same "
                "schema. "
            )
        raise MlflowException(f"{refusal}Pydantic validation error: {error}") from error
    return answer if isinstance(answer, dict) else answer.model_dump(exclude_none=True)


def example_of(given: Any, kind: type[BaseModel], name: str, default: dict[str, Any]) -> dict[str, Any]:
    """A request from the user's input example: a pydantic model, or a dict that it could be made of.

    Raises:
        MlflowException: it is neither.
    """
    if given is None:
        return dict(default)
    try:
        kind.model_validate(given)
    except ValidationError as error:
        raise MlflowException.invalid_parameter_value(
            f"Invalid input example. Expected a {name} object or dictionary with its schema. "
            f"Pydantic validation error: {error}"
        ) from error
    return _dumped(given)


def _dumped(value: Any) -> Any:
    """A value whose pydantic models, wherever they are, became dicts."""
    if isinstance(value, BaseModel):
        return value.model_dump(exclude_none=True)
    if isinstance(value, dict):
        return {key: _dumped(each) for key, each in value.items()}
    return [_dumped(each) for each in value] if isinstance(value, list) else value


def taking_dicts(
    function: Callable[..., Any], kind: type[BaseModel], refusal: str, unpacked: Callable[[Any], tuple[Any, ...]]
) -> Callable[..., Any]:
    """A method of an agent that also takes its request as a dict.

    Pickled classes carry what is made here into MLflow: it may name nothing but what MLflow has too.

    Args:
        function: the method.
        kind: what the dict is turned into.
        refusal: how the sentence begins that says that it cannot be.
        unpacked: the method's arguments, from the request.
    """

    @functools.wraps(function)
    def accepting(self: Any, *args: Any, **kwargs: Any) -> Any:
        if len(args) == 1 and isinstance(args[0], dict) and not kwargs:
            try:
                args = unpacked(kind(**args[0]))
            except ValueError as error:
                raise mlflow.exceptions.MlflowException(f"{refusal}Pydantic validation error: {error}") from error
        return function(self, *args, **kwargs)

    return accepting


def wrap_once(cls: type, names: tuple[str, ...], wrap: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
    """Wrap the methods that a class defines itself."""
    for name in names:
        method = cls.__dict__.get(name)
        if inspect.isfunction(method):
            setattr(cls, name, wrap(method))
