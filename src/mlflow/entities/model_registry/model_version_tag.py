"""`mlflow.entities.model_registry.model_version_tag`: see `millrace.model`."""

# ruff: noqa: F401

from __future__ import annotations

from millrace.model import ModelVersionTag
