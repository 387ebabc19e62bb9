"""LangChain and LangGraph: what their chains, models, tools and retrievers do as traces; models from code."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from mlflow.langchain.autologging import FLAVOR_NAME, autolog

if TYPE_CHECKING:
    from mlflow.langchain.model_io import _load_pyfunc, load_model, log_model, save_model

__all__ = ["FLAVOR_NAME", "_load_pyfunc", "autolog", "load_model", "log_model", "save_model"]


def __getattr__(name: str) -> Any:
    """What keeps models, at its first use: autologging needs none of what that imports."""
    if name in __all__:
        return getattr(importlib.import_module("mlflow.langchain.model_io"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
