"""Models of Spark beside the real MLflow's, in the same environment."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.integrations.spark.running import SDKS, run_flow, without_requirements
from tests.peers.comparing import differences

pytestmark = pytest.mark.timeout(1200)

FLOW = Path(__file__).parent / "flows" / "models.py"

SAVED_OTHERWISE = {
    # MLflow wants the prediction in the column `prediction`; we look where the last stage puts it.
    *("saved/renamed/MLmodel/signature", "saved/renamed/MLmodel/is_signature_from_type_hint"),
    "saved/renamed/MLmodel/type_hint_from_example",
}

REFUSED_BY_SIGNATURE = {"whoever saved/renamed/pyfunc/1", "whoever saved/renamed/pyfunc/2"}
"""Integers and an array for a model that has a signature where we saved it, and none where MLflow did; see above."""

PREDICTED_OTHERWISE = {
    # The same; and what we take for a column of vectors: vectors, and rows in a dict.
    *("/renamed/pyfunc/0", "/renamed/pyfunc/1", "/vectors/pyfunc/2", "/vectors/pyfunc/3"),
}


@pytest.fixture(scope="module")
def exchanged(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Any]:
    """What each saved; and for each saver, what each loader found in it."""
    folder = tmp_path_factory.mktemp("models")
    saved, loaded = {}, {}
    for sdk in SDKS:  # one Spark for both: it takes longest to start
        saved[sdk], own = run_flow(sdk, FLOW, folder / sdk, "save,load", str(folder / sdk / "models"))
        loaded[sdk] = {sdk: own}
    for saver, loader in (("mlflow", "millrace"), ("millrace", "mlflow")):
        models = str(folder / saver / "models")
        (loaded[saver][loader],) = run_flow(loader, FLOW, folder / f"{saver}-{loader}", "load", models)
    return saved, loaded


def test_saved_models_are_the_same(exchanged: tuple[Any, Any]) -> None:
    saved, _ = exchanged
    differing = differences(without_requirements(saved["mlflow"]), without_requirements(saved["millrace"]), "saved")
    assert set(differing) == SAVED_OTHERWISE, differing
    lines = saved["millrace"]["texts"]["requirements"]
    assert [line.partition("==")[0] for line in lines] == ["mlflow", "numpy", "pandas", "pyarrow", "pyspark"]


def test_models_that_one_saved_load_in_the_other(exchanged: tuple[Any, Any]) -> None:
    _, loaded = exchanged
    for sdk in SDKS:
        differing = differences(loaded["mlflow"][sdk], loaded["millrace"][sdk], "whoever saved")
        assert set(differing) == REFUSED_BY_SIGNATURE, (sdk, differing)
    real, ours = loaded["mlflow"]["mlflow"], loaded["mlflow"]["millrace"]
    differing = differences(real, ours, "")
    assert set(differing) == PREDICTED_OTHERWISE, differing
    assert ours["renamed"]["pyfunc"][0] == ["list", [2.0, 4.0]]
    assert ours["vectors"]["pyfunc"][2:] == [["list", [1.0]]] * 2
