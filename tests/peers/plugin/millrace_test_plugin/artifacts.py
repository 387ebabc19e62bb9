"""Artifact repositories."""

from __future__ import annotations

import os
import posixpath
import shutil
from pathlib import Path
from urllib.parse import urlsplit

from millrace_test_plugin.notes import note
from mlflow.entities import FileInfo
from mlflow.store.artifact.artifact_repo import ArtifactRepository
from mlflow.store.artifact.local_artifact_repo import LocalArtifactRepository


class Artifacts(ArtifactRepository):
    """Files in a folder, at `shelf://folder`."""

    def __init__(self, artifact_uri: str, tracking_uri: str | None = None, registry_uri: str | None = None) -> None:
        super().__init__(artifact_uri)
        parts = urlsplit(artifact_uri)
        self.root = Path(os.environ["PLUGIN_SHELF"], parts.netloc, parts.path.strip("/"))

    def log_artifact(self, local_file: str, artifact_path: str | None = None) -> None:
        note(f"log_artifact {posixpath.join(artifact_path or '', os.path.basename(local_file))}")
        folder = self.root / (artifact_path or "")
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(local_file, folder)

    def log_artifacts(self, local_dir: str, artifact_path: str | None = None) -> None:
        shutil.copytree(local_dir, self.root / (artifact_path or ""), dirs_exist_ok=True)

    def list_artifacts(self, path: str | None = None) -> list[FileInfo]:
        folder = self.root / (path or "")
        if not folder.is_dir():
            return []
        return [
            FileInfo(posixpath.join(path or "", one.name), one.is_dir(), None if one.is_dir() else one.stat().st_size)
            for one in sorted(folder.iterdir())
        ]

    def _download_file(self, remote_file_path: str, local_path: str) -> None:
        note(f"download {remote_file_path}")
        shutil.copy(self.root / remote_file_path, local_path)

    def delete_artifacts(self, artifact_path: str | None = None) -> None:
        shutil.rmtree(self.root / (artifact_path or ""))


class Local(LocalArtifactRepository):
    """MLflow's own local repository under another scheme."""

    is_plugin = True
