"""Whatever of autologging breaks or is turned off, a training of a booster answers what it would."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import catboost
import lightgbm as lgb
import numpy as np
import pytest
import statsmodels.api as sm
import xgboost as xgb
from sklearn.model_selection import GridSearchCV

import mlflow
from tests.integrations.boosters.running import SDKS
from tests.sabotage import sabotage

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(60, 2))
Y = (X[:, 0] + X[:, 1] > 0).astype(int)


@pytest.fixture(autouse=True)
def own_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("MLFLOW_REQUIREMENTS_INFERENCE_TIMEOUT", "1")
    mlflow.set_tracking_uri(str(tmp_path / "store"))
    yield
    for flavor in (mlflow.xgboost, mlflow.lightgbm, mlflow.statsmodels):
        flavor.autolog(disable=True)


def _xgboost() -> list[float]:
    data = xgb.DMatrix(X, Y)
    options = {"early_stopping_rounds": 2, "verbose_eval": False}
    booster = xgb.train({"nthread": 1, "max_depth": 2}, data, 3, evals=[(data, "train")], **options)
    return list(booster.predict(data))


def _xgboost_estimator() -> list[float]:
    model = xgb.XGBClassifier(n_estimators=2, n_jobs=1).fit(X, Y, eval_set=[(X, Y)], verbose=False)
    return list(model.predict_proba(X)[:, 1])


def _lightgbm() -> list[float]:
    data = lgb.Dataset(X, Y, free_raw_data=False)
    stop = lgb.early_stopping(2, verbose=False)
    booster = lgb.train({"num_threads": 1, "verbosity": -1}, data, 3, valid_sets=[data], callbacks=[stop])
    return list(booster.predict(X))


def _lightgbm_estimator() -> list[float]:
    model = lgb.LGBMClassifier(n_estimators=2, n_jobs=1, verbose=-1).fit(X, Y, eval_set=[(X, Y)])
    return list(model.predict_proba(X)[:, 1])


def _statsmodels() -> list[float]:
    return list(sm.OLS(Y, X).fit().params)


TRAININGS: dict[str, list[Callable[[], list[float]]]] = {
    "xgboost": [_xgboost, _xgboost_estimator],
    "lightgbm": [_lightgbm, _lightgbm_estimator],
    "statsmodels": [_statsmodels],
}
EACH = [(flavor, train) for flavor, trainings in TRAININGS.items() for train in trainings]


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("flavor", "train"), EACH, ids=lambda each: getattr(each, "__name__", each))
def test_no_broken_call_reaches_the_training(flavor: str, train: Callable[[], list[float]]) -> None:
    expected = train()
    getattr(mlflow, flavor).autolog(silent=True, log_models=False)
    assert sabotage(train, expected) > 2


@pytest.mark.parametrize(("flavor", "train"), EACH, ids=lambda each: getattr(each, "__name__", each))
def test_the_model_that_fails_to_be_logged_is_a_warning(
    flavor: str, train: Callable[[], list[float]], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    expected = train()
    getattr(mlflow, flavor).autolog()
    monkeypatch.setattr(mlflow.MlflowClient, "log_model_artifacts", _fail)
    assert train() == expected
    mlflow.flush_async_logging()
    assert "could not log the model: no room" in caplog.text
    assert mlflow.active_run() is None
    assert [each.status for each in mlflow.search_logged_models(output_format="list")] == ["FAILED"]


def _fail(*args: object) -> None:
    raise OSError("no room")


@pytest.mark.parametrize(("flavor", "train"), EACH, ids=lambda each: getattr(each, "__name__", each))
def test_what_is_disabled_or_exclusive_logs_nothing(flavor: str, train: Callable[[], list[float]]) -> None:
    autolog = getattr(mlflow, flavor).autolog
    autolog(exclusive=True)
    with mlflow.start_run() as run:
        train()
    autolog(disable=True)
    train()
    found = mlflow.search_runs(output_format="list")
    assert [each.info.run_id for each in found] == [run.info.run_id]
    assert found[0].data.params == {}
    assert mlflow.search_logged_models(output_format="list") == []


def _catboost(callbacks: list[object]) -> list[float]:
    model = catboost.CatBoostClassifier(iterations=4, verbose=False, allow_writing_files=False, thread_count=1)
    model.fit(X, Y, eval_set=(X, Y), callbacks=callbacks)
    return list(model.predict_proba(X)[:, 1])


def test_catboost_calls_back_with_the_metrics_of_each_iteration(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = _catboost([])
    with mlflow.start_run() as run:
        assert _catboost([mlflow.catboost.MlflowCallback()]) == expected
    client = mlflow.MlflowClient()
    assert set(client.get_run(run.info.run_id).data.metrics) == {"learn-Logloss", "validation-Logloss"}
    points = client.get_metric_history(run.info.run_id, "validation-Logloss")
    assert [point.step for point in points] == [0, 1, 2, 3]
    assert points[-1].value < points[0].value
    with mlflow.start_run():
        callback = mlflow.catboost.MlflowCallback()
        monkeypatch.setattr(mlflow.MlflowClient, "log_batch", _fail)
        assert _catboost([callback]) == expected
    with pytest.raises(mlflow.MlflowException, match="no active run"):
        mlflow.catboost.MlflowCallback()


def test_silence_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    mlflow.xgboost.autolog(silent=True, importance_types=["nonsense"])
    _xgboost()
    mlflow.flush_async_logging()
    assert capsys.readouterr().err == ""


def test_disabling_puts_the_libraries_back() -> None:
    before = xgb.train, lgb.train, xgb.XGBClassifier.fit, lgb.LGBMModel.fit, sm.OLS.fit
    for flavor in TRAININGS:
        getattr(mlflow, flavor).autolog()
    assert xgb.train is not before[0]
    for flavor in TRAININGS:
        getattr(mlflow, flavor).autolog(disable=True)
    assert (xgb.train, lgb.train, xgb.XGBClassifier.fit, lgb.LGBMModel.fit, sm.OLS.fit) == before


SCRIPT = """
import mlflow
mlflow.autolog(log_models=False, silent=True, exclude_flavors=["statsmodels"])
import lightgbm, numpy, statsmodels.api, xgboost
x, y = numpy.arange(40.0).reshape(20, 2), numpy.arange(20) % 2
xgboost.train({"nthread": 1}, xgboost.DMatrix(x, y), 1)
lightgbm.LGBMClassifier(n_estimators=1, n_jobs=1, verbose=-1).fit(x, y)
statsmodels.api.OLS(y, x).fit()
print(sorted(run.data.tags["mlflow.autologging"] for run in mlflow.search_runs(output_format="list")))
"""


def test_one_autolog_turns_on_what_is_imported_later(tmp_path: Path) -> None:
    # In a process of its own: `mlflow.autolog` leaves alone what was set by a flavor's own `autolog` before.
    command = [sys.executable, "-W", "ignore", "-c", SCRIPT]
    environment = {**os.environ, "PYTHONPATH": str(SDKS["millrace"])}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.stdout.strip().splitlines()[-1:] == ["['lightgbm', 'xgboost']"], done.stderr


def test_a_search_over_boosters_is_one_training() -> None:
    mlflow.sklearn.autolog(log_models=False, silent=True, max_tuning_runs=0)
    mlflow.xgboost.autolog(log_models=False, silent=True)
    GridSearchCV(xgb.XGBClassifier(n_estimators=1, n_jobs=1), {"max_depth": [1, 2]}, cv=2).fit(X, Y)
    runs = mlflow.search_runs(output_format="list")
    mlflow.sklearn.autolog(disable=True)
    assert [run.data.tags["mlflow.autologging"] for run in runs] == ["sklearn"]
