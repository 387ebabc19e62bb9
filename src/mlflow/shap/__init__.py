"""SHAP: explain what a model predicts; save, log and load explainers."""

from __future__ import annotations

from mlflow.shap.explainers import (
    FLAVOR_NAME,
    _load_pyfunc,
    get_default_conda_env,
    get_default_pip_requirements,
    get_underlying_model_flavor,
    load_explainer,
    log_explainer,
    save_explainer,
    save_model,
)
from mlflow.shap.explanations import log_explanation

__all__ = [
    "FLAVOR_NAME",
    "_load_pyfunc",
    "get_default_conda_env",
    "get_default_pip_requirements",
    "get_underlying_model_flavor",
    "load_explainer",
    "log_explainer",
    "log_explanation",
    "save_explainer",
    "save_model",
]
