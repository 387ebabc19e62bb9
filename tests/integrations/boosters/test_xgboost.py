"""XGBoost: what autologging logs, and model directories, beside the real MLflow's."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integrations.boosters.running import SDKS, interchanged, named, run_both, without_requirements
from tests.peers.comparing import differences

pytestmark = pytest.mark.timeout(900)

KNOWN = {
    # Our callback is the first: one that stops the training keeps those after it from being called.
    "/native_callbacks/runs/0/metrics/test-auc",
    "/native_callbacks/runs/0/metrics/test-logloss",
    "/early_stopping_callback/runs/0/metrics/test-auc",
    "/early_stopping_callback/runs/0/metrics/test-logloss",
    "/early_stopping_callback/runs/0/metrics/train-auc",
    "/early_stopping_callback/runs/0/metrics/train-logloss",
    # MLflow says of an estimator's metrics that those of the first iteration are about its model.
    "/sklearn_classifier/runs/0/models/0/metrics/validation_0-logloss",
    "/sklearn_multiclass/runs/0/models/0/metrics/validation_0-mlogloss",
}


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return run_both("xgboost_training", tmp_path_factory.mktemp("training"))


@pytest.fixture(scope="module")
def exchanged(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], dict[str, Any]]:
    return interchanged("xgboost_models", tmp_path_factory.mktemp("models"))


def test_trainings_log_what_mlflow_logs(trained: dict[str, Any]) -> None:
    found = differences(without_requirements(trained["mlflow"]), without_requirements(trained["millrace"]), "")
    assert set(found) == KNOWN, {path: found.get(path) for path in set(found) ^ KNOWN}


def test_the_iteration_at_which_a_callback_stops_is_logged_too(trained: dict[str, Any]) -> None:
    for flow, last in (("native_callbacks", 2), ("early_stopping_callback", 66)):
        for sdk, step in (("millrace", last), ("mlflow", last - 1)):
            histories = trained[sdk][flow]["runs"][0]["metrics"]
            assert {points[-1][0] for points in histories.values()} == {step}, (flow, sdk)


def test_saved_models_are_the_same(exchanged: Any) -> None:
    saved, _ = exchanged
    assert not differences(without_requirements(saved["mlflow"]), without_requirements(saved["millrace"]), "saved")
    for name, model in saved["mlflow"].items():
        assert named(model["requirements"]) == named(saved["millrace"][name]["requirements"])


@pytest.mark.parametrize("saver", SDKS)
def test_models_that_one_saved_load_in_the_other(saver: str, exchanged: Any) -> None:
    loaded = exchanged[1][saver]
    assert not differences(loaded["mlflow"], loaded["millrace"], saver)
