"""Trainings of LightGBM with autologging."""

from __future__ import annotations

from typing import Any

import lightgbm as lgb
import numpy as np
import pandas as pd
from reading import run_flows
from sklearn import metrics

import mlflow

RANDOM = np.random.default_rng(0)
FRAME = pd.DataFrame(RANDOM.normal(size=(120, 3)), columns=["a", "b", "c"])
LABEL = (FRAME["a"] + FRAME["b"] > 0).astype(int).to_numpy()
CLASSES = LABEL + (FRAME["c"] > 0.5).astype(int).to_numpy()
PARAMS = {
    "objective": "binary",
    "metric": ["binary_logloss", "auc"],
    "num_leaves": 4,
    "min_data_in_leaf": 5,
    "num_threads": 1,
    "verbosity": -1,
    "seed": 1,
}


def _datasets() -> tuple[Any, Any]:
    train = lgb.Dataset(FRAME[:80], label=LABEL[:80], free_raw_data=False)
    return train, lgb.Dataset(FRAME[80:], label=LABEL[80:], reference=train, free_raw_data=False)


def native() -> None:
    mlflow.lightgbm.autolog(log_input_examples=True)
    train, test = _datasets()
    lgb.train(PARAMS, train, num_boost_round=4, valid_sets=[train, test], valid_names=["train", "valid"])


def early_stopping() -> None:
    mlflow.lightgbm.autolog(extra_tags={"mine": "1"})
    train, test = _datasets()
    stop = lgb.early_stopping(2, first_metric_only=True, verbose=False)
    lgb.train(PARAMS, train, 90, valid_sets=[test], callbacks=[stop])


def early_stopping_by_params() -> None:
    mlflow.lightgbm.autolog(log_models=False)
    train, test = _datasets()
    lgb.train({**PARAMS, "early_stopping_round": 2, "metric": "binary_logloss"}, train, 90, valid_sets=[test])


def without_validation() -> None:
    mlflow.lightgbm.autolog(log_models=False, log_datasets=False)
    with mlflow.start_run():
        lgb.train(PARAMS, _datasets()[0], 3)


def from_numpy() -> None:
    mlflow.lightgbm.autolog(log_models=False)
    data = lgb.Dataset(FRAME.to_numpy(), label=CLASSES)
    lgb.train({"objective": "multiclass", "num_class": 3, "num_threads": 1, "verbosity": -1}, data, 2)


def ranks() -> None:
    mlflow.lightgbm.autolog(log_models=False)
    data = lgb.Dataset(FRAME, label=LABEL, group=[10] * 12)
    params = {"objective": "lambdarank", "metric": "ndcg", "eval_at": [1, 3], "num_threads": 1, "verbosity": -1}
    lgb.train(params, data, 2, valid_sets=[data])


def sklearn_classifier() -> None:
    mlflow.lightgbm.autolog(log_input_examples=True)
    model = lgb.LGBMClassifier(n_estimators=4, num_leaves=4, n_jobs=1, verbose=-1, min_child_samples=5)
    model.fit(FRAME[:80], LABEL[:80], eval_set=[(FRAME[80:], LABEL[80:])])


def sklearn_regressor() -> None:
    mlflow.lightgbm.autolog(log_models=False)
    model = lgb.LGBMRegressor(n_estimators=60, n_jobs=1, verbose=-1, min_child_samples=5)
    sets = [(FRAME[80:].to_numpy(), FRAME["a"][80:].to_numpy())]
    model.fit(
        FRAME[:80].to_numpy(),
        FRAME["a"][:80].to_numpy(),
        eval_set=sets,
        eval_names=["mine"],
        callbacks=[lgb.early_stopping(1, verbose=False)],
    )


def predictions_of_an_estimator() -> None:
    mlflow.lightgbm.autolog(log_models=False)
    model = lgb.LGBMRegressor(n_estimators=2, n_jobs=1, verbose=-1, min_child_samples=5)
    model.fit(FRAME[:80], FRAME["a"][:80])
    x_test, y_test = FRAME[80:], FRAME["a"][80:]
    metrics.mean_absolute_error(y_test, model.predict(x_test))
    model.score(x_test, y_test)


def fails() -> None:
    mlflow.lightgbm.autolog()
    try:
        lgb.train({"objective": "nonsense", "verbosity": -1}, _datasets()[0], 2)
    except lgb.basic.LightGBMError:
        pass


def turned_off() -> None:
    mlflow.lightgbm.autolog(disable=True)
    lgb.train(PARAMS, _datasets()[0], 2)
    mlflow.lightgbm.autolog(exclusive=True)
    with mlflow.start_run():
        lgb.train(PARAMS, _datasets()[0], 2)
    lgb.cv(PARAMS, _datasets()[0], 2)


if __name__ == "__main__":
    run_flows(
        native,
        early_stopping,
        early_stopping_by_params,
        without_validation,
        from_numpy,
        ranks,
        sklearn_classifier,
        sklearn_regressor,
        predictions_of_an_estimator,
        fails,
        turned_off,
    )
