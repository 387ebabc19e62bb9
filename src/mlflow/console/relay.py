"""The process beside a run that stands between it and its output: passes everything on, and keeps a copy.

It is a process of its own so that what was printed is kept whatever kills the run, so that nothing waits for a thread
that has to wait for Python, and so that programs that outlive the run can still print. It ends with the last of them.

It runs alone, without any other module of ours, as `python -I -S relay.py CHANNELS CONTROL ACK`; see `main`.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import sys
import time

_READ = 1 << 16
_LONGEST_LINE = 1 << 16
_TAIL = 1 << 16
"""So many bytes at the end are kept of what is over the limit."""
_SNAPSHOT_S = 5.0
"""How often a line that is not finished, such as a progress bar, is written down."""


class Sink:
    """A file that a copy goes to, up to a limit; of what is beyond, the end."""

    def __init__(self, path: str, limit: int) -> None:
        self._fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o666)
        self._left = limit
        self._tail = bytearray()
        self._dropped = 0

    def write(self, data: bytes) -> None:
        """Write down whole lines, or a snapshot."""
        if len(data) <= self._left and not self._dropped:
            self._left -= len(data)
            self._put(data)
            return
        self._dropped += len(data)
        self._tail += data
        if len(self._tail) > 2 * _TAIL:
            del self._tail[:-_TAIL]

    def _put(self, data: bytes) -> None:
        with contextlib.suppress(OSError):  # a full disk must not stop the program
            while data:
                data = data[os.write(self._fd, data) :]

    def close(self) -> None:
        """Write down the end."""
        tail = bytes(self._tail[-_TAIL:])
        if self._dropped > len(tail):
            tail = tail[tail.find(b"\n") + 1 :]
            self._put(b"[%d bytes are left out here]\n" % (self._dropped - len(tail)))
        self._put(tail)
        os.close(self._fd)


class Fold:
    """Bytes of one stream as lines: what a line shows after its last carriage return is the line."""

    def __init__(self) -> None:
        self._rest = b""
        self._shown = b""

    def lines(self, data: bytes) -> bytes:
        """The lines that are whole now."""
        whole, newline, rest = (self._rest + data).rpartition(b"\n")
        # Of a line that is not finished, only what is seen now can still matter.
        rest = rest[rest.rfind(b"\r", 0, max(len(rest) - 1, 0)) + 1 :]
        if len(rest) > _LONGEST_LINE:
            whole, newline, rest = whole + newline + rest, b"\n", b""
        self._rest = rest
        if not newline:
            return b""
        self._shown = b""
        if b"\r" not in whole:
            return whole + newline
        return b"".join(_seen(line) + b"\n" for line in whole.split(b"\n"))

    def snapshot(self) -> bytes:
        """The line that is not finished, if it is another than last time, so that what follows replaces it."""
        seen = _seen(self._rest)
        if not seen or seen == self._shown:
            return b""
        self._shown = seen
        return seen + b"\r"

    def end(self) -> bytes:
        """The line that will not be finished any more."""
        seen, self._rest = _seen(self._rest), b""
        return seen + b"\n" if seen else b""


def _seen(line: bytes) -> bytes:
    line = line.removesuffix(b"\r")
    return line[line.rfind(b"\r") + 1 :]


class Relay:
    """Streams to pass on, and sinks for copies.

    Args:
        channels: file descriptor to read from → the one to pass on to, or -1 for copies only.
        control: where commands are read from: a JSON text a line, `{"open": path, "limit": bytes}`
            or `{"close": path}`.
        ack: where a line is written to for each command.
    """

    def __init__(self, channels: dict[int, int], control: int, ack: int) -> None:
        self._channels = channels
        self._control = control
        self._ack = ack
        self._sinks: dict[str, Sink] = {}
        self._folds = {fd: Fold() for fd in channels}
        self._commands = b""
        self._wait = selectors.DefaultSelector()
        for fd in (*channels, control):
            os.set_blocking(fd, False)
            self._wait.register(fd, selectors.EVENT_READ)
        self._snapshots = time.monotonic()

    def run(self) -> None:
        """Work until nobody can print any more."""
        while self._channels:
            for key, _ in self._wait.select(_SNAPSHOT_S if self._sinks else None):
                if key.fd == self._control:
                    self._obey()
                elif key.fd in self._channels:
                    self._pass_on(key.fd)
            if time.monotonic() - self._snapshots > _SNAPSHOT_S:
                self._snapshots = time.monotonic()
                self._copy(b"".join(fold.snapshot() for fold in self._folds.values()))
        self._close(list(self._sinks))

    def _pass_on(self, fd: int) -> bool:
        """Pass on what there is; whether there was something."""
        try:
            data = os.read(fd, _READ)
        except BlockingIOError:
            return False
        except OSError:  # what a terminal says when nobody has its other end any more
            data = b""
        if data and self._channels[fd] >= 0:
            try:
                _write_all(self._channels[fd], data)
            except OSError:  # nobody reads it: whoever writes shall hear that, as without us
                self._copy(self._folds[fd].lines(data))
                data = b""
        if not data:
            self._wait.unregister(fd)
            del self._channels[fd]
            self._copy(self._folds[fd].end())
            os.close(fd)
            return False
        self._copy(self._folds[fd].lines(data))
        return True

    def _copy(self, data: bytes) -> None:
        if data:
            for sink in self._sinks.values():
                sink.write(data)

    def _obey(self) -> None:
        data = os.read(self._control, _READ)
        if not data:
            # The run is over or dead; what still prints is passed on.
            self._wait.unregister(self._control)
            self._drain()
            self._close(list(self._sinks))
            return
        *commands, self._commands = (self._commands + data).split(b"\n")
        for command in commands:
            asked = json.loads(command)
            self._drain()
            if "open" in asked:
                with contextlib.suppress(OSError):
                    self._sinks[asked["open"]] = Sink(asked["open"], asked["limit"])
            else:
                self._close([asked["close"]])
            with contextlib.suppress(OSError):
                os.write(self._ack, b"\n")

    def _drain(self) -> None:
        """Pass on what was printed before now."""
        for fd in list(self._channels):
            for _ in range(256):  # up to 16 MiB: somebody may print without end
                if fd not in self._channels or not self._pass_on(fd):
                    break

    def _close(self, paths: list[str]) -> None:
        rest = b"".join(fold.snapshot() for fold in self._folds.values()).replace(b"\r", b"\n")
        for path in paths:
            sink = self._sinks.pop(path, None)
            if sink is not None:
                if rest:
                    sink.write(rest)
                sink.close()


def _write_all(fd: int, data: bytes) -> None:
    while data:
        try:
            data = data[os.write(fd, data) :]
        except BlockingIOError:
            # Somebody has made the terminal one that does not wait.
            time.sleep(0.005)


def main() -> None:
    """Relay what the command line names: `[[from, to], …]` as JSON, then two file descriptors."""
    channels = dict(json.loads(sys.argv[1]))
    if os.fork():
        os._exit(0)  # whoever started us waits for this; the relay is nobody's child
    os.setsid()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE):
        signal.signal(number, signal.SIG_IGN)
    Relay(channels, int(sys.argv[2]), int(sys.argv[3])).run()


if __name__ == "__main__":
    main()
