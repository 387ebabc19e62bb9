"""What autologging logs, and model directories, beside the real MLflow's, in the same environment."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.integrations.boosters.running import OPTIONAL, SDKS, interchanged, named, run_both, without_requirements
from tests.peers.comparing import differences

pytestmark = pytest.mark.timeout(900)

TRAINED = {
    "xgboost": {
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
    },
    "lightgbm": {"/sklearn_classifier/runs/0/models/0/metrics/valid_0-binary_logloss"},
    # MLflow logs a param `kwargs` that says that there is no default.
    "statsmodels": {
        *(f"/{flow}/runs/0/params/kwargs" for flow in ("ols", "formula", "logit", "glm", "wls", "fails")),
        "/ols/runs/0/models/0/params/kwargs",
    },
    # MLflow names a dataset that was not to be logged.
    "sklearn": {
        f"/within_a_run/runs/0/models/0/metrics/training_{name}/2"
        for name in ("mean_absolute_error", "mean_squared_error", "r2_score", "root_mean_squared_error", "score")
    },
}
"""The libraries whose trainings are logged by themselves; where we log something else on purpose, and why."""
NEVER_ALIKE = re.compile(r"/metrics/(mean|std)_(fit|score)_time/|/mlflow\.parentRunId$")
"""What differs between two trainings with the same product: how long it took, and ids."""

LOST = "/fails/runs/0/params/"
"""Params of a training that fails: we have them always, MLflow not always."""

SAVED = ["xgboost", "lightgbm", "other"]
"""Flows that save and load models."""


@pytest.fixture(scope="module", params=TRAINED)
def trained(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, Any]]:
    """A library, and what its trainings logged."""
    return request.param, run_both(f"{request.param}_training", tmp_path_factory.mktemp("training"))


@pytest.fixture(scope="module", params=SAVED)
def exchanged(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Any]:
    """What each saved, and what each found in what each saved."""
    return interchanged(f"{request.param}_models", tmp_path_factory.mktemp("models"))


def expect_differences(found: dict[str, Any], expected: set[str], maybe: str = "$^") -> None:
    """What the trainings of a library logged differs from what MLflow logged in these places, and no others.

    Args:
        found: what they logged, by product.
        expected: the places.
        maybe: a pattern of those where it may differ or not.
    """
    told = differences(without_requirements(found["mlflow"]), without_requirements(found["millrace"]), "")
    differing = {path: why for path, why in told.items() if not NEVER_ALIKE.search(path) and not re.search(maybe, path)}
    # MLflow logs params from a thread, and loses what is waiting when a training fails before it has run.
    lost = {path for path, why in differing.items() if path.startswith(LOST) and why.startswith("only found")}
    assert set(differing) - lost == expected - lost, {path: differing.get(path) for path in set(differing) ^ expected}


def test_trainings_log_what_mlflow_logs(trained: tuple[str, dict[str, Any]]) -> None:
    library, found = trained
    expect_differences(found, TRAINED[library])
    if library == "xgboost":
        for flow, last in (("native_callbacks", 2), ("early_stopping_callback", 66)):
            for sdk, step in (("millrace", last), ("mlflow", last - 1)):
                histories = found[sdk][flow]["runs"][0]["metrics"]
                assert {points[-1][0] for points in histories.values()} == {step}, (flow, sdk)


def test_saved_models_are_the_same(exchanged: tuple[Any, Any]) -> None:
    saved, _ = exchanged
    assert not differences(without_requirements(saved["mlflow"]), without_requirements(saved["millrace"]), "saved")
    for name, model in saved["mlflow"].items():
        assert named(model["requirements"]) ^ named(saved["millrace"][name]["requirements"]) <= OPTIONAL, name


def test_models_that_one_saved_load_in_the_other(exchanged: tuple[Any, Any]) -> None:
    _, loaded = exchanged
    for saver in SDKS:
        assert not differences(loaded[saver]["mlflow"], loaded[saver]["millrace"], saver)
    assert not differences(loaded["mlflow"], loaded["millrace"], "whoever saved")
