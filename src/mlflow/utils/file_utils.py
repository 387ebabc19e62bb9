"""`mlflow.utils.file_utils`, where other libraries import it from."""

# ruff: noqa: F401

from __future__ import annotations

from mlflow.artifacts.files import TempDir, local_file_uri_to_path, path_to_local_file_uri
from mlflow.environment.files import write_text as write_to
