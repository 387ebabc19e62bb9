"""Transformers: save, log and load pipelines and their components, and predict with them by pyfunc."""

from __future__ import annotations

from mlflow.transformers.autologging import autolog
from mlflow.transformers.model_io import (
    _load_pyfunc,
    get_default_conda_env,
    get_default_pip_requirements,
    load_model,
    log_model,
    save_model,
)
from mlflow.transformers.persisting import persist_pretrained_model
from mlflow.transformers.pipelines import FLAVOR_NAME

__all__ = [
    "FLAVOR_NAME",
    "_load_pyfunc",
    "autolog",
    "get_default_conda_env",
    "get_default_pip_requirements",
    "load_model",
    "log_model",
    "persist_pretrained_model",
    "save_model",
]
