"""fastai: save, log and load learners, and log their trainings by themselves (`autolog`)."""

from __future__ import annotations

from mlflow.fastai.autologging import autolog
from mlflow.fastai.model_io import (
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
