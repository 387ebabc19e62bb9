"""Artifacts of plugins: objects with the methods of MLflow's artifact repositories, behind the port."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path
from typing import Any, BinaryIO

from millrace.artifacts.paths import invalid_path, parts_of
from millrace.artifacts.port import CHUNK, Source, chunks_of
from millrace.errors import MlflowException, NotImplementedHere, ResourceMissing
from millrace.model import FileInfo


class PluggedArtifacts:
    """Artifacts that a plugin keeps.

    Args:
        repository: an object with the methods of `mlflow.store.artifact.artifact_repo.ArtifactRepository`.
    """

    def __init__(self, repository: Any) -> None:
        self.repository = repository

    def open(self, path: str) -> BinaryIO:
        """See `Artifacts`; the file is downloaded first."""
        name = "/".join(parts_of(path))
        with tempfile.TemporaryDirectory(prefix="mlflow-") as folder:
            try:
                local = Path(self.repository.download_artifacts(name, folder))
            except MlflowException:
                raise
            except Exception as error:
                raise ResourceMissing(f"No such artifact: '{path}' ({error})") from error
            if not local.is_file():
                raise ResourceMissing(f"No such artifact: '{path}'")
            # The file lives as long as it is open.
            return io.BufferedReader(io.FileIO(local, "rb"), CHUNK)

    def write(self, path: str, data: Source) -> None:
        """See `Artifacts`; the plugin gets a local file of the same name."""
        parts = parts_of(path)
        if not parts:
            raise invalid_path()
        with tempfile.TemporaryDirectory(prefix="mlflow-") as folder:
            local = Path(folder, parts[-1])
            with local.open("wb") as out:
                for chunk in chunks_of(data):
                    out.write(chunk)
            self.repository.log_artifact(str(local), "/".join(parts[:-1]) or None)

    def append(self, path: str, data: bytes, at: int) -> int:
        """Refused: plugins take files whole."""
        raise NotImplementedHere(f"{type(self.repository).__name__} takes files whole; none can be appended to.")

    def list(self, path: str = "") -> list[FileInfo]:
        """See `Artifacts`."""
        name = "/".join(parts_of(path))
        found = [FileInfo(one.path, one.is_dir, one.file_size) for one in self.repository.list_artifacts(name or None)]
        return sorted((one for one in found if one.path != name), key=lambda one: one.path)

    def delete(self, path: str = "") -> None:
        """See `Artifacts`."""
        try:
            self.repository.delete_artifacts("/".join(parts_of(path)) or None)
        except NotImplementedError as error:
            raise NotImplementedHere(f"{type(self.repository).__name__} does not delete artifacts.") from error
