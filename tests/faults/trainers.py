"""Training scripts and servers as processes that can be killed, stopped and started again."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from millrace.calls import GetMetricHistory
from millrace.store import Store

_SERVE = """
import sys
from millrace.server import serve
from millrace.server.options import Options
serve(Options(backend_store_uri=sys.argv[1], port=int(sys.argv[2])))
"""


class Server:
    """Our server on a store in a folder, on one port for all of its lives."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        with (self._folder / "server.log").open("a") as log:
            command = [sys.executable, "-c", _SERVE, str(self._folder / "served"), str(self._port)]
            self._process = subprocess.Popen(command, cwd=self._folder, stderr=log)
        for _ in range(600):
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{self.url}/health", timeout=5):
                return
            assert self._process.poll() is None, (self._folder / "server.log").read_text()
            time.sleep(0.05)
        raise AssertionError("The server did not answer within 30 seconds.")

    def send(self, number: int) -> None:
        """Send it a signal; after SIGKILL it is gone."""
        assert self._process is not None
        self._process.send_signal(number)
        if number == signal.SIGKILL:
            self._process.wait()
            self._process = None

    def end(self) -> None:
        """Kill it if it is there."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()


@contextlib.contextmanager
def server_on(folder: Path) -> Iterator[Server]:
    """A server that runs, and is gone when the block ends."""
    server = Server(folder)
    server.start()
    try:
        yield server
    finally:
        server.end()


def start(code: str, *arguments: str, **variables: str) -> subprocess.Popen[str]:
    """Start a script; its standard output and error are pipes.

    Args:
        code: the script.
        arguments: what it finds in `sys.argv[1:]`.
        variables: further environment variables.
    """
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", code, *arguments]
    pipe = subprocess.PIPE
    environment = {**os.environ, **variables}
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, env=environment)


def finished(process: subprocess.Popen[str]) -> tuple[str, str]:
    """What a script wrote to its standard output and error; it must have ended well."""
    try:
        out, err = process.communicate(timeout=100)
    finally:
        process.kill()
    assert process.returncode == 0, err
    return out, err


def steps(store: Store, run_id: str, key: str) -> list[int]:
    """The steps of a series as they are stored, sorted, each as often as it is there."""
    return sorted(point.step for point in store.call(GetMetricHistory(run_id, key)).metrics)
