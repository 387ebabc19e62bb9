"""Artifacts in a folder of this machine.

Every path is walked name by name from a file descriptor of the root, and no step follows a link (`O_NOFOLLOW`): a link
that somebody swaps in between a check and its use cannot lead out, because there is no check apart from the use. Links
below the root are therefore as if they were not there, but for `delete`, which removes the link and not its target.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import stat
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from millrace.artifacts.paths import RESERVED, invalid_path, parts_of
from millrace.artifacts.port import Source, chunks_of
from millrace.errors import InvalidParameterValue, PermissionDenied, ResourceMissing
from millrace.model import FileInfo

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_appending = threading.Lock()
_ABSENT = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)


class LocalArtifacts:
    """Artifacts in a folder, which is made by the first write.

    Args:
        root: the folder; links on the way to it are followed, links below it are not.
        hidden: names directly below the root that are not artifacts (also with a suffix, as in `millrace.db-wal`).
    """

    def __init__(self, root: Path, *, hidden: tuple[str, ...] = ()) -> None:
        self.root = root
        self._hidden = hidden

    def open(self, path: str) -> BinaryIO:
        """See `Artifacts`."""
        parts = self._parts(path)
        with _told(path), self._folder(parts[:-1]) as folder:
            if not parts:
                raise IsADirectoryError(errno.EISDIR, "the root")
            # O_NONBLOCK: opening a named pipe must not wait for somebody to write into it.
            flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
            descriptor = os.open(parts[-1], flags, dir_fd=folder)
            mode = os.fstat(descriptor).st_mode
            if not stat.S_ISREG(mode):
                os.close(descriptor)
                raise OSError(errno.EISDIR if stat.S_ISDIR(mode) else errno.ENOENT, "not a file")
            return os.fdopen(descriptor, "rb")

    def write(self, path: str, data: Source) -> None:
        """See `Artifacts`; written beside its place and then renamed."""
        parts = self._parts(path)
        if not parts:
            raise invalid_path()
        temporary = f"{RESERVED}{uuid.uuid4().hex}"
        with _told(path), self._folder(parts[:-1], make=True) as folder:
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
            descriptor = os.open(temporary, flags, 0o666, dir_fd=folder)
            try:
                with os.fdopen(descriptor, "wb") as out:
                    for chunk in chunks_of(data):
                        out.write(chunk)
                os.rename(temporary, parts[-1], src_dir_fd=folder, dst_dir_fd=folder)
            except BaseException:
                os.unlink(temporary, dir_fd=folder)
                raise

    def append(self, path: str, data: bytes, at: int) -> int:
        """See `Artifacts`; of several that append at once, one after the other does."""
        parts = self._parts(path)
        if not parts:
            raise invalid_path()
        with _told(path), self._folder(parts[:-1], make=True) as folder:
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
            descriptor = os.open(parts[-1], flags, 0o666, dir_fd=folder)
            try:
                status = os.fstat(descriptor)
                if not stat.S_ISREG(status.st_mode):
                    raise OSError(errno.ENOENT, "not a file")
                with _appending:
                    size = os.fstat(descriptor).st_size
                    if size != at:
                        return size
                    while data:
                        data = data[os.write(descriptor, data) :]
                    return os.fstat(descriptor).st_size
            finally:
                os.close(descriptor)

    def list(self, path: str = "") -> list[FileInfo]:
        """See `Artifacts`."""
        parts = self._parts(path)
        found = []
        with (
            contextlib.suppress(ResourceMissing),
            _told(path),
            self._folder(parts) as folder,
            os.scandir(folder) as all_,
        ):
            for entry in all_:
                if self._is_hidden((*parts, entry.name)):
                    continue
                with contextlib.suppress(FileNotFoundError):  # deleted since it was listed
                    status = entry.stat(follow_symlinks=False)
                    whole = "/".join((*parts, entry.name))
                    if stat.S_ISDIR(status.st_mode):
                        found.append(FileInfo(whole, True))
                    elif stat.S_ISREG(status.st_mode):
                        found.append(FileInfo(whole, False, status.st_size))
        return sorted(found, key=lambda one: one.path)

    def delete(self, path: str = "") -> None:
        """See `Artifacts`."""
        parts = self._parts(path)
        if not parts:
            for one in self.list():
                self.delete(one.path)
            return
        with contextlib.suppress(ResourceMissing), _told(path), self._folder(parts[:-1]) as folder:
            if stat.S_ISDIR(os.stat(parts[-1], dir_fd=folder, follow_symlinks=False).st_mode):
                shutil.rmtree(parts[-1], dir_fd=folder)  # its own steps follow no links either
            else:
                os.unlink(parts[-1], dir_fd=folder)

    def _parts(self, path: str) -> tuple[str, ...]:
        parts = parts_of(path)
        if self._is_hidden(parts):
            raise invalid_path()
        return parts

    def _is_hidden(self, parts: tuple[str, ...]) -> bool:
        # Without regard to case, as some file systems see names.
        own = bool(parts) and parts[-1].startswith(RESERVED)
        return own or (bool(parts) and parts[0].lower().startswith(self._hidden or ("\0",)))

    @contextlib.contextmanager
    def _folder(self, parts: tuple[str, ...], make: bool = False) -> Iterator[int]:
        """A descriptor of a folder below the root, reached without following a link."""
        if make:
            self.root.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            for name in parts:
                if make:
                    with contextlib.suppress(FileExistsError):
                        os.mkdir(name, dir_fd=descriptor)
                deeper = os.open(name, _FOLDER, dir_fd=descriptor)
                os.close(descriptor)
                descriptor = deeper
            yield descriptor
        finally:
            os.close(descriptor)


@contextlib.contextmanager
def _told(path: str) -> Iterator[None]:
    """Errors of the operating system in words that a user can act on, without the folder's place on this machine."""
    try:
        yield
    except IsADirectoryError:
        raise InvalidParameterValue(f"There is a folder at '{path}', not a file.") from None
    except PermissionError:
        raise PermissionDenied(f"The artifact folder's rights do not allow this at '{path}'.") from None
    except OSError as error:
        if error.errno in _ABSENT:
            raise ResourceMissing(f"No such artifact: '{path}'") from None
        if error.errno == errno.ENAMETOOLONG:
            raise invalid_path() from None
        raise
