"""A large file up and down through a server, in bounded memory, killed in the middle and gone on with.

`python benchmarks/artifacts.py [GIGABYTES]`: the memory of a process is the greatest that the system saw.
"""

from __future__ import annotations

import hashlib
import json
import os
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

_MOVE = """
import json, resource, sys, time
from collections.abc import Callable
from pathlib import Path
from millrace.artifacts import download, open_artifacts, upload
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
resource.setrlimit(resource.RLIMIT_DATA, (int(sys.argv[4]), int(sys.argv[4])))
artifacts = open_artifacts("mlflow-artifacts:/0/run/artifacts", tracking_uri=sys.argv[2])
began = time.process_time()
if sys.argv[1] == "up":
    upload(artifacts, Path(sys.argv[3]))
else:
    download(artifacts, "big", Path(sys.argv[3]))
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"cpu_s": round(time.process_time() - began, 1), "mib": after // 1024, "mib_before": before // 1024}))
"""
LIMIT = 512 * 1024**2
"""Bytes of memory that a moving process may ask for."""


def main(gigabytes: float) -> None:
    """Move the file four times: up with a kill, up to its end, down with a kill, down to its end."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        big = folder / "big"
        _fill(big, int(gigabytes * 1000**3))
        os.environ["XDG_STATE_HOME"] = str(folder / "state")
        os.environ["MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR"] = "false"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        (folder / "server").mkdir()
        server = subprocess.Popen(
            [sys.executable, "-m", "mlflow", "server", "--port", str(port)],
            cwd=folder / "server",
            stderr=subprocess.DEVNULL,
        )
        try:
            url = f"http://127.0.0.1:{port}"
            _wait(url)
            notes = folder / "state" / "millrace" / "uploads"
            _kill(lambda: any(len(one.read_bytes()) > 3000 for one in notes.glob("*")), "up", url, big)
            sent = sum(1 for one in notes.glob("*") for _ in one.open()) - 1
            print(f"killed while uploading, {sent} parts had arrived")
            print("the rest up:", _move("up", url, big))
            down = folder / "down"
            down.mkdir()
            _kill(
                lambda: any(one.stat().st_size > big.stat().st_size // 3 for one in down.iterdir()), "down", url, down
            )
            there = sum(one.stat().st_size for one in down.iterdir())
            print(f"killed while downloading, {there / 1e9:.2f} GB were there")
            print("the rest down:", _move("down", url, down))
            print("the same bytes:", _digest(big) == _digest(down / "big"))
        finally:
            server.terminate()
            server.wait(30)
        print("server and all others, greatest:", resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024, "MiB")


def _fill(path: Path, size: int) -> None:
    block = os.urandom(1 << 20)
    with path.open("wb") as out:
        for number in range(size // len(block)):
            out.write(number.to_bytes(8, "big") + block[8:])


def _wait(url: str) -> None:
    for _ in range(600):
        try:
            urllib.request.urlopen(f"{url}/health", timeout=5).close()
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("The server did not start.")


def _start(direction: str, url: str, path: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", _MOVE, direction, url, str(path), str(LIMIT)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def _move(direction: str, url: str, path: Path) -> object:
    process = _start(direction, url, path)
    said, _ = process.communicate()
    if process.returncode:
        raise SystemExit(f"moving {direction} failed")
    return json.loads(said)


def _kill(reached: Callable[[], bool], direction: str, url: str, path: Path) -> None:
    process = _start(direction, url, path)
    while not reached():
        if process.poll() is not None:
            raise SystemExit("It was done before it could be killed.")
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 2.0)
