"""Copying artifacts from one root to another."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import BinaryIO, cast

from millrace.artifacts import Artifacts
from millrace.model import FileInfo

_IN_MEMORY = 8 << 20
_CHUNK = 1 << 20


def files_below(artifacts: Artifacts, path: str = "") -> Iterator[FileInfo]:
    """All files below a path, whatever the depth."""
    for one in artifacts.list(path):
        if one.is_dir:
            yield from files_below(artifacts, one.path)
        else:
            yield one


def copy_files(source: Artifacts, target: Artifacts) -> int:
    """Copy the files that the target lacks or has in another size; returns how many."""
    there = {one.path: one.file_size or 0 for one in files_below(target)}
    copied = 0
    for one in files_below(source):
        if there.get(one.path) == (one.file_size or 0):
            continue
        with source.open(one.path) as stream, tempfile.SpooledTemporaryFile(_IN_MEMORY) as kept:
            # A file can be sent again after a fault, a stream cannot.
            while piece := stream.read(_CHUNK):
                kept.write(piece)
            kept.seek(0)
            target.write(one.path, cast("BinaryIO", kept))
        copied += 1
    return copied
