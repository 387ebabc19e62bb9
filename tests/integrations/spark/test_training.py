"""What autologging of pyspark.ml logs, beside the real MLflow's, in the same environment."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.integrations.spark.running import SDKS, run_flow, without_requirements
from tests.peers.comparing import differences

pytestmark = pytest.mark.timeout(1200)

FLOW = Path(__file__).parent / "flows" / "ml_training.py"

LOGGED_OTHERWISE = {
    # MLflow makes a run for what it then does not log.
    *("/features/runs", "/with_lists/runs"),
    # Of a second training in a run MLflow logs nothing: params that differ stop it. We log those that do not.
    *(f"/in_a_run/runs/0/params/{name}" for name in ("distanceMeasure", "initMode", "initSteps", "k", "seed")),
    *("/in_a_run/runs/0/tags/estimator_class", "/in_a_run/runs/0/tags/estimator_name"),
}


def test_trainings_log_what_mlflow_logs(tmp_path: Path) -> None:
    found = {sdk: _comparable(run_flow(sdk, FLOW, tmp_path / sdk)) for sdk in SDKS}
    differing = differences(found["mlflow"], found["millrace"], "")
    assert set(differing) == LOGGED_OTHERWISE, differing
    assert found["millrace"]["features"]["runs"] == []
    assert found["millrace"]["with_lists"]["runs"] == []


def _comparable(found: dict[str, Any]) -> dict[str, Any]:
    """In an order, and without the models' place: MLflow's are artifacts of the run, ours logged models."""
    for flow in found.values():
        for run in flow["runs"]:
            del run["models"]
            for held in ("artifacts", "texts"):
                kept = [path for path in run[held] if not path.startswith(("model/", "best_model/"))]
                run[held] = kept if held == "artifacts" else {path: run[held][path] for path in kept}
            for given in run["inputs"]:
                del given["digest"]  # Spark's hash of a plan names the session
            run["inputs"].sort(key=str)  # a store lists them by digest
            run["tags"]["mlflow.parentRunId"] = "mlflow.parentRunId" in run["tags"]
        flow["runs"].sort(key=lambda run: (run["tags"]["mlflow.parentRunId"], sorted(run["params"].items())))
    return without_requirements(found)
