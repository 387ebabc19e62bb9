"""What is known of a prediction that is under way; traces that begin in it say so.

The names and fields are those of MLflow's `mlflow.pyfunc.context`, where others import them from.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any


@dataclass(init=False)
class Context:
    """What is known of a prediction.

    Args:
        request_id: the id of the request that asked for it.
        is_evaluate: whether it is part of an evaluation; then traces have the request's id in a tag.
        dependencies_schemas: kinds of things that the model depends on, such as `{"dependencies_schemas":
            {"retrievers": […]}}`; traces have each kind in a tag, as JSON text.
        model_id: the logged model that predicts.
        endpoint_name: the endpoint that serves it.
    """

    request_id: str | None = None
    is_evaluate: bool = False
    dependencies_schemas: dict[str, Any] | None = None
    model_id: str | None = None
    endpoint_name: str | None = None

    def __init__(
        self,
        request_id: str | None = None,
        is_evaluate: bool = False,
        dependencies_schemas: dict[str, Any] | None = None,
        model_id: str | None = None,
        endpoint_name: str | None = None,
        **kwargs: Any,
    ) -> None:
        self.request_id = request_id
        self.is_evaluate = is_evaluate
        self.dependencies_schemas = dependencies_schemas
        self.model_id = model_id
        self.endpoint_name = endpoint_name

    def update(self, **kwargs: Any) -> None:
        """Change some of the fields.

        Raises:
            AttributeError: there is no such field.
        """
        for name, value in kwargs.items():
            if not hasattr(self, name):
                raise AttributeError(f"Context has no attribute named '{name}'")
            setattr(self, name, value)


_context: ContextVar[Context | None] = ContextVar("mlflow_prediction_request_context", default=None)


@contextlib.contextmanager
def set_prediction_context(context: Context | None) -> Iterator[None]:
    """Say what is known of the prediction in the block.

    Args:
        context: a `Context`; None changes nothing.

    Raises:
        TypeError: it is neither.
    """
    if context is None:
        yield
        return
    if not isinstance(context, Context):
        raise TypeError(f"Expected context to be an instance of Context, but got: {context}")
    token = _context.set(context)
    try:
        yield
    finally:
        _context.reset(token)


def get_prediction_context() -> Context | None:
    """What is known of the prediction that is under way; None when there is none."""
    return _context.get()
