"""Artifacts as they are listed: bytes at a path under a run's or a model's artifact root."""

from __future__ import annotations

from msgspec import field

from millrace.model.entity import Entity


class FileInfo(Entity, frozen=True):
    """A file or folder; `path` is relative to the artifact root, `file_size` in bytes is None for a folder."""

    path: str
    is_dir: bool = field(default_factory=bool)
    file_size: int | None = None
