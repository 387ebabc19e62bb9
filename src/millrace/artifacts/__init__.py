"""Artifacts: the second port, for bytes at paths below a root."""

from __future__ import annotations

from millrace.artifacts.local import LocalArtifacts
from millrace.artifacts.multipart import MultipartUploads
from millrace.artifacts.opening import SCHEMES, is_known, local_folder, open_artifacts, repository_of
from millrace.artifacts.paths import parts_of, spellings
from millrace.artifacts.port import Artifacts, Below, Source, as_stream, chunks_of, download, fetch, upload
from millrace.artifacts.served import OFFSET_HEADER

__all__ = [
    "Artifacts",
    "Below",
    "LocalArtifacts",
    "MultipartUploads",
    "OFFSET_HEADER",
    "SCHEMES",
    "Source",
    "as_stream",
    "chunks_of",
    "download",
    "fetch",
    "is_known",
    "local_folder",
    "open_artifacts",
    "parts_of",
    "repository_of",
    "spellings",
    "upload",
]
