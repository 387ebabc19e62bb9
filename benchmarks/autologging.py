"""What autologging adds to a training: Millrace and the real mlflow, in the environments of tests/integrations.

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
LIBRARIES = {"sklearn": "boosters", "xgboost": "boosters", "pytorch": "deep"}
"""Flavor to the group of libraries whose environment it trains in; pytorch is Lightning."""
SDKS = ("millrace", "mlflow")
ROUNDS = int(os.environ.get("ROUNDS", "5"))
SIZE = float(os.environ.get("SIZE", "1"))
"""Times the rounds or trees of a training; 1 takes some seconds on a quiet core."""


def main() -> None:
    """Measure, and print one row per library."""
    missing = [group for group in dict.fromkeys(LIBRARIES.values()) if not _home(group).exists()]
    if missing:
        raise SystemExit(f"Run scripts/integrations.sh {' '.join(missing)} first: it makes what this needs.")
    print("| training | SDK | off, CPU s | on, CPU s | adds, CPU | adds, wall | first model, s | next models, s |")
    print("|---|---|---|---|---|---|---|---|")
    for library in LIBRARIES:
        for sdk in SDKS:
            found = _measured(library, sdk)
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


def _home(group: str) -> Path:
    return ROOT / ".integrations" / group


def _measured(library: str, sdk: str) -> Any:
    home = _home(LIBRARIES[library])
    source = ROOT / "src" if sdk == "millrace" else home / "upstream"
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "PYTHONPATH": str(source),
            "MLFLOW_TRACKING_URI": f"sqlite:///{folder}/store.db",
            "MPLBACKEND": "Agg",
            "PYTHONWARNINGS": "ignore",
        }
        command = [str(home / "bin" / "python"), __file__, library]
        done = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(done.stderr[-2000:])
        return json.loads(done.stdout.splitlines()[-1])


# -- in the process that trains -----------------------------------------------------------------------------------
def _train(library: str) -> None:
    import mlflow

    autolog = getattr(mlflow, library).autolog
    train = {"sklearn": _sklearn, "xgboost": _xgboost, "pytorch": _lightning}[library]()
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


def _lightning() -> Callable[[], object]:
    import logging

    import lightning
    import torch

    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    torch.set_num_threads(1)
    x, y = (torch.from_numpy(each).float() for each in _data(8_000))

    class Net(lightning.LightningModule):
        def __init__(self) -> None:
            super().__init__()
            self.layers = torch.nn.Sequential(torch.nn.Linear(20, 64), torch.nn.ReLU(), torch.nn.Linear(64, 1))

        def forward(self, x: Any) -> Any:
            return self.layers(x).squeeze(1)

        def training_step(self, batch: Any, index: int) -> Any:
            loss = torch.nn.functional.binary_cross_entropy_with_logits(self(batch[0]), batch[1])
            self.log("val_loss", loss)
            return loss

        def configure_optimizers(self) -> Any:
            return torch.optim.Adam(self.parameters())

    def train() -> None:
        quiet = {"enable_progress_bar": False, "enable_model_summary": False, "logger": False}
        loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(x, y), batch_size=16, shuffle=True)
        trainer = lightning.Trainer(
            max_epochs=max(1, int(5 * SIZE)), enable_checkpointing=False, accelerator="cpu", **quiet
        )
        trainer.fit(Net(), loader)

    return train


if __name__ == "__main__":
    _train(sys.argv[1]) if len(sys.argv) > 1 else main()
