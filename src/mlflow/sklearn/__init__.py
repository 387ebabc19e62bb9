"""Scikit-learn: save, log and load estimators, and log their training by itself (`autolog`)."""

from __future__ import annotations

from typing import Any

from mlflow.lazy import lazy_name
from mlflow.sklearn.model_io import (
    FLAVOR_NAME,
    SERIALIZATION_FORMAT_CLOUDPICKLE,
    SERIALIZATION_FORMAT_PICKLE,
    SUPPORTED_SERIALIZATION_FORMATS,
    _load_pyfunc,
    get_default_conda_env,
    get_default_pip_requirements,
    load_model,
    log_model,
    save_model,
)

__all__ = [
    "FLAVOR_NAME",
    "SERIALIZATION_FORMAT_CLOUDPICKLE",
    "SERIALIZATION_FORMAT_PICKLE",
    "SUPPORTED_SERIALIZATION_FORMATS",
    "_load_pyfunc",
    "autolog",
    "get_default_conda_env",
    "get_default_pip_requirements",
    "load_model",
    "log_model",
    "save_model",
]

_LAZY = {"autolog": "mlflow.sklearn.autologging"}
"""Autologging patches estimators and brings plots: loading a model must not pay for it."""


def __getattr__(name: str) -> Any:
    return lazy_name(__name__, _LAZY, name)
