"""XGBoost: save, log and load boosters and estimators, and log their training by itself (`autolog`)."""

from __future__ import annotations

from mlflow.xgboost.autologging import autolog
from mlflow.xgboost.model_io import (
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
    "_load_pyfunc",
    "autolog",
    "get_default_conda_env",
    "get_default_pip_requirements",
    "load_model",
    "log_model",
    "save_model",
]
