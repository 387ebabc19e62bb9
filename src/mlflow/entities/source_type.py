"""Where a run was started from, by number and by name."""

from __future__ import annotations

from enum import IntEnum


class SourceType(IntEnum):
    """The kind of place that a run was started from."""

    NOTEBOOK = 1
    JOB = 2
    PROJECT = 3
    LOCAL = 4
    UNKNOWN = 5

    @staticmethod
    def from_string(status_str: str) -> int:
        """The number of a kind by name."""
        return SourceType[status_str].value

    @staticmethod
    def to_string(status: int) -> str:
        """The name of a kind by number."""
        return SourceType(status).name
