"""Transformers: save, log and load pipelines and their components, and predict with them by pyfunc."""

from __future__ import annotations

import importlib
from typing import Any

from mlflow.transformers.model_io import (
    _load_pyfunc,
    get_default_conda_env,
    get_default_pip_requirements,
    load_model,
    log_model,
    save_model,
)
from mlflow.transformers.pipelines import FLAVOR_NAME

__all__ = [
    "FLAVOR_NAME",
    "_load_pyfunc",
    "autolog",
    "get_default_conda_env",
    "get_default_pip_requirements",
    "load_model",
    "log_model",
    "save_model",
]


_LAZY = {"autolog": "mlflow.transformers.autologging"}
"""Names whose modules serve only training."""


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        value = getattr(importlib.import_module(_LAZY[name]), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module 'mlflow.transformers' has no attribute {name!r}")
