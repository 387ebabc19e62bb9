"""Run a script with other people's integrations under each `mlflow`, and tell apart what their stores hold then."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.peers.comparing import differences

HERE = Path(__file__).parent
SDKS = {"millrace": HERE.parents[2] / "src", "mlflow": Path(sys.prefix) / "upstream"}
EMPTY_STORE = Path(sys.prefix) / "empty.db"
"""A database as the real MLflow makes it, kept with the environment: its forty migrations run once."""


def flows_of(test: str) -> list[Path]:
    """The flows beside a test."""
    return sorted((Path(test).parent / "flows").glob("*.py"))


def settings_of(sdk: str, folder: Path) -> dict[str, str]:
    """The environment variables of a program that uses an SDK and keeps its store in a folder."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("MLFLOW_", "MILLRACE_"))}
    return kept | {
        "PYTHONPATH": str(SDKS[sdk]),
        "PYTHONWARNINGS": "ignore",
        "PYTHONHASHSEED": "0",
        "MLFLOW_TRACKING_URI": f"sqlite:///{folder}/store.db",
        "MPLBACKEND": "Agg",
        "OMP_NUM_THREADS": "1",
        "KERAS_BACKEND": "torch",
        "HF_HUB_OFFLINE": "1",
        "CUDA_VISIBLE_DEVICES": "",
    }


def answer_of(sdk: str, script: Path, folder: Path, *arguments: str, settings: Mapping[str, str] | None = None) -> Any:
    """What a script writes as JSON into the file that its last argument names, under an SDK, in a folder of its own.

    Raises:
        AssertionError: it failed; with the end of what it wrote.
    """
    folder.mkdir(exist_ok=True)
    done = subprocess.run(
        [sys.executable, str(script), *arguments, "answer.json"],
        cwd=folder,
        env=settings_of(sdk, folder) | dict(settings or {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, f"{script.stem} failed under {sdk}:\n{done.stdout[-5000:]}"
    return json.loads((folder / "answer.json").read_text("utf-8").replace(str(folder), "(folder)"))


def params_differing(group: str, folder: Path) -> dict[str, str]:
    """What models of a group's libraries predict otherwise than under the real MLflow, when they get params."""
    script = HERE / "params_models.py"
    backend = {"KERAS_BACKEND": "tensorflow" if group == "tensorflow" else "torch"}
    found = {sdk: answer_of(sdk, script, folder / sdk, group, settings=backend) for sdk in SDKS}
    return differences(found["mlflow"], found["millrace"], group)


def run_flow(sdk: str, flow: Path, folder: Path) -> Any:
    """What a flow leaves in a store of its own under an SDK.

    Raises:
        AssertionError: it failed; with the end of what it wrote.
    """
    folder.mkdir()
    if sdk == "mlflow":
        shutil.copy(_empty_store(), folder / "store.db")
    answer = folder / "answer.json"
    done = subprocess.run(
        [sys.executable, str(HERE / "flow.py"), str(flow), str(answer)],
        cwd=folder,
        env=settings_of(sdk, folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, f"{flow.stem} failed under {sdk}:\n{done.stdout[-5000:]}"
    return json.loads(answer.read_text("utf-8"))


def differing(flow: Path, folder: Path) -> dict[str, str]:
    """What differs between a flow's stores under the real MLflow and under ours, by path."""
    with ThreadPoolExecutor(2) as pool:
        running = {sdk: pool.submit(run_flow, sdk, flow, folder / sdk) for sdk in SDKS}
        found = {sdk: each.result() for sdk, each in running.items()}
    assert any(each["runs"] for each in found["mlflow"].values()), "the flow logged nothing"
    return differences(found["mlflow"], found["millrace"], flow.stem)


def _empty_store() -> Path:
    if not EMPTY_STORE.exists():
        with _folder() as folder:
            code = "import mlflow; mlflow.search_experiments()"
            settings = settings_of("mlflow", folder)
            subprocess.run([sys.executable, "-c", code], cwd=folder, env=settings, check=True, capture_output=True)
            shutil.move(folder / "store.db", EMPTY_STORE)  # at once, should two do it
    return EMPTY_STORE


@contextmanager
def _folder() -> Iterator[Path]:
    with TemporaryDirectory(dir=sys.prefix) as folder:
        yield Path(folder)
