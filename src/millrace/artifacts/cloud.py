"""Artifacts in an object store: S3 and what speaks like it, Google Cloud Storage, Azure."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from millrace.artifacts.paths import invalid_path, parts_of
from millrace.artifacts.port import Source, as_stream, chunks_of
from millrace.errors import MlflowException, PermissionDenied, ResourceMissing
from millrace.model import FileInfo
from millrace.settings import MLFLOW_S3_ENDPOINT_URL

SCHEMES = ("s3", "s3a", "gs", "abfs", "abfss", "az", "azure", "adl", "r2")
"""The schemes of URIs that obstore can open."""


class CloudArtifacts:
    """Artifacts in an object store; credentials come from the environment, as the cloud's own tools find them.

    Args:
        uri: a bucket or container and a path in it, e.g. `s3://bucket/path`.
        store: an opened obstore store to use instead.
    """

    def __init__(self, uri: str, store: Any = None) -> None:
        self._store = store if store is not None else _opened(uri)

    def open(self, path: str) -> BinaryIO:
        """See `Artifacts`."""
        import obstore

        with _told(path):
            return as_stream(bytes(piece) for piece in obstore.get(self._store, _key(path)))

    def write(self, path: str, data: Source) -> None:
        """See `Artifacts`; large data travels in parts, and appears when the last one has arrived."""
        import obstore

        key = _key(path)
        with _told(path):
            obstore.put(self._store, key, data if isinstance(data, bytes) else chunks_of(data))

    def list(self, path: str = "") -> list[FileInfo]:
        """See `Artifacts`."""
        import obstore

        prefix = "/".join(parts_of(path))
        with _told(path):
            found = obstore.list_with_delimiter(self._store, prefix or None)
        files = [FileInfo(one["path"], False, one["size"]) for one in found["objects"] if one["path"] != prefix]
        folders = [FileInfo(one.rstrip("/"), True) for one in found["common_prefixes"]]
        return sorted(files + folders, key=lambda one: one.path)

    def delete(self, path: str = "") -> None:
        """See `Artifacts`."""
        import obstore

        prefix = "/".join(parts_of(path))
        with contextlib.suppress(ResourceMissing), _told(path):
            for page in obstore.list(self._store, prefix or None):
                obstore.delete(self._store, [one["path"] for one in page])
            if prefix:
                obstore.delete(self._store, prefix)


def _key(path: str) -> str:
    parts = parts_of(path)
    if not parts:
        raise invalid_path()
    return "/".join(parts)


def _opened(uri: str) -> Any:
    try:
        from obstore.store import from_url
    except ImportError:
        raise MlflowException(
            f"Artifacts at {urlsplit(uri).scheme}:// need the library obstore: pip install 'millrace[cloud]'"
        ) from None
    options: dict[str, Any] = {}
    endpoint = MLFLOW_S3_ENDPOINT_URL.get()
    if endpoint and uri.startswith("s3"):
        options = {"endpoint": endpoint, "client_options": {"allow_http": endpoint.startswith("http://")}}
    try:
        return from_url(uri, **options)
    except Exception as error:
        raise MlflowException.invalid_parameter_value(f"No artifacts can be opened at {uri!r}: {error}") from None


@contextlib.contextmanager
def _told(path: str) -> Iterator[None]:
    """obstore's errors as ours."""
    from obstore import exceptions

    try:
        yield
    except (FileNotFoundError, exceptions.NotFoundError):
        raise ResourceMissing(f"No such artifact: '{path}'") from None
    except (exceptions.PermissionDeniedError, exceptions.UnauthenticatedError) as error:
        raise PermissionDenied(f"The object store does not allow this at '{path}': {error}") from None
    except exceptions.BaseError as error:
        raise MlflowException(f"The object store failed at '{path}': {error}") from error
