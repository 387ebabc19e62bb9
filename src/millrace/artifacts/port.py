"""The port: what a root of artifacts is, and what can be said on top of it."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, Protocol, cast

from msgspec.structs import replace

from millrace.artifacts.paths import parts_of
from millrace.errors import MlflowException
from millrace.model import FileInfo

Source = bytes | BinaryIO
"""What is written: bytes, or a file or stream that is read to its end."""

CHUNK = 1 << 20
"""How many bytes are moved at once."""


class Artifacts(Protocol):
    """Bytes at paths below a root.

    Paths are relative, with slashes; one that would lead out of the root, however it is spelled, is refused with
    INVALID_PARAMETER_VALUE ("Invalid path"). Every method may be called from any number of threads.
    """

    def open(self, path: str) -> BinaryIO:
        """A stream of a file's bytes, which the caller closes; raises ResourceMissing where there is none."""
        ...

    def write(self, path: str, data: Source) -> None:
        """Write a file with its folders; readers see the old bytes or the new, never a part."""
        ...

    def append(self, path: str, data: bytes, at: int) -> int:
        """Append to a file that is `at` bytes long, or make it; where it has another length, nothing is written.

        Returns:
            How long the file is then. Whoever sends the same bytes again after a fault learns so whether they arrived.

        Raises:
            NotImplementedHere: no file can be appended to here.
        """
        ...

    def list(self, path: str = "") -> list[FileInfo]:
        """What is directly below a path, by name, with paths relative to the root; nothing for a file, and nothing
        where there is nothing."""
        ...

    def delete(self, path: str = "") -> None:
        """Delete a file or a folder, or everything below the root; nothing happens where there is nothing."""
        ...


class Below:
    """The part of a root of artifacts below one of its folders, as a root of its own."""

    def __init__(self, artifacts: Artifacts, folder: str) -> None:
        self._artifacts = artifacts
        self._folder = "/".join(parts_of(folder.strip("/")))

    def open(self, path: str) -> BinaryIO:
        """See `Artifacts`."""
        return self._artifacts.open(self._at(path))

    def write(self, path: str, data: Source) -> None:
        """See `Artifacts`."""
        self._artifacts.write(self._at(path), data)

    def append(self, path: str, data: bytes, at: int) -> int:
        """See `Artifacts`."""
        return self._artifacts.append(self._at(path), data, at)

    def list(self, path: str = "") -> list[FileInfo]:
        """See `Artifacts`."""
        skipped = len(self._folder) + 1 if self._folder else 0
        return [replace(one, path=one.path[skipped:]) for one in self._artifacts.list(self._at(path))]

    def delete(self, path: str = "") -> None:
        """See `Artifacts`."""
        self._artifacts.delete(self._at(path))

    def _at(self, path: str) -> str:
        from_root = "/".join(parts_of(path))
        return f"{self._folder}/{from_root}".strip("/")


def chunks_of(data: Source) -> Iterator[bytes]:
    """The bytes of a source in pieces of at most a mebibyte."""
    if isinstance(data, bytes):
        yield data
        return
    while chunk := data.read(CHUNK):
        yield chunk


def as_stream(pieces: Iterable[bytes]) -> BinaryIO:
    """Pieces of bytes as a stream that reads them when it needs them; closing it closes the iterator."""
    return cast("BinaryIO", io.BufferedReader(_Pieces(iter(pieces)), CHUNK))


class _Pieces(io.RawIOBase):
    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._rest = memoryview(piece)
        count = min(len(buffer), len(self._rest))
        buffer[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count

    def close(self) -> None:
        getattr(self._pieces, "close", bool)()
        super().close()


def download(artifacts: Artifacts, path: str, folder: Path) -> Path:
    """Copy a file or folder to the same path below a local folder, and give that path.

    Raises:
        ResourceMissing: there is nothing at that path.
    """
    target = folder.joinpath(*parts_of(path))
    found = artifacts.list(path)
    if not found and path:
        target.parent.mkdir(parents=True, exist_ok=True)
        with artifacts.open(path) as stream, target.open("wb") as out:
            shutil.copyfileobj(stream, out, CHUNK)
    for one in found:
        download(artifacts, one.path, folder)
    return target


def upload(artifacts: Artifacts, local: Path, folder: str = "") -> None:
    """Copy a local file, or all that is in a local folder, into a folder of artifacts.

    Raises:
        MlflowException: there is no such local file or folder.
    """
    if local.is_dir():
        for one in sorted(local.rglob("*")):
            if one.is_file():
                upload(artifacts, one, f"{folder}/{one.relative_to(local).parent.as_posix()}".strip("/"))
        return
    if not local.exists():
        raise MlflowException(f"No such file or directory: '{local}'")
    with local.open("rb") as stream:
        artifacts.write(f"{folder}/{local.name}".lstrip("/"), stream)
