"""What autologging adds to a training: Millrace and the real mlflow, in the environments of tests/integrations.

A training is timed with autologging off and on, as it is by default (models are logged), in turns, in one process per
SDK and library. CPU is that of the thread that trains, which does not depend on what else the machine does; the wall
time of the call is shown beside it. What is put off until after the call is waited for after each training, and shown
by itself. The first training of a process with autologging, which imports and makes what later ones use, has a column.

Trainings of several lengths (`SIZES`): what does not grow with the training weighs less in long ones.
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
ROUNDS = int(os.environ.get("ROUNDS", "3"))
SIZES = os.environ.get("SIZES", "0.3,1,6")
"""Times the rounds or trees of a training, in turn: about 3, 10 and 60 seconds on one core."""


def main() -> None:
    """Measure, and print one row per library."""
    missing = [group for group in dict.fromkeys(LIBRARIES.values()) if not _home(group).exists()]
    if missing:
        raise SystemExit(f"Run scripts/integrations.sh {' '.join(missing)} first: it makes what this needs.")
    print(
        "| training | SDK | off, wall s | adds, wall s | adds, wall | adds, CPU | hooks, CPU s | afterwards, s "
        "| first: adds, CPU s |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    for library in os.environ.get("LIBRARIES", ",".join(LIBRARIES)).split(","):
        for size in SIZES.split(","):
            for sdk in SDKS:
                found = _measured(library, sdk, size)
                off, on = found["off"], found["on"]
                cpu, wall = (statistics.median(each[which] for each in off) for which in (0, 1))
                added, longer = (statistics.median(each[which] for each in on) for which in (0, 1))
                hooks = f"{sum(found['hooks']) / ROUNDS:.3f}" if sdk == "millrace" else "?"
                later = statistics.median(each[2] for each in on)
                print(
                    f"| {library} | {sdk} | {wall:.2f} | {longer - wall:.2f} | {longer / wall - 1:+.1%} "
                    f"| {added / cpu - 1:+.1%} | {hooks} | {later:.1f} | {found['first'][0] - cpu:.2f} |",
                    flush=True,
                )


def _home(group: str) -> Path:
    return ROOT / ".integrations" / group


def _measured(library: str, sdk: str, size: str) -> Any:
    home = _home(LIBRARIES[library])
    source = ROOT / "src" if sdk == "millrace" else home / "upstream"
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "PYTHONPATH": str(source),
            "MLFLOW_TRACKING_URI": f"sqlite:///{folder}/store.db",
            "MPLBACKEND": "Agg",
            "OMP_NUM_THREADS": "1",
            "PYTHONWARNINGS": "ignore",
        }
        command = [str(home / "bin" / "python"), __file__, library, size]
        done = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(done.stderr[-2000:])
        return json.loads(done.stdout.splitlines()[-1])


# -- in the process that trains -----------------------------------------------------------------------------------
def _train(library: str, size: float) -> None:
    import mlflow

    autolog = getattr(mlflow, library).autolog
    make = {"sklearn": _sklearn, "xgboost": _xgboost, "pytorch": _lightning}[library]
    make(0.02)()  # imports what the library itself imports late
    train = make(size)
    train()  # what the library does once with its data is not autologging's
    found: dict[str, Any] = {"off": [], "on": []}
    autolog(silent=True)
    found["first"] = _spent(train)
    found["hooks"] = _watch_hooks()
    for _ in range(ROUNDS):
        autolog(disable=True)
        found["off"].append(_spent(train))
        autolog(silent=True)
        found["on"].append(_spent(train))
    print(json.dumps(found))


def _watch_hooks() -> list[float]:
    """Seconds of CPU that Millrace's hooks take before and after calls, each appended; of the real mlflow none."""
    try:
        from mlflow.autologging.calls import HookedCall
    except ImportError:
        return []
    found: list[float] = []

    def watched(method: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*args: Any) -> Any:
            start = time.thread_time()
            try:
                return method(*args)
            finally:
                found.append(time.thread_time() - start)

        return timed

    for name in ("begin", "finish"):
        setattr(HookedCall, name, watched(getattr(HookedCall, name)))
    return found


def _spent(train: Callable[[], object]) -> tuple[float, float, float]:
    """Seconds of CPU of this thread, and of wall time, until the call returns; and of wall time until all is stored."""
    import mlflow

    cpu, wall = time.thread_time(), time.perf_counter()
    train()
    cpu, wall, after = time.thread_time() - cpu, time.perf_counter() - wall, time.perf_counter()
    mlflow.flush_async_logging()
    return cpu, wall, time.perf_counter() - after


def _data(rows: int) -> tuple[Any, Any]:
    import numpy as np

    x = np.random.default_rng(0).normal(size=(rows, 20))
    return x, (x[:, 0] * x[:, 1] + x[:, 2] > 0).astype(int)


def _sklearn(size: float) -> Callable[[], object]:
    from sklearn.ensemble import GradientBoostingClassifier

    x, y = _data(20_000)
    return lambda: GradientBoostingClassifier(n_estimators=max(1, int(110 * size)), max_depth=3).fit(x, y)


def _xgboost(size: float) -> Callable[[], object]:
    import xgboost

    x, y = _data(200_000)
    train, test = xgboost.DMatrix(x[:150_000], y[:150_000]), xgboost.DMatrix(x[150_000:], y[150_000:])
    params = {"objective": "binary:logistic", "max_depth": 6, "nthread": 1, "eval_metric": ["logloss", "auc"]}
    evals = [(train, "train"), (test, "valid")]
    return lambda: xgboost.train(params, train, max(1, int(300 * size)), evals=evals, verbose_eval=False)


def _lightning(size: float) -> Callable[[], object]:
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
            max_epochs=max(1, int(8 * size)), enable_checkpointing=False, accelerator="cpu", **quiet
        )
        trainer.fit(Net(), loader)

    return train


if __name__ == "__main__":
    _train(sys.argv[1], float(sys.argv[2])) if len(sys.argv) > 1 else main()
