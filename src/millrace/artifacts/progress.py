"""How far uploads and downloads are, on standard error, for those that take long."""

from __future__ import annotations

import sys
import threading
import time
from types import TracebackType
from typing import Any, BinaryIO, cast

from millrace.settings import MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR

SHOWN_FROM = 100 * 1024**2
"""Bytes from which a transfer is shown; less takes a moment."""
_EVERY_S = 0.2
_UNITS = ("B", "kB", "MB", "GB", "TB")


class Progress:
    """The bytes that were moved, of a known total; may be told from any number of threads.

    On a terminal one line is written anew; elsewhere, such as in the log of a job, a line for each tenth.

    Args:
        label: what is done, e.g. `Uploading artifacts`.
        total: bytes in all.
    """

    def __init__(self, label: str, total: int) -> None:
        self._label = label
        self._total = total
        self._done = 0
        self._shown_at = 0.0
        self._tenths = 0
        self._lock = threading.Lock()
        self._is_shown = total >= SHOWN_FROM and MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR.get() and sys.stderr is not None

    def __enter__(self) -> Progress:
        return self

    def seen(self, count: int) -> None:
        """So many bytes more were moved."""
        if not self._is_shown:
            return
        with self._lock:
            self._done += count
            if sys.stderr.isatty():
                now = time.monotonic()
                if now - self._shown_at > _EVERY_S or self._done >= self._total:
                    self._shown_at = now
                    sys.stderr.write(f"\r{self._line()}")
                    sys.stderr.flush()
            elif self._done * 10 // self._total > self._tenths:
                self._tenths = self._done * 10 // self._total
                sys.stderr.write(self._line() + "\n")

    def _line(self) -> str:
        percent = min(100, self._done * 100 // self._total)
        return f"{self._label}: {percent:3}% of {_size(self._total)}"

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._is_shown and sys.stderr.isatty():
            sys.stderr.write("\n")


def _size(count: float) -> str:
    for unit in _UNITS:
        if count < 1000 or unit == _UNITS[-1]:
            break
        count /= 1000
    return f"{count:.3g} {unit}"


class Watched:
    """A file whose bytes are counted as they are read."""

    def __init__(self, file: BinaryIO, progress: Progress) -> None:
        self._file = file
        self._furthest = file.tell()
        self.progress = progress

    def read(self, size: int = -1) -> bytes:
        """As the file's; what is read again, because it had to be sent again, counts once."""
        data = self._file.read(size)
        self._furthest, before = max(self._furthest, self._file.tell()), self._furthest
        self.progress.seen(self._furthest - before)
        return data

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def watched(file: BinaryIO, progress: Progress) -> BinaryIO:
    """The file, with its bytes counted."""
    return cast("BinaryIO", Watched(file, progress))
