"""What autologging logs, model directories, and functions of columns, beside the real MLflow's, in one environment."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.integrations.spark.running import SDKS, run_flow, without_requirements
from tests.peers.comparing import differences

pytestmark = pytest.mark.timeout(1200)

FLOWS = Path(__file__).parent / "flows"

LOGGED_OTHERWISE = {
    # MLflow makes a run for what it then does not log.
    *("/features/runs", "/with_lists/runs"),
    # Of a second training in a run MLflow logs nothing: params that differ stop it. We log those that do not.
    *(f"/in_a_run/runs/0/params/{name}" for name in ("distanceMeasure", "initMode", "initSteps", "k", "seed")),
    *("/in_a_run/runs/0/tags/estimator_class", "/in_a_run/runs/0/tags/estimator_name"),
    # Our models are logged models, so metrics can be about them.
    "/clusters/runs/0/metrics/silhouette_unknown_dataset/0/2",
}

SAVED_OTHERWISE = {
    # MLflow wants the prediction in the column `prediction`; we look where the last stage puts it.
    *("saved/renamed/MLmodel/signature", "saved/renamed/MLmodel/is_signature_from_type_hint"),
    "saved/renamed/MLmodel/type_hint_from_example",
}

PREDICTED_OTHERWISE = {
    # The same; and what we take for a column of vectors: vectors, and rows in a dict.
    *("/renamed/pyfunc/0", "/renamed/pyfunc/1", "/vectors/pyfunc/2", "/vectors/pyfunc/3"),
}

ANSWERED_OTHERWISE = {
    # What MLflow fails at.
    *("tensor", "maps", "structs_in"),
    # It has a placeholder in its text; and another text.
    *("unnamed_nothing", "binary_type", "map_type"),
}


def test_trainings_log_what_mlflow_logs(tmp_path: Path) -> None:
    found = {sdk: _comparable(run_flow(sdk, FLOWS / "ml_training.py", tmp_path / sdk)) for sdk in SDKS}
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
            run["tags"]["mlflow.parentRunId"] = "mlflow.parentRunId" in run["tags"]
        flow["runs"].sort(key=lambda run: (run["tags"]["mlflow.parentRunId"], sorted(run["params"].items())))
    return without_requirements(found)


@pytest.fixture(scope="module")
def exchanged(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Any]:
    """What each saved; and for each saver, what each loader found in it."""
    folder = tmp_path_factory.mktemp("models")
    flow = FLOWS / "models.py"
    saved = {sdk: run_flow(sdk, flow, folder / sdk, "save", str(folder / sdk / "models")) for sdk in SDKS}
    found = {
        (saver, loader): run_flow(loader, flow, folder / f"{saver}-{loader}", "load", str(folder / saver / "models"))
        for saver in SDKS
        for loader in SDKS
    }
    return saved, {saver: {loader: found[saver, loader] for loader in SDKS} for saver in SDKS}


def test_saved_models_are_the_same(exchanged: tuple[Any, Any]) -> None:
    saved, _ = exchanged
    differing = differences(without_requirements(saved["mlflow"]), without_requirements(saved["millrace"]), "saved")
    assert set(differing) == SAVED_OTHERWISE, differing
    lines = saved["millrace"]["texts"]["requirements"]
    assert [line.partition("==")[0] for line in lines] == ["mlflow", "numpy", "pandas", "pyarrow", "pyspark"]


def test_models_that_one_saved_load_in_the_other(exchanged: tuple[Any, Any]) -> None:
    _, loaded = exchanged
    for sdk in SDKS:
        assert not differences(loaded["mlflow"][sdk], loaded["millrace"][sdk], "whoever saved")
    real, ours = loaded["mlflow"]["mlflow"], loaded["mlflow"]["millrace"]
    differing = differences(real, ours, "")
    assert set(differing) == PREDICTED_OTHERWISE, differing
    assert ours["renamed"]["pyfunc"][0] == ["list", [2.0, 4.0]]
    assert ours["vectors"]["pyfunc"][2:] == [["list", [1.0]]] * 2


@pytest.mark.parametrize("saver", SDKS)
def test_functions_of_columns_answer_what_mlflows_answer(saver: str, tmp_path: Path) -> None:
    flow, models = FLOWS / "udf.py", str(tmp_path / "models")
    run_flow(saver, flow, tmp_path / "saved", "save", models)
    real, ours = (run_flow(sdk, flow, tmp_path / sdk, "load", models) for sdk in ("mlflow", "millrace"))
    differing = differences(real, ours, "")
    assert {path.split("/")[1] for path in differing} == ANSWERED_OTHERWISE, differing
