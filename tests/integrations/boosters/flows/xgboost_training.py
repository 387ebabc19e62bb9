"""Trainings of XGBoost with autologging."""

from __future__ import annotations

from typing import Any

import matplotlib

matplotlib.use("Agg")
import numpy as np
import pandas as pd
import xgboost as xgb
from reading import run_flows
from sklearn import metrics

import mlflow
from mlflow import MlflowClient

RANDOM = np.random.default_rng(0)
COLUMNS = ["a", "b", "c"]
FRAME = pd.DataFrame(RANDOM.normal(size=(120, 3)), columns=COLUMNS)
LABEL = (FRAME["a"] + FRAME["b"] > 0).astype(int).to_numpy()
CLASSES = LABEL + (FRAME["c"] > 0.5).astype(int).to_numpy()
PARAMS = {"objective": "binary:logistic", "eval_metric": ["logloss", "auc"], "max_depth": 2, "nthread": 1, "seed": 1}


def _matrices() -> tuple[Any, Any]:
    return xgb.DMatrix(FRAME[:80], label=LABEL[:80]), xgb.DMatrix(FRAME[80:], label=LABEL[80:])


def native() -> None:
    mlflow.xgboost.autolog(log_input_examples=True)
    train, test = _matrices()
    xgb.train(PARAMS, train, num_boost_round=5, evals=[(train, "train"), (test, "valid")], verbose_eval=False)


def native_early_stopping() -> None:
    mlflow.xgboost.autolog(importance_types=["weight", "gain"], model_format="json", extra_tags={"mine": "1"})
    train, test = _matrices()
    xgb.train(
        PARAMS,
        train,
        num_boost_round=60,
        evals=[(test, "valid")],
        early_stopping_rounds=2,
        verbose_eval=False,
    )


def native_without_evals() -> None:
    mlflow.xgboost.autolog(log_models=False, log_datasets=False)
    with mlflow.start_run():
        xgb.train({"objective": "reg:squarederror", "nthread": 1}, _matrices()[0], 3)


def native_callbacks() -> None:
    mlflow.xgboost.autolog(log_models=False)

    class Stop(xgb.callback.TrainingCallback):
        def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:
            return epoch == 2

    train, test = _matrices()
    found: dict[str, Any] = {}
    xgb.train(PARAMS, train, 9, evals=[(test, "test")], evals_result=found, callbacks=[Stop()], verbose_eval=False)


def linear() -> None:
    mlflow.xgboost.autolog(log_models=False)
    train, test = _matrices()
    params = {"booster": "gblinear", "objective": "reg:squarederror", "nthread": 1}
    xgb.train(params, train, 3, evals=[(test, "test")], verbose_eval=False)


def sklearn_classifier() -> None:
    mlflow.xgboost.autolog(log_input_examples=True)
    model = xgb.XGBClassifier(n_estimators=4, max_depth=2, n_jobs=1, random_state=1)
    model.fit(FRAME[:80], LABEL[:80], eval_set=[(FRAME[80:], LABEL[80:])], verbose=False)


def predictions_of_an_estimator() -> None:
    mlflow.xgboost.autolog(log_models=False)
    model = xgb.XGBClassifier(n_estimators=2, n_jobs=1).fit(FRAME[:80], LABEL[:80])
    x_test, y_test = FRAME[80:], LABEL[80:]
    predicted = model.predict(x_test)
    metrics.accuracy_score(y_test, predicted)
    metrics.log_loss(y_test, model.predict_proba(x_test))
    model.score(x_test, y_test)
    model.score(x_test, y_test)


def sklearn_multiclass() -> None:
    mlflow.xgboost.autolog()
    model = xgb.XGBClassifier(n_estimators=30, max_depth=2, n_jobs=1, early_stopping_rounds=1, eval_metric="mlogloss")
    model.fit(FRAME[:80], CLASSES[:80], eval_set=[(FRAME[80:], CLASSES[80:])], verbose=False)


def sklearn_regressor() -> None:
    mlflow.xgboost.autolog(log_models=False)
    xgb.XGBRegressor(n_estimators=3, max_depth=2, n_jobs=1).fit(FRAME.to_numpy(), FRAME["a"].to_numpy())


def sklearn_ranker() -> None:
    mlflow.xgboost.autolog(log_models=False)
    groups = np.repeat(np.arange(12), 10)
    model = xgb.XGBRanker(n_estimators=3, n_jobs=1, eval_metric=["ndcg@5", "map@2-"])
    model.fit(FRAME, LABEL, qid=groups, eval_set=[(FRAME, LABEL)], eval_qid=[groups], verbose=False)


def early_stopping_callback() -> None:
    mlflow.xgboost.autolog(log_models=False)
    train, test = _matrices()
    stop = xgb.callback.EarlyStopping(rounds=2, metric_name="logloss", data_name="test", save_best=True)
    xgb.train(PARAMS, train, 70, evals=[(train, "train"), (test, "test")], callbacks=[stop], verbose_eval=False)


def nested_in_a_run() -> None:
    mlflow.xgboost.autolog(log_models=False)
    with mlflow.start_run():
        mlflow.log_param("mine", 1)
        xgb.train({"nthread": 1, "max_depth": 2}, _matrices()[0], 2)


def cross_validation() -> None:
    mlflow.xgboost.autolog(log_models=False)
    xgb.cv({"nthread": 1}, _matrices()[0], 2)


def fails() -> None:
    mlflow.xgboost.autolog()
    try:
        xgb.train({"objective": "nonsense"}, _matrices()[0], 2)
    except xgb.core.XGBoostError:
        pass


def from_numpy() -> None:
    mlflow.xgboost.autolog(log_models=False)
    xgb.train({"nthread": 1, "num_class": 3, "objective": "multi:softmax"}, xgb.DMatrix(FRAME.to_numpy(), CLASSES), 2)


def importance_of_many() -> None:
    mlflow.xgboost.autolog(importance_types=["weight", "gain", "nonsense", "total_cover"], log_models=False)
    xgb.train({"nthread": 1, "max_depth": 2}, _matrices()[0], 2)


def turned_off() -> None:
    mlflow.xgboost.autolog(disable=True)
    xgb.train(PARAMS, _matrices()[0], 2)
    mlflow.xgboost.autolog(exclusive=True)
    with mlflow.start_run():
        xgb.train(PARAMS, _matrices()[0], 2)


def registered() -> list[str]:
    mlflow.xgboost.autolog(registered_model_name="boosted", log_model_signatures=False)
    xgb.train(PARAMS, _matrices()[0], 2)
    return [str(each.version) for each in MlflowClient().search_model_versions("name = 'boosted'")]


if __name__ == "__main__":
    run_flows(
        native,
        native_early_stopping,
        native_without_evals,
        native_callbacks,
        linear,
        sklearn_classifier,
        predictions_of_an_estimator,
        sklearn_multiclass,
        sklearn_regressor,
        sklearn_ranker,
        early_stopping_callback,
        nested_in_a_run,
        cross_validation,
        fails,
        from_numpy,
        importance_of_many,
        turned_off,
        registered,
    )
