"""The oldest versions of the libraries that are supported log what the newest do, beside MLflow."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.integrations.boosters.running import run_both
from tests.integrations.boosters.test_beside_mlflow import TRAINED, expect_differences

pytestmark = pytest.mark.timeout(900)

STOPPED = {
    "native_callbacks": ("test-logloss", 2),
    "native_early_stopping": ("valid-logloss", 10),
    "early_stopping_callback": ("test-logloss", 66),
    "sklearn_multiclass": ("validation_0-mlogloss", 25),
}
"""Trainings of XGBoost that a callback stops, one of their metrics, and its last step."""
MAYBE = rf"^/({'|'.join(STOPPED)})/runs/0/(models/0/)?metrics/"
"""XGBoost 2.0 keeps callbacks in a set: by chance, one that stops the training keeps MLflow's from seeing the end."""


@pytest.mark.parametrize("library", TRAINED)
def test_the_oldest_versions_log_what_mlflow_logs(library: str, tmp_path: Path) -> None:
    found = run_both(f"{library}_training", tmp_path)
    if library != "xgboost":
        expect_differences(found, TRAINED[library])
        return
    expect_differences(found, {path for path in TRAINED[library] if not re.match(MAYBE, path)}, MAYBE)
    for flow, (metric, last) in STOPPED.items():
        steps = [step for step, *_ in found["millrace"][flow]["runs"][0]["metrics"][metric]]
        assert sorted(set(steps)) == list(range(last + 1)), flow
