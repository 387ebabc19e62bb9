"""What a log call costs the thread that trains: Millrace and the real mlflow, in turns, on the same machine.

Locally (Millrace to a folder, mlflow to SQLite) and against each one's own server; and how long Millrace's slowest call
takes when the server stops answering. (mlflow's call then tries again for minutes: it is not run.)
"""

from __future__ import annotations

import json
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

HERE = Path(sys.executable).parent
PEER = Path(__file__).resolve().parents[1] / ".witness" / "bin"
ROUNDS = 5
CALLS = {"millrace": 20_000, "mlflow": 200}

TRAIN = """
import json, logging, os, signal, sys, time
import mlflow
logging.disable(logging.CRITICAL)
uri, calls, victim = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
mlflow.set_tracking_uri(uri)
clock = time.perf_counter_ns
run = mlflow.start_run()
many = {f"k{number}": 0.5 for number in range(10)}
mlflow.log_metric("loss", 1.0, step=0)
mlflow.log_metrics(many, step=0)
answer = {}
def measure(name, log, count, pause=0.0):
    spent = []
    for step in range(1, count):
        began = clock()
        log(step)
        spent.append(clock() - began)
        if pause:
            time.sleep(pause)
    spent.sort()
    answer[name] = [spent[len(spent) // 2] / 1e3, spent[len(spent) * 99 // 100] / 1e3, spent[-1] / 1e3]
if victim:
    os.kill(victim, signal.SIGSTOP)
    measure("stopped", lambda step: mlflow.log_metric("loss", step / 3, step=step), 3000, 0.001)
    os.kill(victim, signal.SIGKILL)
    measure("killed", lambda step: mlflow.log_metric("loss", step / 3, step=step), 3000, 0.001)
else:
    measure("log_metric", lambda step: mlflow.log_metric("loss", step / 3, step=step), calls)
    measure("log_metrics of 10", lambda step: mlflow.log_metrics(many, step=step), calls // 4)
    measure("log_metric, one a ms", lambda step: mlflow.log_metric("loss", step / 3, step=step), calls // 20, 0.001)
began = clock()
mlflow.end_run()
answer["end_run"] = [(clock() - began) / 1e3] * 3
print(json.dumps(answer))
"""


def main() -> None:
    """Measure, and print a table of medians over the rounds."""
    found: dict[tuple[str, str], list[dict[str, list[float]]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_STATE_HOME"] = folder
        servers = {name: Served(name, folder) for name in CALLS}
        try:
            for number in range(ROUNDS):
                for name in CALLS:
                    local = f"{folder}/store{number}" if name == "millrace" else f"sqlite:///{folder}/peer.db"
                    for where, uri in (("local", local), ("server", servers[name].url)):
                        found.setdefault((name, where), []).append(train(name, uri, folder))
            stalls = [stalled(folder) for _ in range(ROUNDS)]
        finally:
            for server in servers.values():
                server.end()
    print("| call, µs | where | millrace p50 / p99 / max | mlflow p50 / p99 / max | times less at p50 |")
    print("|---|---|---|---|---|")
    for where in ("local", "server"):
        for call in found["millrace", where][0]:
            ours, theirs = (middle([one[call] for one in found[name, where]]) for name in ("millrace", "mlflow"))
            print(f"| `{call}` | {where} | {shown(ours)} | {shown(theirs)} | {theirs[0] / ours[0]:.0f} |")
    for event in ("stopped", "killed"):
        print(f"| `log_metric`, one a ms | server {event} | {shown(middle([one[event] for one in stalls]))} | | |")


class Served:
    """A server of Millrace or of mlflow, on a store of its own."""

    def __init__(self, name: str, folder: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        store = f"sqlite:///{folder}/{name}-{port}.db"
        program = str((HERE if name == "millrace" else PEER) / "mlflow")
        command = [program, "server", "--host", "127.0.0.1", "--port", str(port), "--backend-store-uri", store]
        command += ["--default-artifact-root", f"{folder}/artifacts"]
        with open(os.path.join(folder, f"{name}.log"), "ab") as log:
            self._process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log, start_new_session=True)
        self.pid = self._process.pid
        while self._process.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.url}/health", timeout=1):
                    return
            except OSError:
                time.sleep(0.02)
        raise SystemExit(f"{command} stopped with {self._process.returncode}")

    def end(self) -> None:
        """Kill it; a session of its own: the server and its workers, nothing else."""
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self._process.wait()


def train(name: str, uri: str, folder: str, victim: int = 0) -> dict[str, list[float]]:
    """What the calls of a script took, in microseconds."""
    python = str((HERE if name == "millrace" else PEER) / "python")
    command = [python, "-c", TRAIN, uri, str(CALLS[name]), str(victim)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    answer: dict[str, list[float]] = json.loads(next(line for line in done.stdout.splitlines() if line[:1] == "{"))
    return answer


def stalled(folder: str) -> dict[str, list[float]]:
    """What the calls took while a server was stopped, and after it was killed."""
    os.environ["MILLRACE_EXIT_TIMEOUT_S"] = "0"
    server = Served("millrace", folder)
    try:
        return train("millrace", server.url, folder, server.pid)
    finally:
        server.end()
        del os.environ["MILLRACE_EXIT_TIMEOUT_S"]


def middle(rows: list[list[float]]) -> list[float]:
    """The median of each column."""
    return [statistics.median(column) for column in zip(*rows, strict=True)]


def shown(row: list[float]) -> str:
    """Three figures."""
    return " / ".join(f"{value:,.1f}" if value < 100 else f"{value:,.0f}" for value in row)


if __name__ == "__main__":
    main()
