"""Artifacts: bytes at paths below a root; the second port, beside `millrace.store`."""

from __future__ import annotations

from pathlib import Path

from millrace.artifacts.local import LocalArtifacts, folder_of
from millrace.artifacts.port import Artifacts
from millrace.errors import InvalidParameterValue

__all__ = ["Artifacts", "LocalArtifacts", "local_folder", "open_artifacts"]


def open_artifacts(uri: str, *, tracking_uri: str = "") -> Artifacts:
    """The artifacts below the root at a URI.

    Args:
        uri: a path or a `file:` URI.
        tracking_uri: the server that `mlflow-artifacts:` URIs are asked from.

    Raises:
        InvalidParameterValue: no kind of artifact store has such a URI.
    """
    folder = local_folder(uri)
    if folder is None:
        raise InvalidParameterValue(f"Could not find a registered artifact repository for: {uri}.")
    return LocalArtifacts(folder)


def local_folder(uri: str) -> Path | None:
    """The folder that a root is on this machine; None for a root that is elsewhere."""
    return folder_of(uri)
