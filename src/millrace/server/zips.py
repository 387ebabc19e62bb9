"""Folders of artifacts as one zip file, made while it is sent: no more than a few pieces are in memory."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Generator, Iterator

from millrace.artifacts import Artifacts, parts_of
from millrace.errors import InvalidParameterValue

MAX_FILES = 100_000
"""How many files a zip file may have: its list of them is in memory until its end."""

_CHUNK = 1 << 20
_PIECE = 1 << 18
_PACKED = frozenset(
    "zip gz bz2 xz zst br 7z png jpg jpeg gif webp avif mp3 mp4 webm ogg flac m4a parquet npz safetensors pt pth ckpt"
    " keras h5 joblib whl jar pdf docx xlsx".split()
)
"""Names that end so are of files that hardly get smaller."""


class _Sink(io.RawIOBase):
    """Takes what is written until it is taken away."""

    def __init__(self) -> None:
        self._written = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self._written += data
        return len(data)

    def take(self, at_least: int = 0) -> Iterator[bytes]:
        """What was written, if it is enough."""
        if len(self._written) > at_least:
            taken = bytes(self._written)
            self._written.clear()
            yield taken


def zipped(artifacts: Artifacts, path: str) -> Generator[bytes, None, None]:
    """The pieces of a zip file of all that is at a path, with names relative to the folder that it is in.

    Raises:
        ResourceMissing: there is nothing at the path.
        InvalidParameterValue: there are more than `MAX_FILES` files.
    """
    sink = _Sink()
    skipped = len("/".join(parts_of(path)[:-1]))
    now = time.localtime()[:6]
    with zipfile.ZipFile(sink, "w", allowZip64=True) as archive:
        for count, one in enumerate(_files(artifacts, path)):
            if count == MAX_FILES:
                raise InvalidParameterValue(f"There are more than {MAX_FILES} files: ask for one folder at a time.")
            info = zipfile.ZipInfo(one[skipped:].lstrip("/"), now)
            info.external_attr = 0o644 << 16
            packed = one.rpartition(".")[2].lower() in _PACKED
            info.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
            with artifacts.open(one) as stream, archive.open(info, "w", force_zip64=True) as target:
                while piece := stream.read(_CHUNK):
                    target.write(piece)
                    yield from sink.take(_PIECE)
    yield from sink.take()


def _files(artifacts: Artifacts, path: str) -> Iterator[str]:
    """The paths of all files below a folder, folder by folder; the path itself where there is no folder."""
    found = artifacts.list(path)
    if not found and path:
        artifacts.open(path).close()
        yield path
    waiting = [found]
    while waiting:
        for one in waiting.pop():
            if one.is_dir:
                waiting.append(artifacts.list(one.path))
            else:
                yield one.path
