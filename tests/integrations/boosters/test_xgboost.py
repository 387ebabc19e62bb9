"""XGBoost: what autologging logs, and model directories, beside the real MLflow's."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integrations.boosters.running import SDKS, interchanged, named, run_both, without_requirements
from tests.peers.comparing import differences


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return run_both("xgboost_training", tmp_path_factory.mktemp("training"))


@pytest.fixture(scope="module")
def exchanged(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], dict[str, Any]]:
    return interchanged("xgboost_models", tmp_path_factory.mktemp("models"))


def test_trainings_log_what_mlflow_logs(trained: dict[str, Any]) -> None:
    found = differences(without_requirements(trained["mlflow"]), without_requirements(trained["millrace"]), "xgboost")
    assert not found


def test_saved_models_are_the_same(exchanged: Any) -> None:
    saved, _ = exchanged
    assert not differences(without_requirements(saved["mlflow"]), without_requirements(saved["millrace"]), "saved")
    for name, model in saved["mlflow"].items():
        assert named(model["requirements"]) == named(saved["millrace"][name]["requirements"])


@pytest.mark.parametrize("saver", SDKS)
def test_models_that_one_saved_load_in_the_other(saver: str, exchanged: Any) -> None:
    loaded = exchanged[1][saver]
    assert not differences(loaded["mlflow"], loaded["millrace"], saver)
