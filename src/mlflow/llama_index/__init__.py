"""LlamaIndex: what engines, models, agents and workflows do as traces; indices, engines and workflows as models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlflow.lazy import lazy_name
from mlflow.llama_index.autologging import FLAVOR_NAME, autolog

if TYPE_CHECKING:
    from mlflow.llama_index.model_io import _load_pyfunc, load_model, log_model, save_model

__all__ = ["FLAVOR_NAME", "_load_pyfunc", "autolog", "load_model", "log_model", "save_model"]

_LAZY: dict[str, str] = dict.fromkeys(
    ("_load_pyfunc", "load_model", "log_model", "save_model"), "mlflow.llama_index.model_io"
)
"""What keeps models: autologging needs none of what that imports."""


def __getattr__(name: str) -> Any:
    return lazy_name(__name__, _LAZY, name)
