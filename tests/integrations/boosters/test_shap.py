"""Explanations and explainers of SHAP that are logged, beside MLflow's."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integrations.boosters.running import run_both, without_requirements
from tests.peers.comparing import differences

pytestmark = pytest.mark.timeout(900)


def test_explanations_are_what_mlflow_logs(tmp_path: Path) -> None:
    found = run_both("shap_logging", tmp_path)
    assert not differences(without_requirements(found["mlflow"]), without_requirements(found["millrace"]), "")
    explained = found["millrace"]["of_several_outputs"]
    assert explained["answer"]["shap_values"][0] == [12, 3, 2]
    assert explained["runs"][0]["artifacts"] == [
        "why/base_values.npy",
        "why/shap_values.npy",
        "why/summary_bar_plot.png",
    ]
