"""`mlflow.utils.time`, where other libraries import it from."""

# ruff: noqa: F401

from __future__ import annotations

from mlflow.client.base import now_ms as get_current_time_millis
