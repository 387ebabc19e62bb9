"""statsmodels: save, log and load results of fits, and log fits by themselves (`autolog`)."""

from __future__ import annotations

from mlflow.statsmodels.autologging import autolog
from mlflow.statsmodels.model_io import (
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
