"""CatBoost: save, log and load models, and log the metrics of a training (`MlflowCallback`)."""

from __future__ import annotations

from mlflow.catboost.callback import MlflowCallback
from mlflow.catboost.model_io import (
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
    "MlflowCallback",
    "_load_pyfunc",
    "get_default_conda_env",
    "get_default_pip_requirements",
    "load_model",
    "log_model",
    "save_model",
]
