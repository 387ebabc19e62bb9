"""Run a flow under each SDK in the environment of one of Spark's groups, and say what differs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.integrations.boosters.running import SDKS, without_requirements

HERE = Path(__file__).parent
READING = HERE.parent / "boosters" / "flows"
"""Where flows find `reading`, which all groups share."""

__all__ = ["SDKS", "run_flow", "without_requirements"]


def run_flow(sdk: str, flow: Path, folder: Path, *arguments: str) -> Any:
    """What a script answers under an SDK.

    Raises:
        AssertionError: it failed; with the end of what it wrote.
    """
    folder.mkdir(parents=True, exist_ok=True)
    answer = folder / "answer.json"
    settings = {
        key: value for key, value in os.environ.items() if not key.startswith(("MLFLOW_", "MILLRACE_", "SPARK_"))
    }
    settings |= {
        "PYTHONPATH": os.pathsep.join([str(SDKS[sdk]), str(READING)]),
        "PYTHONWARNINGS": "ignore",
        "MLFLOW_TRACKING_URI": f"sqlite:///{folder}/store.db",
        "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
        "MLFLOW_REQUIREMENTS_INFERENCE_TIMEOUT": "1",  # MLflow would start another Spark or H2O for each model
        "OMP_NUM_THREADS": "1",
    }
    done = subprocess.run(
        [sys.executable, str(flow), str(answer), *arguments],
        cwd=folder,
        env=settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, f"{flow.name} failed under {sdk}:\n{done.stdout[-3000:]}"
    return json.loads(answer.read_text(encoding="utf-8"))
