"""The version that the commands answer for."""

from __future__ import annotations

from typing import Final

MLFLOW_VERSION: Final = "3.8.1"
"""The MLflow whose commands and options these are: what scripts that call `mlflow --version` compare."""
