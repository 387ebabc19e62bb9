"""`mlflow.store.artifact.local_artifact_repo`, where other libraries import it from."""

# ruff: noqa: F401

from __future__ import annotations

from mlflow.client.repository import LocalArtifactRepository
