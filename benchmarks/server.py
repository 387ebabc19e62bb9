"""What `mlflow server` takes over raw HTTP: single points and batches of them. Millrace and the real mlflow, in turns.

Every request is answered after its commit and read whole before the next one of its connection is sent. The load and
the server share this machine's cores, so the rates are lower bounds; the CPU time is the server's alone.
"""

from __future__ import annotations

import asyncio
import contextlib
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
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import uvloop

PEER = Path(__file__).resolve().parents[1] / ".witness" / "bin" / "mlflow"
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
SECONDS = 2.0
BATCH = 1000
CONNECTIONS = (1, 8, 32)
TICKS = os.sysconf("SC_CLK_TCK")


class Load(NamedTuple):
    """What one round of requests came to."""

    per_second: float
    p50_ms: float
    p99_ms: float
    cpu_us: float
    """The server's, per request."""


class Server(NamedTuple):
    """A server that runs."""

    pid: int
    port: int
    start_ms: float
    """Until /health answered."""
    resident_mib: float
    """Of it and its workers, before the first request."""


def main() -> None:
    """Measure, and print one row per kind of load."""
    programs = {"millrace": str(Path(sys.executable).parent / "mlflow"), "mlflow": str(PEER)}
    if not PEER.exists() or "--alone" in sys.argv:
        del programs["mlflow"]
    found: dict[tuple[str, str], list[Load]] = {}
    starts: dict[str, list[Server]] = {}
    for number in range(ROUNDS):
        for name, program in programs.items():
            with tempfile.TemporaryDirectory() as folder, running(program, folder, _store(folder, number)) as server:
                starts.setdefault(name, []).append(server)
                for kind, load in measured(server):
                    found.setdefault((name, kind), []).append(load)
    print(f"| load | {' | '.join(f'{name}: per second, p50 / p99 ms, CPU µs' for name in programs)} | times more |")
    print(f"|---|{'---|' * len(programs)}---|")
    for kind in dict.fromkeys(kind for _, kind in found):
        middle = {name: Load(*map(statistics.median, zip(*found[name, kind], strict=True))) for name in programs}
        cells = " | ".join(
            f"{one.per_second:,.0f}, {one.p50_ms:.2f} / {one.p99_ms:.1f}, {one.cpu_us:,.0f}" for one in middle.values()
        )
        ratio = middle["millrace"].per_second / middle["mlflow"].per_second if "mlflow" in middle else float("nan")
        print(f"| {kind} | {cells} | {ratio:,.0f} |")
    for name, servers in starts.items():
        start, resident = (statistics.median(one[n] for one in servers) for n in (2, 3))
        print(f"\n{name}: {start:.0f} ms to /health, {resident:.0f} MiB resident when idle")


def _store(folder: str, number: int) -> str:
    """The store of a round: SQLite, or where a database is named in the environment, that."""
    return os.environ.get("BENCH_STORE") or f"sqlite:///{folder}/store{number}.db"


def measured(server: Server) -> Iterator[tuple[str, Load]]:
    """Each kind of load on a server, with its name."""
    runs = [_create_run(server.port) for _ in range(max(CONNECTIONS))]
    for count in CONNECTIONS:
        yield f"log-metric, {count} connections", loaded(server, runs[:count], _metric)
    for count in (1, 8):
        load = loaded(server, runs[:count], _batch)
        yield f"log-batch of {BATCH}, {count} connections: points", load._replace(per_second=load.per_second * BATCH)


def loaded(
    server: Server,
    runs: list[str],
    body: Callable[[str, int], tuple[str, bytes]],
    headers: str = "Content-Type: application/json\r\n",
) -> Load:
    """One connection for each run, each with one request at a time, for a while."""
    cpu = cpu_of_group(server.pid)
    began = time.perf_counter()
    clients = uvloop.run(_load(server.port, runs, body, headers))
    took = time.perf_counter() - began
    cpu = cpu_of_group(server.pid) - cpu
    latencies = sorted(one for client in clients for one in client.latencies)
    count = len(latencies)
    return Load(
        count / took, latencies[count // 2] * 1e3, latencies[min(count - 1, count * 99 // 100)] * 1e3, cpu / count * 1e6
    )


async def _load(
    port: int, runs: list[str], body: Callable[[str, int], tuple[str, bytes]], headers: str
) -> list[Client]:
    loop = asyncio.get_running_loop()
    clients = [Client(run, body, headers, loop.create_future()) for run in runs]
    for client in clients:
        await loop.create_connection(lambda client=client: client, "127.0.0.1", port)
    until = time.perf_counter() + SECONDS
    for client in clients:
        client.begin(until)
    await asyncio.gather(*(client.ended for client in clients))
    return clients


class Client(asyncio.Protocol):
    """A connection that sends a request, reads its answer, and sends the next."""

    def __init__(
        self, run: str, body: Callable[[str, int], tuple[str, bytes]], headers: str, ended: asyncio.Future[None]
    ) -> None:
        self.ended = ended
        self._headers = headers
        self.latencies: list[float] = []
        self._run = run
        self._body = body
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the connection."""
        self._transport: Any = transport

    def begin(self, until: float) -> None:
        """Send the first request; the last one is sent before `until`."""
        self._until = until
        self._send()

    def _send(self) -> None:
        path, body = self._body(self._run, len(self.latencies))
        head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{self._headers}"
        request = f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
        self._sent = time.perf_counter()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        """Take the answer, which is small, and go on."""
        self._buffer += data
        head, _, body = self._buffer.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r")[0] or -1)
        if len(body) != length:
            return
        if not head.startswith(b"HTTP/1.1 200"):
            self.ended.set_exception(SystemExit(f"refused: {self._buffer!r}"))
            return
        self._buffer = b""
        now = time.perf_counter()
        self.latencies.append(now - self._sent)
        if now < self._until:
            self._send()
        else:
            self._transport.close()
            self.ended.set_result(None)

    def connection_lost(self, error: Exception | None) -> None:
        """Only the client ends a connection."""
        if not self.ended.done():
            self.ended.set_exception(SystemExit(f"the server hung up: {error}"))


def _metric(run: str, number: int) -> tuple[str, bytes]:
    point = f'{{"run_id":"{run}","key":"loss","value":0.{number},"timestamp":{number},"step":{number}}}'
    return "/api/2.0/mlflow/runs/log-metric", point.encode()


_POINTS = ",".join(
    f'{{"key":"metric_{n % 10}","value":0.@{n},"timestamp":@{n // 10:03},"step":@{n // 10:03}}}' for n in range(BATCH)
).encode()


def _batch(run: str, number: int) -> tuple[str, bytes]:
    # Every batch is of other points; what makes them must not cost more than what takes them.
    points = _POINTS.replace(b"@", b"%d" % (number + 1))
    return "/api/2.0/mlflow/runs/log-batch", b'{"run_id":"%s","metrics":[%s]}' % (run.encode(), points)


def _create_run(port: int) -> str:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/api/2.0/mlflow/runs/create",
        b'{"experiment_id":"0"}',
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return str(json.load(answer)["run"]["info"]["run_id"])


@contextlib.contextmanager
def running(program: str, folder: str, store: str) -> Iterator[Server]:
    """A server on a store, for a while."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [program, "server", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--backend-store-uri", store, "--default-artifact-root", f"{folder}/artifacts"]
    began = time.perf_counter()
    with open(os.path.join(folder, "log"), "wb") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log, start_new_session=True, env=_compiled())
    try:
        _wait_for(f"http://127.0.0.1:{port}/health", process)
        start_ms = (time.perf_counter() - began) * 1e3
        time.sleep(0.2)
        yield Server(process.pid, port, start_ms, resident_of_group(process.pid))
    finally:
        os.killpg(process.pid, signal.SIGKILL)  # a session of its own: the server and its workers, nothing else
        process.wait()


def _compiled() -> dict[str, str]:
    """The environment, in which compiled files are kept: as on every machine where nobody said otherwise."""
    return {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}


def _wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    while server.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except OSError:
            time.sleep(0.01)
    raise SystemExit(f"{server.args} stopped with {server.returncode}")


def _processes_of(group: int) -> Iterator[tuple[str, list[str]]]:
    """The processes of a group, each with the fields of its `stat` from the third on."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it ended meanwhile
            fields = stat.read_text().rpartition(")")[2].split()
            if int(fields[2]) == group:
                yield stat.parent.name, fields


def cpu_of_group(group: int) -> float:
    """Seconds of CPU of all processes of a group so far, with the children that they waited for."""
    return sum(sum(map(int, fields[11:15])) for _, fields in _processes_of(group)) / TICKS


def resident_of_group(group: int) -> float:
    """Mebibytes of memory that all processes of a group have resident."""
    return sum(int(fields[21]) for _, fields in _processes_of(group)) * os.sysconf("SC_PAGE_SIZE") / 2**20


if __name__ == "__main__":
    main()
