"""Spark: save, log and load models of `pyspark.ml`, and record what a session reads (`autolog`).

Trainings are logged by `mlflow.pyspark.ml.autolog`.
"""

from __future__ import annotations

from mlflow.spark.autologging import autolog
from mlflow.spark.model_io import (
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
