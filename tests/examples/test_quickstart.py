"""The example that `make demo` runs does what it says, and leaves behind what it says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import mlflow

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "quickstart.py"


def test_the_quickstart_runs_twice_on_one_store(tmp_path: Path) -> None:
    first = subprocess.run([sys.executable, EXAMPLE], capture_output=True, text=True, check=False)
    assert first.returncode == 0, first.stderr
    assert [line[:2] for line in first.stdout.splitlines() if line[:1].isdigit()] == ["1.", "2.", "3.", "4."]
    again = subprocess.run([sys.executable, EXAMPLE], capture_output=True, text=True, check=False)
    assert again.returncode == 0, again.stderr

    client = mlflow.MlflowClient(str(tmp_path / "mlruns"))
    experiment = client.get_experiment_by_name("MLflow Quickstart")
    assert experiment is not None
    runs = client.search_runs([experiment.experiment_id])
    assert len(runs) == 2 * (1 + 1 + 1 + 9)
    assert {run.info.status for run in runs} == {"FINISHED"}
    child = next(run for run in runs if "rate" in run.data.params)
    assert len(client.get_metric_history(child.info.run_id, "val_loss")) == 50
    automatic = next(run for run in runs if run.info.run_name == "autologged")
    assert automatic.data.tags["estimator_name"] == "LogisticRegression"
    assert automatic.data.params["solver"] == "lbfgs"
    assert automatic.data.metrics["training_accuracy_score"] > 0.9
    assert len(client.search_logged_models([experiment.experiment_id])) == 4
