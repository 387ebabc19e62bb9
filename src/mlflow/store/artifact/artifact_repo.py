"""`mlflow.store.artifact.artifact_repo`, where other libraries import it from."""

# ruff: noqa: F401

from __future__ import annotations

from mlflow.client.repository import check_path as verify_artifact_path
from mlflow.plugins.artifacts import AbstractArtifactRepository as ArtifactRepository
