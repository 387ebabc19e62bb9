"""`mlflow.tracking.artifact_utils`, where other libraries import it from."""

# ruff: noqa: F401

from __future__ import annotations

from mlflow.client.locations import artifact_uri_of_run as get_artifact_uri
from mlflow.client.locations import download_from_uri as _download_artifact_from_uri
