"""Segments as readers find them: which there are, whether their writers live, and stretches of their frames."""

from __future__ import annotations

import contextlib
import os
import threading
import time
import weakref
from collections.abc import Iterator
from io import FileIO
from pathlib import Path

from millrace.calls import SeriesName
from millrace.errors import DataLoss
from millrace.journal.format import MAX_FRAME, Header, Stretch, decode_header

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

SUFFIX = ".journal"
_SLICE = 32 << 10
"""Bytes that are read at a time, and between two chances for the threads that train."""

_UNBORN_S = 60


_files_lock = threading.RLock()
_files: weakref.WeakSet[FileIO] = weakref.WeakSet()
"""Files that are open here, with or without a lock. A forked child must not keep them: it would keep their locks."""


def open_file(path: Path, flags: int) -> FileIO:
    """Open a file of the journal so that forked children close it; one of another user, to read it and to lock it.

    An object closes itself when nobody has it any more, so an interrupt (Ctrl-C) that strikes between any two steps
    leaves no lock behind, as it would with a number.
    """
    with _files_lock:
        try:
            file = FileIO(path, opener=lambda name, _: os.open(name, flags | os.O_CLOEXEC, 0o666))
        except PermissionError:
            if not path.exists():
                raise
            file = FileIO(path)
        _files.add(file)
        return file


def close_file(file: FileIO) -> None:
    """Unlock and close a file that `open_file` opened; in a forked child that is done already."""
    if not file.closed:
        # A child that another thread forks at this moment may get a copy: better one that is not locked.
        with contextlib.suppress(OSError):
            fcntl.flock(file, fcntl.LOCK_UN)
        file.close()


def _release() -> None:
    _files_lock.release()


def _close_inherited() -> None:
    global _files_lock
    # Closing is no unlocking: the lock belongs to the open file, which the parent still has.
    for file in list(_files):
        with contextlib.suppress(OSError):
            file.close()
    _files.clear()
    _files_lock = threading.RLock()


def _hold() -> None:
    _files_lock.acquire()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_hold, after_in_parent=_release, after_in_child=_close_inherited)


def is_supported() -> bool:
    """Whether this system has the locks by which a journal knows that its writer lives."""
    return fcntl is not None


def lock(fd: int) -> None:
    """Lock a file that nobody else knows yet; raises OSError where the file system has no locks."""
    fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)


def lock_file(path: Path) -> FileIO:
    """Make a file and keep it locked while this process lives; raises OSError where it is there or locks are not."""
    file = open_file(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL)
    lock(file.fileno())
    return file


def lock_if_abandoned(path: Path) -> FileIO | None:
    """Lock a file whose process is dead; None when it lives, or when the file is gone."""
    try:
        file = open_file(path, os.O_RDWR)
    except OSError:
        return None
    if is_abandoned(file.fileno()) and path.exists():
        return file
    file.close()
    return None


def writer_ids(folder: Path) -> list[str]:
    """The writer ids of the segments in a folder, the oldest first."""
    try:
        names = os.listdir(folder)
    except (FileNotFoundError, NotADirectoryError):
        return []
    return sorted(name.removesuffix(SUFFIX) for name in names if name.endswith(SUFFIX))


def remove_unborn(folder: Path) -> None:
    """Remove what is left of segments whose writers died before the header was whole."""
    for path in folder.glob("*" + SUFFIX + ".new"):
        with contextlib.suppress(OSError):
            # A writer locks the file at once; for the moment before that, the file's age stands.
            if time.time() - path.stat().st_mtime > _UNBORN_S:
                path.unlink()


class Reading:
    """How far this process has read a segment, and how far the store has it.

    Args:
        path: the segment.
        header: what it says about itself.
    """

    def __init__(self, path: Path, header: Header) -> None:
        self.path = path
        self.header = header
        self.series: list[SeriesName] = []
        self.offset = header.length
        """Where the next frame begins that was not sent."""
        self.position: int | None = None
        """What the store said that it has; None until it was asked."""

    def next(self, fd: int, limit: int) -> Stretch:
        """The next points, at most about `limit`, or the next call; nothing is remembered but new series."""
        stretch = Stretch(self.series, self.offset)
        _fill(stretch, fd, limit, 1 << 62)
        return stretch

    def move_to(self, fd: int, position: int) -> None:
        """Go to where the store is.

        Raises:
            DataLoss: no frame ends there.
        """
        self.position = position
        if position < self.offset:
            self.series.clear()
            self.offset = self.header.length
        while self.offset < position:
            stretch = Stretch(self.series, self.offset)
            _fill(stretch, fd, 4096, position)
            if stretch.end == self.offset:
                raise DataLoss(f"The store has {position} bytes of {self.path}, where no record ends.")
            self.offset = stretch.end


def open_reading(path: Path, fd: int) -> Reading:
    """Begin to read a segment.

    Raises:
        NewerVersion: it was written by a newer Millrace.
        Damaged: it does not begin with a header.
    """
    return Reading(path, decode_header(os.pread(fd, 1024, 0)))


def _fill(stretch: Stretch, fd: int, limit: int, until: int) -> None:
    want = _SLICE
    while stretch.takes_more(limit) and not (stretch.damage or stretch.newer):
        before = stretch.end
        data = os.pread(fd, min(want, until - before), before)
        stretch.read(data, limit)
        if stretch.end > before:
            want = _SLICE
            time.sleep(0)  # whoever logs at this moment waits for no more than one slice
        elif want == _SLICE and len(data) == want:
            want = MAX_FRAME + 8
        else:
            return


def is_abandoned(fd: int) -> bool:
    """Whether nobody will append to a segment any more; if so, it stays locked as long as `fd` is open."""
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


@contextlib.contextmanager
def lease(folder: Path, patience_s: float) -> Iterator[bool]:
    """Hold the right to drain a folder; False when another process did not give it up in so many seconds."""
    with open_file(folder / "lease", os.O_RDWR | os.O_CREAT) as file:
        deadline, pause = time.monotonic() + patience_s, 0.0005
        while not is_abandoned(file.fileno()):
            if time.monotonic() + pause > deadline:
                yield False
                return
            time.sleep(pause)
            pause = min(pause * 2, 0.02)
        try:
            yield True
        finally:
            close_file(file)
