"""Callbacks, loggers and trackers that others publish: what they log here is what they log to the real MLflow."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.peers.comparing import differences

pytestmark = pytest.mark.timeout(900)  # libraries of this size import for minutes where others use the machine

HERE = Path(__file__).parent
SDKS = {"millrace": HERE.parents[2] / "src", "mlflow": Path(sys.prefix) / "upstream"}
FLOWS = sorted(each.stem for each in (HERE / "flows").glob("*.py"))

KNOWN: dict[str, set[str]] = {}
"""Differences of a flow that are known, by their path; each is said in docs/how-to/integrations.md."""


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database as the real MLflow makes it: its forty migrations run once, not once a flow."""
    path = tmp_path_factory.mktemp("empty") / "store.db"
    code = "import mlflow; mlflow.search_experiments()"
    settings = {**os.environ, "PYTHONPATH": str(SDKS["mlflow"]), "MLFLOW_TRACKING_URI": f"sqlite:///{path}"}
    subprocess.run([sys.executable, "-c", code], cwd=path.parent, env=settings, check=True, capture_output=True)
    return path


def run_flow(sdk: str, flow: str, folder: Path, empty_store: Path) -> Any:
    """What a flow leaves in a store of its own under an SDK.

    Raises:
        AssertionError: it failed; with the end of what it wrote.
    """
    folder.mkdir()
    if sdk == "mlflow":
        shutil.copy(empty_store, folder / "store.db")
    answer = folder / "answer.json"
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("MLFLOW_", "MILLRACE_"))}
    settings = kept | {
        "PYTHONPATH": str(SDKS[sdk]),
        "PYTHONWARNINGS": "ignore",
        "MLFLOW_TRACKING_URI": f"sqlite:///{folder}/store.db",
        "MPLBACKEND": "Agg",
        "OMP_NUM_THREADS": "1",
        "KERAS_BACKEND": "torch",
        "HF_HUB_OFFLINE": "1",
        "CUDA_VISIBLE_DEVICES": "",
    }
    done = subprocess.run(
        [sys.executable, str(HERE / "flow.py"), flow, str(answer)],
        cwd=folder,
        env=settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, f"{flow} failed under {sdk}:\n{done.stdout[-5000:]}"
    return json.loads(answer.read_text("utf-8"))


@pytest.mark.parametrize("flow", FLOWS)
def test_what_is_logged_is_what_mlflow_gets(flow: str, tmp_path: Path, empty_store: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        running = {sdk: pool.submit(run_flow, sdk, flow, tmp_path / sdk, empty_store) for sdk in SDKS}
        found = {sdk: each.result() for sdk, each in running.items()}
    assert any(each["runs"] for each in found["mlflow"].values()), "the flow logged nothing"
    differing = differences(found["mlflow"], found["millrace"], flow)
    assert {path: why for path, why in differing.items() if path not in KNOWN.get(flow, set())} == {}
