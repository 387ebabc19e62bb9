"""What `start_run(log_console=True)` costs whoever prints: CPU time of the printing thread for a line.

Kept and not kept. Standard output is the null device; lines go out one by one, as on a terminal, and in blocks, as
into a file.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile

LINES = 50_000
ROUNDS = 5
SCRIPT = """
import sys, time
import mlflow
mlflow.set_tracking_uri(sys.argv[1])
lines, line_by_line = int(sys.argv[2]), sys.argv[3] == "line by line"
sys.stdout.reconfigure(line_buffering=line_by_line)

def spent():
    began = time.thread_time()
    for number in range(lines):
        print("epoch", number, "loss", 0.123)
    sys.stdout.flush()
    return (time.thread_time() - began) / lines * 1e6

with mlflow.start_run():
    without = spent()
with mlflow.start_run(log_console=True):
    captured = spent()
print(without, captured, file=sys.stderr)
"""


def main() -> None:
    """Measure, and print one row per kind of output."""
    print("| a line of 25 characters | not kept, µs | kept, µs |")
    print("|---|---|---|")
    for how in ("line by line", "in blocks"):
        rounds = [line(how) for _ in range(ROUNDS)]
        without, captured = (statistics.median(column) for column in zip(*rounds, strict=True))
        print(f"| {how} | {without:.2f} | {captured:.2f} |")


def line(how: str) -> tuple[float, float]:
    """Microseconds of CPU of one line, not kept and kept."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-c", SCRIPT, folder, str(LINES), how]
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=True)
    without, captured = done.stderr.split()[-2:]
    return float(without), float(captured)


if __name__ == "__main__":
    main()
