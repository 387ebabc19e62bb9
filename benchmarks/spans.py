"""How many spans a second a server takes by OpenTelemetry's protocol. Millrace and the real mlflow, in turns.

Requests of 1 and of 100 spans in protobuf, ten spans a trace, each span with inputs and outputs of 300 characters: what
MLflow's own client sends (one span a request) and what OpenTelemetry's exporters send (batches).
"""

from __future__ import annotations

import os
import statistics
import struct
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from server import PEER, Load, Server, loaded, running

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
SPANS = 10
"""In a trace."""
_HEADERS = "Content-Type: application/x-protobuf\r\nx-mlflow-experiment-id: 0\r\n"
_ID = b"\xaa" * 14
"""Stands for the beginning of a trace's id."""


def main() -> None:
    """Measure, and print one row per size of requests."""
    programs = {"millrace": str(Path(sys.executable).parent / "mlflow"), "mlflow": str(PEER)}
    if not PEER.exists() or "--alone" in sys.argv:
        del programs["mlflow"]
    found: dict[tuple[str, str], list[Load]] = {}
    for _ in range(ROUNDS):
        for name, program in programs.items():
            with (
                tempfile.TemporaryDirectory() as folder,
                running(program, folder, f"sqlite:///{folder}/s.db") as server,
            ):
                for kind, load in measured(server):
                    found.setdefault((name, kind), []).append(load)
    print(f"| load | {' | '.join(f'{name}: spans/s, p50 / p99 ms, CPU µs a span' for name in programs)} | times more |")
    print(f"|---|{'---|' * len(programs)}---|")
    for kind in dict.fromkeys(kind for _, kind in found):
        middle = {name: Load(*map(statistics.median, zip(*found[name, kind], strict=True))) for name in programs}
        cells = " | ".join(
            f"{one.per_second:,.0f}, {one.p50_ms:.1f} / {one.p99_ms:.1f}, {one.cpu_us:,.0f}" for one in middle.values()
        )
        ratio = middle["millrace"].per_second / middle["mlflow"].per_second if "mlflow" in middle else float("nan")
        print(f"| {kind} | {cells} | {ratio:,.0f} |")


def measured(server: Server) -> Iterator[tuple[str, Load]]:
    """Each kind of load on a server, with its name."""
    for number, (traces, connections) in enumerate(((0, 1), (0, 8), (10, 1), (10, 8))):
        spans = max(1, traces * SPANS)
        names = [f"{number:02}{connection:02}" for connection in range(connections)]
        load = loaded(server, names, _requests(traces), _HEADERS)
        load = load._replace(per_second=load.per_second * spans, cpu_us=load.cpu_us / spans)
        yield f"{spans} spans a request, {connections} connections", load


def _requests(traces: int) -> Callable[[str, int], tuple[str, bytes]]:
    """What makes the body of a request: whole traces, or one span of one."""
    if traces:
        spans = [_span(trace, place) for trace in range(traces) for place in range(1, SPANS + 1)]
    else:
        spans = [_span(0, 1)]
    template = _field(1, _field(2, b"".join(_field(2, span) for span in spans)))

    def body(name: str, number: int) -> tuple[str, bytes]:
        mine = struct.pack(">6sQ", name.encode().ljust(6), number)
        return "/v1/traces", template.replace(_ID, mine).replace(_ID.hex().encode(), mine.hex().encode())

    return body


def _span(trace: int, place: int) -> bytes:
    trace_id = _ID + struct.pack(">H", trace)
    start = 1_767_225_600_000_000_000 + place * 1_000_000
    attributes = {
        "mlflow.traceRequestId": f"tr-{trace_id.hex()}",
        "mlflow.spanType": "CHAT_MODEL",
        "mlflow.spanFunctionName": "ask",
        "model": "small-1",
        "temperature": "0.7",
    }
    texts = [_pair(9, key, _field(1, value.encode())) for key, value in attributes.items()]
    for key in ("mlflow.spanInputs", "mlflow.spanOutputs"):
        message = _pair(1, "content", _field(1, b"What the user said. " * 15))
        texts.append(_pair(9, key, _field(6, message)))
    return b"".join(
        (
            _field(1, trace_id),
            _field(2, struct.pack(">Q", place)),
            _field(4, struct.pack(">Q", 1)) if place > 1 else b"",
            _field(5, b"step"),
            bytes([7 << 3 | 1]) + struct.pack("<Q", start),
            bytes([8 << 3 | 1]) + struct.pack("<Q", start + 5_000_000),
            *texts,
            _field(15, bytes([3 << 3, 1])),
        )
    )


def _pair(number: int, key: str, value: bytes) -> bytes:
    return _field(number, _field(1, key.encode()) + _field(2, value))


def _field(number: int, data: bytes) -> bytes:
    size, pieces = len(data), bytearray()
    while size > 127:
        pieces.append(size & 127 | 128)
        size >>= 7
    return bytes([number << 3 | 2]) + bytes([*pieces, size]) + data


if __name__ == "__main__":
    main()
