"""Models of H2O beside the real MLflow's, in the same environment; each process starts a server of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integrations.spark.running import SDKS, run_flow, without_requirements
from tests.peers.comparing import differences

FLOW = Path(__file__).parent / "flows" / "models.py"


@pytest.mark.timeout(900)
def test_models_that_one_saved_are_the_same_and_load_in_the_other(tmp_path: Path) -> None:
    saved = {sdk: run_flow(sdk, FLOW, tmp_path / sdk, "save", str(tmp_path / sdk / "models")) for sdk in SDKS}
    assert not differences(without_requirements(saved["mlflow"]), without_requirements(saved["millrace"]), "saved")
    assert saved["millrace"]["trees"]["requirements"] == ["h2o==3.46.0.9", "mlflow==3.8.1"]
    loaded = {
        (saver, loader): run_flow(
            loader, FLOW, tmp_path / f"{saver}-{loader}", "load", str(tmp_path / saver / "models")
        )
        for saver, loader in (("mlflow", "mlflow"), ("mlflow", "millrace"), ("millrace", "mlflow"))
    }
    for pair, found in loaded.items():
        assert not differences(loaded["mlflow", "mlflow"], found, " to ".join(pair))
    assert loaded["mlflow", "millrace"]["classes"]["pyfunc"].keys() == {"predict", "no", "yes"}
