"""Loading of pickled `ChatAgent`s."""

from __future__ import annotations

from typing import Any

from mlflow.pyfunc.chat_agent import _ChatAgentPyfuncWrapper
from mlflow.pyfunc.model import _load_context_model_and_signature

__all__ = ["_ChatAgentPyfuncWrapper"]


def _load_pyfunc(model_path: str, model_config: dict[str, Any] | None = None) -> _ChatAgentPyfuncWrapper:
    """Load a `ChatAgent` that `mlflow.pyfunc.save_model` pickled; pyfunc finds this function by its name."""
    context, model, _ = _load_context_model_and_signature(model_path, model_config)
    return _ChatAgentPyfuncWrapper(model, context)
