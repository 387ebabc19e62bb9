"""`mlflow.store.artifact.runs_artifact_repo`, where other libraries import it from."""

# ruff: noqa: F401

from __future__ import annotations

from mlflow.client.locations import RunsArtifactRepository
