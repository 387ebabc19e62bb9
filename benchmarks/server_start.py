"""How long `mlflow server` takes until /health answers: Millrace and the real mlflow, in turns, on the same machine."""

from __future__ import annotations

import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

PEER = Path(__file__).resolve().parents[1] / ".witness" / "bin" / "mlflow"
ROUNDS = 5
TICKS = os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Measure, and print one row for an empty store and one for a store that is there."""
    programs = {"millrace": str(Path(sys.executable).parent / "mlflow"), "mlflow": str(PEER)}
    cost: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for _ in range(ROUNDS):
        for name, program in programs.items():
            with tempfile.TemporaryDirectory() as folder:
                for store in ("empty store", "store that is there"):
                    cost.setdefault((name, store), []).append(started(program, folder))
    heads = " | ".join(f"{name}: CPU / wall, s" for name in programs)
    print(f"| `mlflow server` until /health answers | {heads} | times less |")
    print("|---|---|---|---|")
    for store in ("empty store", "store that is there"):
        middle = {name: [statistics.median(one[n] for one in cost[name, store]) for n in (0, 1)] for name in programs}
        cells = " | ".join(f"{cpu:.2f} / {wall:.2f}" for cpu, wall in middle.values())
        ratios = " / ".join(f"{middle['mlflow'][n] / max(middle['millrace'][n], 0.001):.0f}" for n in (0, 1))
        print(f"| {store} | {cells} | {ratios} |")


def started(program: str, folder: str) -> tuple[float, float]:
    """Seconds of CPU and of wall time until a server on a store in this folder answers; it is stopped then."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [program, "server", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--backend-store-uri", f"sqlite:///{folder}/store.db", "--default-artifact-root", f"{folder}/artifacts"]
    began = time.perf_counter()
    with open(os.path.join(folder, "log"), "wb") as log:
        server = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log, start_new_session=True)
    try:
        wait_for(f"http://127.0.0.1:{port}/health", server)
        return cpu_of_group(server.pid), time.perf_counter() - began
    finally:
        os.killpg(server.pid, signal.SIGKILL)  # a session of its own: the server and its workers, nothing else
        server.wait()


def wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    """Ask until the answer comes."""
    while server.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except OSError:
            time.sleep(0.01)
    raise SystemExit(f"{server.args} stopped with {server.returncode}")


def cpu_of_group(group: int) -> float:
    """Seconds of CPU of all processes of a group so far, with the children that they waited for."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:  # it ended meanwhile
            continue
        if int(fields[2]) == group:
            ticks += sum(map(int, fields[11:15]))
    return ticks / TICKS


if __name__ == "__main__":
    main()
