"""OpenAI: calls of its client as traces; save, log and load what a call asks."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from mlflow.openai.autologging import FLAVOR_NAME, autolog

if TYPE_CHECKING:
    from mlflow.openai.model_io import _load_pyfunc, load_model, log_model, save_model

__all__ = ["FLAVOR_NAME", "_load_pyfunc", "autolog", "load_model", "log_model", "save_model"]


def __getattr__(name: str) -> Any:
    """What keeps models, at its first use: autologging needs none of what that imports."""
    if name in __all__:
        return getattr(importlib.import_module("mlflow.openai.model_io"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
