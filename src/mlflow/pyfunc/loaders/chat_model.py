"""Loading of pickled `ChatModel`s."""

from __future__ import annotations

from typing import Any

from mlflow.pyfunc.chat_model import _ChatModelPyfuncWrapper
from mlflow.pyfunc.model import _load_context_model_and_signature

__all__ = ["_ChatModelPyfuncWrapper"]


def _load_pyfunc(model_path: str, model_config: dict[str, Any] | None = None) -> _ChatModelPyfuncWrapper:
    """Load a `ChatModel` that `mlflow.pyfunc.save_model` pickled; pyfunc finds this function by its name."""
    context, model, _ = _load_context_model_and_signature(model_path, model_config)
    return _ChatModelPyfuncWrapper(model, context)
