"""Artifact repositories as plugins write them."""

from __future__ import annotations

import posixpath
import tempfile
from pathlib import Path

from millrace.errors import ResourceMissing
from millrace.model import FileInfo


class AbstractArtifactRepository:
    """Artifacts below a root: a plugin overrides the first four methods below, and may override the rest.

    Args:
        artifact_uri: the root.
        tracking_uri: the tracking store, for repositories that ask it.
        registry_uri: the registry of models, likewise.
    """

    def __init__(self, artifact_uri: str, tracking_uri: str | None = None, registry_uri: str | None = None) -> None:
        self.artifact_uri = artifact_uri
        self.tracking_uri = tracking_uri
        self.registry_uri = registry_uri

    def log_artifact(self, local_file: str, artifact_path: str | None = None) -> None:
        """Upload a file into the folder `artifact_path`, or into the root."""
        raise NotImplementedError(f"{type(self).__name__} does not upload files.")

    def log_artifacts(self, local_dir: str, artifact_path: str | None = None) -> None:
        """Upload everything in a folder, subfolders included, into the folder `artifact_path`, or into the root."""
        for one in sorted(Path(local_dir).rglob("*")):
            if one.is_file():
                below = one.parent.relative_to(local_dir).as_posix()
                folder = posixpath.normpath(posixpath.join(artifact_path or "", below))
                self.log_artifact(str(one), None if folder == "." else folder)

    def list_artifacts(self, path: str | None = None) -> list[FileInfo]:
        """The files and folders directly below a path; nothing for a file."""
        raise NotImplementedError(f"{type(self).__name__} does not list files.")

    def _download_file(self, remote_file_path: str, local_path: str) -> None:
        """Download one file to a local path."""
        raise NotImplementedError(f"{type(self).__name__} does not download files.")

    def delete_artifacts(self, artifact_path: str | None = None) -> None:
        """Delete a file or a folder."""
        raise NotImplementedError(f"{type(self).__name__} does not delete files.")

    def download_artifacts(self, artifact_path: str, dst_path: str | None = None) -> str:
        """Make a file or folder available as a local path, by `list_artifacts` and `_download_file`.

        Args:
            artifact_path: the path below the root; empty for everything.
            dst_path: an existing folder to copy it to; a new temporary one when omitted.
        """
        if dst_path is not None and not Path(dst_path).is_dir():
            raise ResourceMissing(
                f"The destination path for downloaded artifacts does not exist! Destination path: {dst_path}"
            )
        target = Path(dst_path).absolute() if dst_path is not None else Path(tempfile.mkdtemp(prefix="mlflow-"))
        self._download_below(artifact_path.strip("/"), target)
        return str(target / artifact_path.strip("/"))

    def _download_below(self, path: str, target: Path) -> None:
        found = self.list_artifacts(path or None)
        if not path or [one.path for one in found] not in ([], [path]):
            (target / path).mkdir(parents=True, exist_ok=True)
            for one in found:
                if one.is_dir:
                    self._download_below(one.path, target)
                else:
                    self._fetch(one.path, target)
            return
        self._fetch(path, target)

    def _fetch(self, path: str, target: Path) -> None:
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        try:
            self._download_file(path, str(target / path))
        except FileNotFoundError:
            raise ResourceMissing(
                f"Failed to download artifacts from path '{path}', please ensure that the path is correct."
            ) from None

    def _is_directory(self, artifact_path: str | None) -> bool:
        return bool(self.list_artifacts(artifact_path))

    def __repr__(self) -> str:
        return f"{type(self).__name__}(artifact_uri={self.artifact_uri!r})"


__all__ = ["AbstractArtifactRepository"]
