"""Stores."""

from __future__ import annotations

import os
from typing import Any

from millrace_test_plugin.notes import note
from mlflow.entities.model_registry import RegisteredModel
from mlflow.store.model_registry.abstract_store import AbstractStore as AbstractRegistry
from mlflow.store.tracking.file_store import FileStore


class Tracking(FileStore):
    """MLflow's store in a folder, at `plugged://folder`."""

    def __init__(self, store_uri: str | None = None, artifact_uri: str | None = None) -> None:
        self.folder = str(store_uri).removeprefix("plugged://")
        super().__init__(self.folder, artifact_uri)

    def create_run(self, experiment_id: Any, user_id: Any, start_time: Any, tags: Any, run_name: Any) -> Any:
        note(f"create_run {experiment_id} {run_name}")
        return super().create_run(experiment_id, user_id, start_time, tags, run_name)

    def log_batch(self, run_id: str, metrics: Any, params: Any, tags: Any) -> None:
        note("log_batch " + " ".join(sorted(one.key for one in (*metrics, *params))))
        super().log_batch(run_id, metrics, params, tags)


class Registry(AbstractRegistry):
    """A registry that knows one model."""

    def __init__(self, store_uri: str | None = None, tracking_uri: str | None = None) -> None:
        super().__init__(store_uri, tracking_uri)

    def get_registered_model(self, name: str) -> Any:
        note(f"get_registered_model {name}")
        return RegisteredModel(name, 1, 2, "from the plugin", [], [])

    def get_model_version_download_uri(self, name: str, version: str) -> str:
        return os.environ["PLUGIN_MODEL"]
