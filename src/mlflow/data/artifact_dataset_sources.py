"""Sources that are files in a folder or an object store: one class per scheme of URI."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any, ClassVar
from urllib.parse import urlsplit

from millrace.errors import InvalidParameterValue
from mlflow.artifacts import download_artifacts
from mlflow.data.filesystem_dataset_source import FileSystemDatasetSource


class _ArtifactDatasetSource(FileSystemDatasetSource):
    """A file or folder at a URI of one scheme.

    Args:
        uri: where it is.
    """

    _scheme: ClassVar[str]

    def __init__(self, uri: str) -> None:
        self._uri = uri

    @property
    def uri(self) -> str:
        """Where it is."""
        return self._uri

    @classmethod
    def _get_source_type(cls) -> str:  # type: ignore[override]
        return cls._scheme

    def load(self, dst_path: str | None = None) -> str:
        """Download it; a local file without `dst_path` is given in place.

        Args:
            dst_path: the folder to put it in, which comes into being; a temporary one when omitted.

        Returns:
            The local path.

        Raises:
            MlflowException: there is nothing there.
        """
        return download_artifacts(artifact_uri=self._uri, dst_path=dst_path)

    @classmethod
    def _can_resolve(cls, raw_source: Any) -> bool:  # type: ignore[override]
        return isinstance(raw_source, str | PurePath) and _scheme_of(str(raw_source)) == cls._scheme

    @classmethod
    def _resolve(cls, raw_source: Any) -> _ArtifactDatasetSource:
        return cls(str(raw_source))

    def to_dict(self) -> dict[str, Any]:
        """The URI."""
        return {"uri": self._uri}

    @classmethod
    def from_dict(cls, source_dict: dict[Any, Any]) -> _ArtifactDatasetSource:
        """The source at `source_dict["uri"]`."""
        if source_dict.get("uri") is None:
            raise InvalidParameterValue(f'Failed to parse {cls.__name__}. Missing expected key: "uri"')
        return cls(source_dict["uri"])


class LocalArtifactDatasetSource(_ArtifactDatasetSource):
    """A file or folder of this machine, by path or `file:` URI."""

    _scheme = "local"

    @classmethod
    def _can_resolve(cls, raw_source: Any) -> bool:
        if not isinstance(raw_source, str | PurePath):
            return False
        text = str(raw_source)
        scheme = _scheme_of(text)
        # a `file:` URI may name a machine, and that must be this one; a path may begin with two slashes
        return not scheme or (scheme == "file" and urlsplit(text).netloc in ("", "localhost"))


class S3ArtifactDatasetSource(_ArtifactDatasetSource):
    """An object or a folder of them on S3, or a store like it."""

    _scheme = "s3"


class R2ArtifactDatasetSource(_ArtifactDatasetSource):
    """An object or a folder of them on Cloudflare R2."""

    _scheme = "r2"


class GCSArtifactDatasetSource(_ArtifactDatasetSource):
    """An object or a folder of them on Google Cloud Storage."""

    _scheme = "gs"


class AzureBlobArtifactDatasetSource(_ArtifactDatasetSource):
    """A blob or a folder of them on Azure Blob Storage."""

    _scheme = "wasbs"


class AzureDataLakeArtifactDatasetSource(_ArtifactDatasetSource):
    """A file or folder on Azure Data Lake Storage."""

    _scheme = "abfss"


class FTPArtifactDatasetSource(_ArtifactDatasetSource):
    """A file or folder on an FTP server."""

    _scheme = "ftp"


class SFTPArtifactDatasetSource(_ArtifactDatasetSource):
    """A file or folder on an SSH server."""

    _scheme = "sftp"


class HdfsArtifactDatasetSource(_ArtifactDatasetSource):
    """A file or folder on HDFS."""

    _scheme = "hdfs"


class ViewFsArtifactDatasetSource(HdfsArtifactDatasetSource):
    """A file or folder on a federation of HDFS clusters."""

    _scheme = "viewfs"


def _scheme_of(uri: str) -> str:
    try:
        return urlsplit(uri).scheme
    except ValueError:  # such as a host in one bracket
        return ""


ALL: tuple[type[_ArtifactDatasetSource], ...] = (
    LocalArtifactDatasetSource,
    S3ArtifactDatasetSource,
    R2ArtifactDatasetSource,
    GCSArtifactDatasetSource,
    AzureBlobArtifactDatasetSource,
    FTPArtifactDatasetSource,
    SFTPArtifactDatasetSource,
    HdfsArtifactDatasetSource,
    ViewFsArtifactDatasetSource,
    AzureDataLakeArtifactDatasetSource,
)
"""The classes, in the order in which they are registered."""
