"""What `import mlflow` costs over a bare Python: Millrace and the real mlflow, in turns, on the same machine."""

from __future__ import annotations

import os
import statistics
import sys
import time
from pathlib import Path

PEER = Path(__file__).resolve().parents[1] / ".witness" / "bin" / "python"
ROUNDS = 5
STATEMENTS = ("pass", "import mlflow", "from mlflow import MlflowClient", "import mlflow; mlflow.start_run")


def main() -> None:
    """Measure, and print one row per statement."""
    pythons = {"millrace": sys.executable, "mlflow": str(PEER)}
    cost: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for statement in STATEMENTS:
        for python in pythons.values():
            spent(python, statement)  # once for the page cache and for compiled files
        for _ in range(ROUNDS):
            for name, python in pythons.items():
                cost.setdefault((name, statement), []).append(spent(python, statement))
    heads = " | ".join(f"{name}: CPU / wall, ms" for name in pythons)
    print(f"| statement, over a bare Python | {heads} | times less CPU |")
    print("|---|---|---|---|")
    for statement in STATEMENTS[1:]:
        over = {name: [extra(cost, name, statement, which) for which in (0, 1)] for name in pythons}
        cells = " | ".join(f"{cpu:.0f} / {wall:.0f}" for cpu, wall in over.values())
        print(f"| `{statement}` | {cells} | {over['mlflow'][0] / max(over['millrace'][0], 0.1):.0f} |")


def spent(python: str, statement: str) -> tuple[float, float]:
    """Milliseconds of CPU and of wall time that a Python process takes to run a statement."""
    began = time.perf_counter()
    pid = os.posix_spawn(python, [python, "-c", statement], os.environ)
    _, status, usage = os.wait4(pid, 0)
    wall = time.perf_counter() - began
    if status:
        raise SystemExit(f"{python} -c {statement!r} failed")
    return (usage.ru_utime + usage.ru_stime) * 1e3, wall * 1e3


def extra(cost: dict[tuple[str, str], list[tuple[float, float]]], name: str, statement: str, which: int) -> float:
    """The median over the rounds, less that of a Python that does nothing."""
    whole, bare = ([one[which] for one in cost[name, each]] for each in (statement, "pass"))
    return statistics.median(whole) - statistics.median(bare)


if __name__ == "__main__":
    main()
