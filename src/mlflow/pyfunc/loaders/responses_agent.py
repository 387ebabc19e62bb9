"""Loading of pickled `ResponsesAgent`s."""

from __future__ import annotations

from typing import Any

from mlflow.pyfunc.model import _load_context_model_and_signature
from mlflow.pyfunc.responses_agent import _ResponsesAgentPyfuncWrapper

__all__ = ["_ResponsesAgentPyfuncWrapper"]


def _load_pyfunc(model_path: str, model_config: dict[str, Any] | None = None) -> _ResponsesAgentPyfuncWrapper:
    """Load a `ResponsesAgent` that `mlflow.pyfunc.save_model` pickled; pyfunc finds this function by its name."""
    context, model, _ = _load_context_model_and_signature(model_path, model_config)
    return _ResponsesAgentPyfuncWrapper(model, context)
