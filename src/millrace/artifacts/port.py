"""The port: what a root of artifacts is, and what can be said on top of it."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, Protocol, TypeVar, cast, runtime_checkable

from msgspec.structs import replace

from millrace.artifacts.paths import parts_of
from millrace.artifacts.progress import Progress, watched
from millrace.artifacts.several import several
from millrace.errors import MlflowException
from millrace.model import FileInfo

Source = bytes | BinaryIO
"""What is written: bytes, or a file or stream that is read to its end."""

Seen = Callable[[int], object]
"""Told how many bytes were moved more."""

F = TypeVar("F")

CHUNK = 1 << 20
"""How many bytes are moved at once."""
FILES_AT_ONCE = 8
"""How many files are moved over a network at once."""


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


@runtime_checkable
class Fetching(Protocol):
    """Artifacts behind a network, which know better than to be read from beginning to end in one go."""

    def fetch(self, path: str, target: Path, seen: Seen) -> None:
        """Copy a file to a local path, telling how many bytes were copied more each time."""
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

    def fetch(self, path: str, target: Path, seen: Seen) -> None:
        """See `Fetching`."""
        fetch(self._artifacts, self._at(path), target, seen)

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
    files = list(_files_below(artifacts, path, folder))
    if not files and path and not target.is_dir():
        files = [FileInfo(path, False)]
    with Progress("Downloading artifacts", sum(one.file_size or 0 for one in files)) as progress:

        def fetch_one(one: FileInfo) -> None:
            local = folder.joinpath(*parts_of(one.path))
            local.parent.mkdir(parents=True, exist_ok=True)
            fetch(artifacts, one.path, local, progress.seen)

        _each(artifacts, fetch_one, files)
    return target


def _files_below(artifacts: Artifacts, path: str, folder: Path) -> Iterator[FileInfo]:
    for one in artifacts.list(path):
        if one.is_dir:
            folder.joinpath(*parts_of(one.path)).mkdir(parents=True, exist_ok=True)
            yield from _files_below(artifacts, one.path, folder)
        else:
            yield one


def fetch(artifacts: Artifacts, path: str, target: Path, seen: Seen = int) -> None:
    """Copy one file to a local path, in a folder that is there.

    Args:
        artifacts: where it is.
        path: its path.
        target: the local path.
        seen: told how many bytes were copied more.
    """
    if isinstance(artifacts, Fetching):
        artifacts.fetch(path, target, seen)
        return
    with artifacts.open(path) as stream, target.open("wb") as out:
        for chunk in chunks_of(stream):
            out.write(chunk)
            seen(len(chunk))


def upload(artifacts: Artifacts, local: Path, folder: str = "") -> None:
    """Copy a local file, or all that is in a local folder, into a folder of artifacts.

    Raises:
        MlflowException: there is no such local file or folder.
    """
    if not local.exists():
        raise MlflowException(f"No such file or directory: '{local}'")
    files = sorted(one for one in local.rglob("*") if one.is_file()) if local.is_dir() else [local]
    above = local if local.is_dir() else local.parent
    with Progress("Uploading artifacts", sum(one.stat().st_size for one in files)) as progress:

        def send_one(one: Path) -> None:
            with one.open("rb") as stream:
                path = f"{folder}/{one.relative_to(above).as_posix()}".lstrip("/")
                artifacts.write(path, watched(stream, progress))

        _each(artifacts, send_one, files)


def _each(artifacts: Artifacts, act: Callable[[F], None], files: list[F]) -> None:
    """Move files: several at once where each waits for a network."""
    if isinstance(artifacts, Fetching) and len(files) > 1:
        for _ in several(act, files, at_once=FILES_AT_ONCE, name="millrace-files"):
            pass
        return
    for one in files:
        act(one)
