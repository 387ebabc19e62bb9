"""Our own server as a process, for tests."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_SERVE = """
import sys
from millrace.server import serve
from millrace.server.options import Options
serve(Options(backend_store_uri=sys.argv[1], port=int(sys.argv[2])))
"""


@contextlib.contextmanager
def running_server(folder: Path, store: str = "store", *, port: int = 0) -> Iterator[str]:
    """The address of a server on a store, in a folder, that is stopped when the block ends; 0 takes any free port."""
    if not port:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
    with (folder / "server.log").open("w") as log:
        process = subprocess.Popen([sys.executable, "-c", _SERVE, store, str(port)], cwd=folder, stderr=log)
        try:
            awaited(f"http://127.0.0.1:{port}", process, folder / "server.log")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(30)


def awaited(url: str, process: subprocess.Popen[Any], log: Path | None = None, *, seconds: int = 15) -> None:
    """Wait until a server answers.

    Raises:
        AssertionError: it ended, or it does not answer in this time; with what it wrote.
    """
    for _ in range(seconds * 20):
        try:
            with urllib.request.urlopen(f"{url}/health", timeout=5) as answer:
                if answer.status == 200:
                    return
        except OSError:
            pass
        assert process.poll() is None, log.read_text() if log else "the server ended"
        time.sleep(0.05)
    raise AssertionError(f"The server did not answer within {seconds} seconds: {log.read_text() if log else ''}")
