"""Files up and down: a root of artifacts as folders and files of this machine see it."""

from __future__ import annotations

import logging
import posixpath
import tempfile
from pathlib import Path

from millrace.artifacts import Artifacts, Below, LocalArtifacts, download, local_folder, open_artifacts, upload
from millrace.errors import MlflowException, ResourceMissing
from millrace.model import FileInfo
from mlflow.client.afterwards import settle
from mlflow.plugins.artifacts import AbstractArtifactRepository

_logger = logging.getLogger("mlflow.store.artifact")


def check_path(path: str | None) -> str:
    """A path below an artifact root in its plain form; raises MlflowException for one that leads elsewhere."""
    if not path:
        return ""
    normal = posixpath.normpath(path)
    if "\\" in path or "\0" in path or normal.startswith(("/", "..")) or ".." in path.split("/"):
        raise MlflowException(
            f"Invalid artifact path: '{path}'. Names may be treated as files in certain cases, and must not resolve "
            f"to other names when treated as such. This name would resolve to '{normal}'"
        )
    return "" if normal == "." else normal


class ArtifactRepository(AbstractArtifactRepository):
    """The artifacts below a root that Millrace can open: a path or a URI of an artifact store."""

    @property
    def _artifacts(self) -> Artifacts:
        return open_artifacts(self.artifact_uri, tracking_uri=self.tracking_uri or "")

    def log_artifact(self, local_file: str, artifact_path: str | None = None) -> None:
        """Upload a file into the folder `artifact_path`, or into the root."""
        source = Path(local_file)
        with source.open("rb"):  # a missing file is told as Python tells it
            pass
        upload(self._artifacts, source, check_path(artifact_path))

    def log_artifacts(self, local_dir: str, artifact_path: str | None = None) -> None:
        """Upload everything in a folder, subfolders included, into the folder `artifact_path`, or into the root."""
        target = check_path(artifact_path)
        folder = Path(local_dir)
        if folder.is_dir():
            upload(self._artifacts, folder, target)
        else:
            # MLflow does not fail here, and scripts with optional outputs rely on it.
            _logger.warning("There is no folder %r to log artifacts from; nothing was logged.", str(local_dir))

    def write(self, artifact_path: str, data: bytes) -> None:
        """Upload bytes as a file."""
        self._artifacts.write(check_path(artifact_path), data)

    def read(self, artifact_path: str) -> bytes:
        """Download a file as bytes."""
        settle()
        with self._artifacts.open(check_path(artifact_path)) as stream:
            return stream.read()

    def list_artifacts(self, path: str | None = None) -> list[FileInfo]:
        """The files and folders directly below a path, by name; nothing for a file or for what is not there."""
        settle()
        return sorted(self._artifacts.list(check_path(path)), key=lambda one: one.path)

    def exists(self, path: str) -> bool:
        """Whether there is a file or a folder at a path."""
        settle()
        path = check_path(path)
        folder = local_folder(self.artifact_uri)
        if folder is not None:
            return (folder / path).exists()
        return any(one.path == path for one in self.list_artifacts(posixpath.dirname(path)))

    def download_artifacts(self, artifact_path: str, dst_path: str | None = None) -> str:
        """Make a file or folder available as a local path.

        Args:
            artifact_path: the path below the root; empty for everything.
            dst_path: an existing folder to copy it to, under the same path; without it, local artifacts are given in
                place, and others are downloaded to a new temporary folder.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST when there is nothing at that path, or no such folder.
        """
        if dst_path is not None and not Path(dst_path).is_dir():
            raise ResourceMissing(
                f"The destination path for downloaded artifacts does not exist! Destination path: {dst_path}"
            )
        return self._download("", check_path(artifact_path), dst_path)

    def download_alone(self, artifact_path: str, dst_path: str | None = None) -> str:
        """As `download_artifacts`, but right into `dst_path`, without the folders that the file or folder is in.

        A path that ends in a slash means what is in the folder.
        """
        folder, _, name = artifact_path.rpartition("/")
        if dst_path is not None:
            Path(dst_path).mkdir(parents=True, exist_ok=True)
        return self._download(check_path(folder), check_path(name), dst_path)

    def _download(self, folder: str, path: str, dst_path: str | None) -> str:
        settle()
        whole = posixpath.join(folder, path).rstrip("/")
        artifacts = self._artifacts
        root = artifacts.root if isinstance(artifacts, LocalArtifacts) else None
        if root is not None and dst_path is None:
            place = root / whole
            if not place.exists():
                raise _nothing_at(path)
            return str(place)
        target = Path(dst_path).absolute() if dst_path is not None else Path(tempfile.mkdtemp(prefix="mlflow-"))
        try:
            return str(download(Below(artifacts, folder) if folder else artifacts, path, target))
        except MlflowException:
            # MLflow's own server answers with an internal error here.
            if not whole or self.exists(whole):
                raise
            raise _nothing_at(path) from None

    def delete_artifacts(self, artifact_path: str | None = None) -> None:
        """Delete a file or a folder; everything below the root when no path is given."""
        self._artifacts.delete(check_path(artifact_path))


class LocalArtifactRepository(ArtifactRepository):
    """The artifacts in a folder of this machine, whatever the scheme of its URI: for plugins to stand on."""

    @property
    def artifact_dir(self) -> str:
        """The folder."""
        rest = self.artifact_uri.partition("://")[2] or self.artifact_uri.removeprefix("file:")
        return str(local_folder(rest)) if rest else ""

    @property
    def _artifacts(self) -> Artifacts:
        return LocalArtifacts(Path(self.artifact_dir))


def _nothing_at(path: str) -> ResourceMissing:
    return ResourceMissing(f"Failed to download artifacts from path '{path}', please ensure that the path is correct.")
