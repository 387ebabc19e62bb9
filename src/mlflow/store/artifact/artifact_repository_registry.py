"""`mlflow.store.artifact.artifact_repository_registry`, where other libraries import it from."""

# ruff: noqa: F401

from __future__ import annotations

from mlflow.client.locations import repository_at as get_artifact_repository
