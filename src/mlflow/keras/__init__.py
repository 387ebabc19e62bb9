"""Keras 3: save, log and load models, a callback that logs a training, and one for all trainings (`autolog`)."""

from __future__ import annotations

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
from mlflow.lazy import lazy_name

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
    return lazy_name(__name__, _LAZY, name)
