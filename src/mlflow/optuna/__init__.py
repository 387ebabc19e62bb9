"""Optuna: studies and trials that are kept as runs, `mlflow.optuna.storage.MlflowStorage`."""

from __future__ import annotations

from mlflow.optuna.storage import MlflowStorage

__all__ = ["MlflowStorage"]
