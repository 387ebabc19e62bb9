"""`mlflow.entities.lifecycle_stage`: see `millrace.model`."""

# ruff: noqa: F401

from __future__ import annotations

from millrace.model import LifecycleStage
