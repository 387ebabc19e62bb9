"""Keras 3: save, log and load models, a callback that logs a training, and one for all trainings (`autolog`)."""

from __future__ import annotations

import importlib
from typing import Any

from mlflow.keras.model_io import (
    FLAVOR_NAME,
    _load_pyfunc,
    get_default_conda_env,
    get_default_pip_requirements,
    load_model,
    log_model,
    save_model,
)

__all__ = [
    "FLAVOR_NAME",
    "MLflowCallback",
    "MlflowCallback",
    "_load_pyfunc",
    "autolog",
    "get_default_conda_env",
    "get_default_pip_requirements",
    "load_model",
    "log_model",
    "save_model",
]

_LAZY = {
    "autolog": "mlflow.keras.autologging",
    "MlflowCallback": "mlflow.keras.callback",
    "MLflowCallback": "mlflow.keras.callback",
}
"""Names whose modules need Keras at their import: whoever only loads a model names none of them."""


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        value = getattr(importlib.import_module(_LAZY[name]), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module 'mlflow.keras' has no attribute {name!r}")
