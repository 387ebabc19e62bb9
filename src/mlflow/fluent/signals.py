"""SIGTERM ends open runs as KILLED, and then the process as it would have ended anyway.

Only where the signal would end the process at once: a handler of the program's own decides for itself.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import threading
from collections.abc import Callable

from millrace.settings import MILLRACE_EXIT_TIMEOUT_S, MILLRACE_HANDLE_SIGTERM

_MOST_S = 10.0
"""How long the end of runs may hold up the end of the process: whoever sends SIGTERM sends SIGKILL some time later."""
_STUCK_S = 3.0
"""How long the main thread may take to get to the handler: it may be inside of a library that knows no signals."""

End = Callable[[str, str], None]
"""Ends all open runs with a status, for a reason."""


class _Watch:
    """The handler while runs are open; everything happens in the main thread, but `_look`."""

    def __init__(self, end: End) -> None:
        self._end = end
        self._pid = os.getpid()
        self._handled = threading.Event()
        self._read, self._write = os.pipe()
        os.set_blocking(self._write, False)
        # Python's own handlers run when the main thread comes around to it; this tells another thread at once.
        before = signal.set_wakeup_fd(self._write, warn_on_full_buffer=False)
        if before != -1:
            signal.set_wakeup_fd(before)  # an event loop's, which needs it
        signal.signal(signal.SIGTERM, self.handle)
        threading.Thread(target=self._look, name="mlflow-sigterm", daemon=True).start()

    def handle(self, number: int, frame: object) -> None:
        """What the signal does."""
        self._handled.set()
        self._end_in_time()
        if signal.getsignal(signal.SIGTERM) == self.handle:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGTERM)
        if os.getpid() == 1:
            # The first process of a container, which no signal without a handler ends: its runs are over, so is it.
            os._exit(128 + signal.SIGTERM)

    def _end_in_time(self) -> None:
        # In a thread of its own: the main thread may have been interrupted while it held what that needs.
        thread = threading.Thread(target=self._end, args=("KILLED", "The process was ended by SIGTERM."), daemon=True)
        with contextlib.suppress(RuntimeError):
            thread.start()
            thread.join(min(MILLRACE_EXIT_TIMEOUT_S.get(), _MOST_S))

    def _look(self) -> None:
        while numbers := os.read(self._read, 64):
            if signal.SIGTERM in numbers and self._pid == os.getpid() and not self._handled.wait(_STUCK_S):
                self._end_in_time()
                if not self._handled.is_set():
                    # Only the main thread may ask Python for this.
                    ctypes.CDLL(None).signal(int(signal.SIGTERM), None)
                    os.kill(os.getpid(), signal.SIGTERM)
        os.close(self._read)

    def stop(self) -> None:
        """Undo everything that nobody has changed since."""
        if signal.getsignal(signal.SIGTERM) == self.handle:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
        before = signal.set_wakeup_fd(-1)
        if before not in (self._write, -1):
            signal.set_wakeup_fd(before)
        os.close(self._write)

    def forget(self) -> None:
        """In a forked child, whose runs these are not."""
        with contextlib.suppress(ValueError):
            if signal.getsignal(signal.SIGTERM) == self.handle:
                signal.signal(signal.SIGTERM, signal.SIG_DFL)
            if signal.set_wakeup_fd(-1) != self._write:
                pass  # nobody in the child waits for it yet
        with contextlib.suppress(OSError):
            os.close(self._write)
            os.close(self._read)


_watch: list[_Watch] = []


def watch(end: End) -> None:
    """Have SIGTERM end open runs from now on, where it would end the process at once."""
    if _watch or not MILLRACE_HANDLE_SIGTERM.get() or threading.current_thread() is not threading.main_thread():
        return
    if os.name == "posix" and signal.getsignal(signal.SIGTERM) == signal.SIG_DFL:
        with contextlib.suppress(ValueError, RuntimeError, OSError):  # in an interpreter that is embedded, or ends
            _watch.append(_Watch(end))


def unwatch() -> None:
    """Leave SIGTERM alone again: no run is open."""
    if _watch and threading.current_thread() is threading.main_thread():
        _watch.pop().stop()


def _after_fork() -> None:
    while _watch:
        _watch.pop().forget()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
