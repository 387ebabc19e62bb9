"""The real client against our server, and our SDK against a real server, answer as the real pair did."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from running import FLOWS, HERE, run_flow


def recorded(flow: str) -> Any:
    """What the real client and the real server answered (`record.py`)."""
    return json.loads((HERE / "answers" / f"{flow}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("flow", FLOWS)
def test_the_real_client_sees_no_difference_in_our_server(
    flow: str, witness: Path, our_server: str, tmp_path: Path
) -> None:
    assert run_flow(witness, flow, tmp_path, uri=our_server) == recorded(flow)


@pytest.mark.parametrize("flow", FLOWS)
def test_our_sdk_sees_no_difference_in_a_real_server(flow: str, real_server: str, tmp_path: Path) -> None:
    assert run_flow(Path(sys.executable), flow, tmp_path, uri=real_server) == recorded(flow)


def test_our_models_load_in_the_real_mlflow(witness: Path, tmp_path: Path) -> None:
    """A model directory of ours is one of MLflow's: signature, example, flavors, predictions."""
    _same_in_both(Path(sys.executable), witness, tmp_path)


def test_real_models_load_in_ours(witness: Path, tmp_path: Path) -> None:
    """And the other way round."""
    _same_in_both(witness, Path(sys.executable), tmp_path)


def _same_in_both(saver: Path, other: Path, folder: Path) -> None:
    models = folder / "models"
    models.mkdir()
    run_flow(saver, "save_models", folder, str(models))
    assert run_flow(other, "load_models", folder, str(models)) == run_flow(saver, "load_models", folder, str(models))
