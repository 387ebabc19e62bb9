"""Run a flow under each SDK in this group's environment, and say what differs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
SDKS = {"millrace": ROOT / "src", "mlflow": Path(sys.prefix) / "upstream"}
"""What is imported as `mlflow`: our own, and the real one."""


def run_flow(sdk: str, flow: str, folder: Path, *arguments: str, infer: bool = True) -> Any:
    """What a script in `flows/` answers under an SDK; without `infer`, models get their flavor's default requirements.

    Raises:
        AssertionError: it failed; with the end of what it wrote.
    """
    folder.mkdir(parents=True, exist_ok=True)
    answer = folder / f"{flow}.json"
    settings = {key: value for key, value in os.environ.items() if not key.startswith(("MLFLOW_", "MILLRACE_"))}
    settings |= {
        "PYTHONPATH": str(SDKS[sdk]),
        "PYTHONWARNINGS": "ignore",
        "MLFLOW_TRACKING_URI": f"sqlite:///{folder}/store.db",
        "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
        "MPLBACKEND": "Agg",
        "OMP_NUM_THREADS": "1",
    }
    if not infer:
        settings["MLFLOW_REQUIREMENTS_INFERENCE_TIMEOUT"] = "1"  # looking at what a model imports takes longer
    done = subprocess.run(
        [sys.executable, str(HERE / "flows" / f"{flow}.py"), str(answer), *arguments],
        cwd=folder,
        env=settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, f"{flow} failed under {sdk}:\n{done.stdout[-3000:]}"
    return json.loads(answer.read_text(encoding="utf-8"))


def run_both(flow: str, folder: Path, *arguments: str) -> dict[str, Any]:
    """What a script answers under each SDK, both at once."""
    with ThreadPoolExecutor(len(SDKS)) as pool:
        running = {sdk: pool.submit(run_flow, sdk, flow, folder / sdk, *arguments, infer=False) for sdk in SDKS}
        return {sdk: each.result() for sdk, each in running.items()}


def interchanged(flow: str, folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """What each SDK saved; and for each saver, what each loader found in it."""
    with ThreadPoolExecutor(len(SDKS)) as pool:
        saving = {
            sdk: pool.submit(run_flow, sdk, flow, folder / sdk, "save", str(folder / sdk / "models")) for sdk in SDKS
        }
        saved = {sdk: each.result() for sdk, each in saving.items()}
        loading = {
            (saver, loader): pool.submit(
                run_flow, loader, flow, folder / f"{saver}-{loader}", "load", str(folder / saver / "models")
            )
            for saver in SDKS
            for loader in SDKS
        }
        found = {key: each.result() for key, each in loading.items()}
    return saved, {saver: {loader: found[saver, loader] for loader in SDKS} for saver in SDKS}


def without_requirements(saved: Any) -> Any:
    """The same without the lines of `requirements.txt`, which `named` looks at."""
    if isinstance(saved, dict):
        return {key: without_requirements(value) for key, value in saved.items() if key != "requirements"}
    return [without_requirements(each) for each in saved] if isinstance(saved, list) else saved


OPTIONAL = frozenset({"charset-normalizer", "cloudpickle", "cython", "cffi", "matplotlib", "psutil", "zipp"})
"""What libraries use where it happens to be installed: one of the two names it, the other does not always.
Matplotlib comes with MLflow: we do not name it for that, nor does MLflow where it is not installed aside as here."""
OTHERWISE = frozenset({"pyarrow", "xgboost", "xgboost-cpu"})
"""MLflow names pyarrow because its own code imports it, and XGBoost by two names: its own and that of the wheel."""


def named(requirements: list[str]) -> set[str]:
    """The distributions that requirement lines are about, as far as both should name the same."""
    return {line.partition("==")[0].lower() for line in requirements} - OTHERWISE
