"""Artifacts in a folder of this machine."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

from millrace.errors import InvalidParameterValue, ResourceMissing
from millrace.model import FileInfo


def folder_of(uri: str) -> Path | None:
    """The folder that a path or a `file:` URI means; None for any other URI."""
    parts = urlsplit(uri)
    if parts.scheme == "file":
        return Path(unquote(parts.path))
    return None if "://" in uri or parts.scheme == "mlflow-artifacts" else Path(uri)


class LocalArtifacts:
    """A root of artifacts that is a folder; see `millrace.artifacts.port`."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def _at(self, path: str) -> Path:
        if "\0" in path or "\\" in path:
            raise InvalidParameterValue(f"Invalid artifact path: {path!r}")
        root = self.root.resolve()
        place = (root / path).resolve()
        if path.startswith("/") or not place.is_relative_to(root):
            raise InvalidParameterValue("Invalid path: resolved path is outside the artifact directory")
        return place

    def open(self, path: str) -> BinaryIO:
        """A file for reading."""
        try:
            return self._at(path).open("rb")
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            raise ResourceMissing(f"No such artifact: '{path}'") from None

    def write(self, path: str, data: BinaryIO | bytes) -> None:
        """Store a file: written beside its place first, and moved there when it is whole."""
        place = self._at(path)
        place.parent.mkdir(parents=True, exist_ok=True)
        number, name = tempfile.mkstemp(dir=place.parent, prefix=".upload-")
        try:
            with os.fdopen(number, "wb") as out:
                if isinstance(data, bytes):
                    out.write(data)
                else:
                    shutil.copyfileobj(data, out, 1 << 20)
            os.chmod(name, 0o644)
            os.replace(name, place)
        except BaseException:
            os.unlink(name)
            raise

    def list(self, path: str = "") -> list[FileInfo]:
        """What is directly below a folder, by name."""
        folder = self._at(path)
        if not folder.is_dir():
            return []
        found = []
        for entry in sorted(folder.iterdir()):
            below = f"{path.rstrip('/')}/{entry.name}" if path else entry.name
            is_dir = entry.is_dir()
            found.append(FileInfo(below, is_dir, None if is_dir else entry.stat().st_size))
        return found

    def delete(self, path: str = "") -> None:
        """Delete a file or folder."""
        place = self._at(path)
        if place.is_dir():
            shutil.rmtree(place)
        else:
            place.unlink(missing_ok=True)
