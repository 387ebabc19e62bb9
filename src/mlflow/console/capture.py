"""Standard output and error of this process and of those that it starts, led through the relay."""

from __future__ import annotations

import contextlib
import ctypes
import io
import json
import os
import select
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

_RELAY = str(Path(__file__).with_name("relay.py"))
_PIPE_BYTES = 1 << 20
_PATIENCE_S = 5.0
"""How long the relay may take to answer."""


class CannotCapture(Exception):
    """The output cannot be captured here; the text says why."""


class _Copying:
    """A stream of Python's that is not the process's own (pytest's, a notebook's), and a copy for the relay."""

    def __init__(self, stream: Any, fd: int) -> None:
        self._stream = stream
        self._fd = fd
        self.active = True

    def write(self, text: str) -> int:
        """Write to both."""
        written = self._stream.write(text)
        if self.active and text:
            data = text.encode("utf-8", "replace")
            with contextlib.suppress(OSError):
                while data:
                    data = data[os.write(self._fd, data) :]
        return len(text) if written is None else written

    def writelines(self, lines: Any) -> None:
        """Write several texts to both."""
        for line in lines:
            self.write(line)

    def __iter__(self) -> Any:
        return iter(self._stream)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class Capture:
    """The output of this process from now on, until `stop`.

    Raises:
        CannotCapture: this process has no output, or no other process can be started.
    """

    def __init__(self) -> None:
        _flush()
        self._stats: dict[int, tuple[int, int]] = {}
        self._originals: dict[int, int] = {}
        self._copies: dict[str, _Copying] = {}
        ends: list[int] = []
        try:
            self._start(ends)
        except (OSError, subprocess.SubprocessError) as error:
            for fd in self._originals.values():
                os.close(fd)
            raise CannotCapture(str(error)) from None
        finally:
            for fd in ends:
                os.close(fd)

    def _start(self, ends: list[int]) -> None:
        if not hasattr(os, "fork"):
            raise OSError("the relay needs a POSIX system")
        for number in (1, 2):
            with contextlib.suppress(OSError):  # a process may have neither
                self._originals[number] = os.dup(number)
        if not self._originals:
            raise OSError("this process has no output")
        channels: list[tuple[int, int]] = []
        into: dict[int, int] = {}
        numbers = list(self._originals)
        if len(numbers) == 2 and os.path.sameopenfile(*numbers):
            numbers = numbers[:1]  # through one channel, what is written one after the other stays in that order
        for number in numbers:
            read, into[number] = _channel(self._originals[number])
            channels.append((read, self._originals[number]))
            ends += [read, into[number]]
        if self._python_streams():
            read, self._text = os.pipe()
            channels.append((read, -1))
            ends.append(read)
        else:
            self._text = -1
        control, self._control = os.pipe()
        self._ack, ack = os.pipe()
        ends += [control, ack]
        passed = [fd for pair in channels for fd in pair if fd >= 0] + [control, ack]
        command = [sys.executable, "-I", "-S", _RELAY, json.dumps(channels), str(control), str(ack)]
        try:
            subprocess.run(command, pass_fds=passed, check=True, timeout=30, stdin=subprocess.DEVNULL)
        except BaseException:
            self._close_own()
            raise
        for number in self._originals:
            os.dup2(into.get(number, into[numbers[0]]), number)
            self._stats[number] = _identity(number)
        for name, stream in self._python_streams().items():
            self._copies[name] = _Copying(stream, self._text)
            setattr(sys, name, self._copies[name])

    def _python_streams(self) -> dict[str, Any]:
        """The streams that do not write to the process's own output."""
        found = {}
        for name, number in (("stdout", 1), ("stderr", 2)):
            stream = getattr(sys, name)
            if stream is None or isinstance(stream, _Copying):
                continue
            try:
                is_own = stream.fileno() == number
            except (AttributeError, OSError, ValueError, io.UnsupportedOperation):
                is_own = False
            if not is_own:
                found[name] = stream
        return found

    def open(self, path: Path, limit: int) -> None:
        """Have a copy of what is printed from now on appended to a file."""
        self._ask({"open": str(path), "limit": limit})

    def close(self, path: Path) -> None:
        """Have the file finished; what was printed before is in it then."""
        _flush()
        self._ask({"close": str(path)})

    def _ask(self, command: dict[str, Any]) -> None:
        with contextlib.suppress(OSError):
            os.write(self._control, json.dumps(command).encode() + b"\n")
            if select.select([self._ack], [], [], _PATIENCE_S)[0]:
                os.read(self._ack, 1)

    def stop(self) -> None:
        """Put everything back that nobody else has changed since."""
        _flush()
        for name, copy in self._copies.items():
            copy.active = False
            if getattr(sys, name) is copy:
                setattr(sys, name, copy._stream)
        for number, original in self._originals.items():
            with contextlib.suppress(OSError):
                if _identity(number) == self._stats.get(number):
                    os.dup2(original, number)
            os.close(original)
        self._close_own()

    def _close_own(self) -> None:
        for fd in (self._text, self._control, self._ack):
            if fd >= 0:
                os.close(fd)


def _channel(original: int) -> tuple[int, int]:
    """Two ends: a terminal where there is one now, so that programs go on drawing colours and bars, else a pipe."""
    if not os.isatty(original):
        read, write = os.pipe()
        with contextlib.suppress(OSError, ImportError, AttributeError):
            import fcntl

            fcntl.fcntl(write, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        return read, write
    import fcntl
    import termios
    import tty

    read, write = os.openpty()
    tty.setraw(write)
    with contextlib.suppress(OSError):
        size = fcntl.ioctl(original, termios.TIOCGWINSZ, b"\0" * 8)
        fcntl.ioctl(write, termios.TIOCSWINSZ, size)
    return read, write


def _identity(fd: int) -> tuple[int, int]:
    status = os.fstat(fd)
    return status.st_dev, status.st_ino


def _flush() -> None:
    """Have everything written that waits in this process, in Python and in C."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):
            stream.flush()
    with contextlib.suppress(Exception):
        ctypes.CDLL(None).fflush(None)


_lock = threading.RLock()
_running: list[Capture] = []
_files: set[Path] = set()


def capture_to(path: Path, limit: int) -> None:
    """Append what this process prints to a file; any number of files may be open.

    Raises:
        CannotCapture: see `Capture`.
    """
    with _lock:
        if not _running:
            _running.append(Capture())
        _running[0].open(path, limit)
        _files.add(path)


def finish(path: Path) -> None:
    """Finish a file; with the last one, the output goes its old ways again."""
    with _lock:
        if path not in _files:
            return
        _files.discard(path)
        _running[0].close(path)
        if not _files:
            _running.pop().stop()


def _after_fork() -> None:
    # What a child prints goes on to the relay; when that ends is the parent's affair.
    global _lock
    _lock = threading.RLock()
    for capture in _running:
        for fd in (capture._control, capture._ack):
            os.close(fd)
    _running.clear()
    _files.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
