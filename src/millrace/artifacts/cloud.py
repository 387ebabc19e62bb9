"""Artifacts in an object store: S3 and what speaks like it, Google Cloud Storage, Azure."""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, cast
from urllib.parse import urlsplit

from millrace.artifacts.paths import invalid_path, parts_of
from millrace.artifacts.port import CHUNK, Seen, Source, chunks_of
from millrace.errors import MlflowException, NotImplementedHere, PermissionDenied, ResourceMissing
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
            found = obstore.get(self._store, _key(path))
            return cast("BinaryIO", io.BufferedReader(_Object(self._store, _key(path), found), CHUNK))

    def write(self, path: str, data: Source) -> None:
        """See `Artifacts`; large data travels in parts, and appears when the last one has arrived."""
        import obstore

        key = _key(path)
        with _told(path):
            obstore.put(self._store, key, data if isinstance(data, bytes) else chunks_of(data))

    def append(self, path: str, data: bytes, at: int) -> int:
        """Refused: objects are written whole."""
        raise NotImplementedHere("Objects of an object store are written whole; none can be appended to.")

    def fetch(self, path: str, target: Path, seen: Seen) -> None:
        """See `Fetching`: several objects travel at once, each piece by piece."""
        with self.open(path) as stream, target.open("wb") as out:
            for chunk in chunks_of(stream):
                out.write(chunk)
                seen(len(chunk))

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


class _Object(io.RawIOBase):
    """An object as a file: read in one request, and in another one after a seek."""

    def __init__(self, store: Any, key: str, found: Any) -> None:
        self._store = store
        self._key = key
        self._size = int(found.meta["size"])
        self._pieces: Iterator[Any] | None = iter(found)
        self._rest = memoryview(b"")
        self._place = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._place, os.SEEK_END: self._size}[whence]
        place = max(0, start + offset)
        if place != self._place:
            self._place, self._pieces, self._rest = place, None, memoryview(b"")
        return place

    def tell(self) -> int:
        return self._place

    def readinto(self, buffer: Any) -> int:
        while not self._rest:
            if self._place >= self._size:
                return 0
            piece = next(self._opened(), None)
            if piece is None:
                return 0
            self._rest = memoryview(bytes(piece))
        count = min(len(buffer), len(self._rest))
        buffer[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        self._place += count
        return count

    def _opened(self) -> Iterator[Any]:
        if self._pieces is None:
            import obstore

            with _told(self._key):
                self._pieces = iter(obstore.get(self._store, self._key, options={"range": {"offset": self._place}}))
        return self._pieces


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
