"""What autologging adds to a training: Millrace and the real mlflow, in the environment of tests/integrations/boosters.

A training is timed with autologging off and on, in turns, in one process per SDK and library; models are logged or not.
What logging a model costs does not grow with the training: it is shown by itself, of the first model and of later ones.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
HOME = ROOT / ".integrations" / "boosters"
SDKS = {"millrace": ROOT / "src", "mlflow": HOME / "upstream"}
LIBRARIES = ("sklearn", "xgboost")
ROUNDS = int(os.environ.get("ROUNDS", "5"))
SIZE = float(os.environ.get("SIZE", "1"))
"""Times the rounds or trees of a training; 1 takes some seconds on a quiet core."""


def main() -> None:
    """Measure, and print one row per library."""
    if not HOME.exists():
        raise SystemExit("Run scripts/integrations.sh boosters first: it makes the environment that this needs.")
    print("| training | SDK | off, CPU s | on, CPU s | adds, CPU | adds, wall | first model, s | next models, s |")
    print("|---|---|---|---|---|---|---|---|")
    for library in LIBRARIES:
        for sdk, source in SDKS.items():
            found = _measured(library, source)
            cpu, wall = ([each[which] for each in found["off"]] for which in (0, 1))
            cpu_on, wall_on = ([each[which] for each in found["on"]] for which in (0, 1))
            off, on = statistics.median(cpu), statistics.median(cpu_on)
            slower = statistics.median(wall_on) / statistics.median(wall) - 1
            first, *later = (each[1] - statistics.median(wall) for each in found["models"])
            print(
                f"| {library} | {sdk} | {off:.2f} | {on:.2f} | {on / off - 1:+.1%} | {slower:+.1%} "
                f"| {first:.1f} | {statistics.median(later):.1f} |",
                flush=True,
            )


def _measured(library: str, source: Path) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "PYTHONPATH": str(source),
            "MLFLOW_TRACKING_URI": f"sqlite:///{folder}/store.db",
            "MPLBACKEND": "Agg",
            "PYTHONWARNINGS": "ignore",
        }
        command = [str(HOME / "bin" / "python"), __file__, library]
        done = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(done.stderr[-2000:])
        return json.loads(done.stdout.splitlines()[-1])


# -- in the process that trains -----------------------------------------------------------------------------------
def _train(library: str) -> None:
    import mlflow

    autolog = getattr(mlflow, library).autolog
    train = {"sklearn": _sklearn, "xgboost": _xgboost}[library]()
    for disable in (True, False):
        autolog(disable=disable, log_models=False, silent=True)
        train()  # once: plots and stores are imported and made
    found: dict[str, list[tuple[float, float]]] = {"off": [], "on": [], "models": []}
    for _ in range(ROUNDS):
        autolog(disable=True)
        found["off"].append(_spent(train))
        autolog(log_models=False, silent=True)
        found["on"].append(_spent(train))
    for _ in range(3):
        autolog(silent=True)
        found["models"].append(_spent(train))
    print(json.dumps(found))


def _spent(train: Callable[[], object]) -> tuple[float, float]:
    """Seconds of CPU, those of processes that ended included, and of wall time."""
    cpu, wall = sum(os.times()[:4]), time.perf_counter()
    train()
    return sum(os.times()[:4]) - cpu, time.perf_counter() - wall


def _data(rows: int) -> tuple[Any, Any]:
    import numpy as np

    x = np.random.default_rng(0).normal(size=(rows, 20))
    return x, (x[:, 0] * x[:, 1] + x[:, 2] > 0).astype(int)


def _sklearn() -> Callable[[], object]:
    from sklearn.ensemble import GradientBoostingClassifier

    x, y = _data(20_000)
    return lambda: GradientBoostingClassifier(n_estimators=int(40 * SIZE), max_depth=3).fit(x, y)


def _xgboost() -> Callable[[], object]:
    import xgboost

    x, y = _data(200_000)
    train, test = xgboost.DMatrix(x[:150_000], y[:150_000]), xgboost.DMatrix(x[150_000:], y[150_000:])
    params = {"objective": "binary:logistic", "max_depth": 6, "nthread": 1, "eval_metric": ["logloss", "auc"]}
    evals = [(train, "train"), (test, "valid")]
    return lambda: xgboost.train(params, train, int(100 * SIZE), evals=evals, verbose_eval=False)


if __name__ == "__main__":
    _train(sys.argv[1]) if len(sys.argv) > 1 else main()
