"""PyTorch: save, log and load modules and state dicts, and log the training of Lightning by itself (`autolog`)."""

from __future__ import annotations

from typing import Any

from mlflow.lazy import lazy_name
from mlflow.pytorch.model_io import (
    FLAVOR_NAME,
    _load_pyfunc,
    get_default_conda_env,
    get_default_pip_requirements,
    load_model,
    load_state_dict,
    log_model,
    log_state_dict,
    save_model,
    save_state_dict,
)

__all__ = [
    "FLAVOR_NAME",
    "MlflowModelCheckpointCallback",
    "_load_pyfunc",
    "autolog",
    "get_default_conda_env",
    "get_default_pip_requirements",
    "load_checkpoint",
    "load_model",
    "load_state_dict",
    "log_model",
    "log_state_dict",
    "save_model",
    "save_state_dict",
]

_LAZY = {
    "autolog": "mlflow.pytorch.autologging",
    "load_checkpoint": "mlflow.pytorch.checkpoints",
    "MlflowModelCheckpointCallback": "mlflow.pytorch.checkpoints",
}
"""Names whose modules need Lightning, or serve only training: loading a model must not pay for them."""


def __getattr__(name: str) -> Any:
    return lazy_name(__name__, _LAZY, name)
