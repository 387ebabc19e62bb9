"""TensorFlow: save, log and load modules and Keras models, and log the training of the latter by itself (`autolog`)."""

from __future__ import annotations

from typing import Any

from mlflow.lazy import lazy_name
from mlflow.tensorflow.model_io import (
    FLAVOR,
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
    "MLflowCallback",
    "MlflowCallback",
    "MlflowModelCheckpointCallback",
    "_load_pyfunc",
    "autolog",
    "get_default_conda_env",
    "get_default_pip_requirements",
    "load_checkpoint",
    "load_model",
    "log_model",
    "save_model",
]

_LAZY = {
    "autolog": "mlflow.tensorflow.autologging",
    "load_checkpoint": "mlflow.tensorflow.checkpoints",
    "MlflowModelCheckpointCallback": "mlflow.tensorflow.checkpoints",
    "MlflowCallback": "mlflow.tensorflow.callback",
    "MLflowCallback": "mlflow.tensorflow.callback",
}
"""Names whose modules need Keras at their import, or serve only training."""


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        FLAVOR.library()  # first: who lacks Keras, too, needs TensorFlow, which brings it
    return lazy_name(__name__, _LAZY, name)
