"""`mlflow.tracking._model_registry`, where other libraries import it from."""

# ruff: noqa: F401

from __future__ import annotations

from mlflow.fluent.registry import AWAIT_SECONDS as DEFAULT_AWAIT_MAX_SLEEP_SECONDS
