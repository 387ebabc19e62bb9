"""From a file on this machine that grows to an artifact elsewhere that grows with it: every byte once."""

from __future__ import annotations

import posixpath
import time
from pathlib import Path

from millrace.artifacts import Artifacts
from millrace.errors import NotImplementedHere

_STEP = 1 << 20
"""How much is sent at once."""
_PART = 256 << 10
"""Where nothing can be appended to, so much is one file, which is sent again while it grows."""
_AGAIN_S = 10.0
"""How often a part that grows is sent again."""


class Shipment:
    """A file and the artifact that it becomes.

    Args:
        source: the file; it may grow.
        artifacts: where it goes.
        target: the path of the artifact. Where artifacts cannot be appended to, the file goes to numbered ones beside
            it instead: `console/output-0001.log` for `console/output.log`.
    """

    def __init__(self, source: Path, artifacts: Artifacts, target: str) -> None:
        self._source = source
        self._artifacts = artifacts
        self._target = target
        self._sent = 0
        self._in_parts = False
        self._resent = 0.0

    def ship(self, *, now: bool = False) -> bool:
        """Send what is new, at most a mebibyte; whether there may be more.

        Args:
            now: also send a part again that has only just been sent.

        Raises:
            MlflowException: it could not be sent; another try goes on where this one ended.
        """
        if not self._in_parts:
            try:
                return self._append()
            except NotImplementedHere:
                self._in_parts, self._sent = True, 0
        return self._send_part(now)

    def _append(self) -> bool:
        data = self._read(self._sent, _STEP)
        if not data:
            return False
        # Where the file is longer than this knows, an answer was lost, or the process that shipped died.
        self._sent = self._artifacts.append(self._target, data, self._sent)
        return True

    def _send_part(self, now: bool) -> bool:
        start = self._sent // _PART * _PART
        data = self._read(start, _PART)
        full = len(data) == _PART
        due = full or now or time.monotonic() - self._resent > _AGAIN_S
        if start + len(data) <= self._sent or not due:
            return False
        stem, ending = posixpath.splitext(self._target)
        self._artifacts.write(f"{stem}-{start // _PART + 1:04}{ending}", data)
        self._sent = start + len(data)
        self._resent = time.monotonic()
        return full

    def _read(self, start: int, size: int) -> bytes:
        with self._source.open("rb") as file:
            file.seek(start)
            return file.read(size)
