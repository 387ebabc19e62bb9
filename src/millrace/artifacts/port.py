"""The port for bytes: what a root of artifacts can do."""

from __future__ import annotations

from typing import BinaryIO, Protocol

from millrace.model import FileInfo


class Artifacts(Protocol):
    """Files below a root, by `/`-separated relative paths; the root itself is the empty path.

    Raises: `MlflowException` with one of MLflow's codes; a path that leads out of the root is an
    InvalidParameterValue, on every method.
    """

    def open(self, path: str) -> BinaryIO:
        """A file for reading; raises ResourceMissing when there is none."""
        ...

    def write(self, path: str, data: BinaryIO | bytes) -> None:
        """Store a file, whole or not at all; folders above it come into being."""
        ...

    def list(self, path: str = "") -> list[FileInfo]:
        """The files and folders directly below a folder, with paths from the root; empty for anything else."""
        ...

    def delete(self, path: str = "") -> None:
        """Delete a file, or a folder with everything below; what is not there is no error."""
        ...
