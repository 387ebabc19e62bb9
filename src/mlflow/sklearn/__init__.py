"""Scikit-learn: save, log and load estimators, and log their training by itself (`autolog`)."""

from __future__ import annotations

import importlib
from typing import Any

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


def __getattr__(name: str) -> Any:
    # Autologging patches estimators and brings plots: loading a model must not pay for it.
    if name == "autolog":
        value = importlib.import_module("mlflow.sklearn.autologging").autolog
        globals()[name] = value
        return value
    raise AttributeError(f"module 'mlflow.sklearn' has no attribute {name!r}")
