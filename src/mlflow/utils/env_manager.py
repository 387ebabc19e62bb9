"""`mlflow.utils.env_manager`, where other libraries import it from."""

# ruff: noqa: F401

from __future__ import annotations

from mlflow.models.environments import check_env_manager as validate

LOCAL = "local"
CONDA = "conda"
VIRTUALENV = "virtualenv"
UV = "uv"
