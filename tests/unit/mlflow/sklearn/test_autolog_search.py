"""Searches for parameters, estimators in other threads and processes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import joblib
import pandas as pd
import pytest
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import mlflow
from mlflow.entities import Run

X, Y = load_iris(return_X_y=True, as_frame=True)


@pytest.fixture(autouse=True)
def off() -> Iterator[None]:
    yield
    mlflow.sklearn.autolog(disable=True)


def _parent_and_children() -> tuple[Run, list[Run]]:
    runs: Any = mlflow.search_runs(["0"], output_format="list")
    (parent,) = (run for run in runs if "mlflow.parentRunId" not in run.data.tags)
    children = [run for run in runs if run.data.tags.get("mlflow.parentRunId") == parent.info.run_id]
    assert len(children) == len(runs) - 1
    return parent, children


def test_a_search_logs_its_results_and_the_best_trials(capfd: pytest.CaptureFixture[str]) -> None:
    mlflow.sklearn.autolog(max_tuning_runs=2)
    search = GridSearchCV(LogisticRegression(max_iter=500), {"C": [0.1, 1, 10]}, cv=3).fit(X, Y)
    parent, children = _parent_and_children()
    assert parent.data.tags["estimator_name"] == "GridSearchCV"
    assert parent.data.params["best_C"] == "1"
    assert parent.data.params["estimator"] == "LogisticRegression(max_iter=500)"
    assert "estimator__C" not in parent.data.params
    assert parent.data.metrics["best_cv_score"] == pytest.approx(0.97333333)
    assert parent.data.metrics["training_roc_auc"] == pytest.approx(0.9984)
    path = mlflow.artifacts.download_artifacts(run_id=parent.info.run_id, artifact_path="cv_results.csv")
    assert list(pd.read_csv(Path(path))["rank_test_score"]) == list(search.cv_results_["rank_test_score"])
    assert {run.data.params["C"] for run in children} == {"1", "10"}
    for child in children:
        assert child.info.status == "FINISHED"
        assert child.data.params["max_iter"] == "500"
        assert child.data.metrics["rank_test_score"] == 1.0
        assert not any(key.startswith(("split", "param")) for key in child.data.metrics)
        assert child.data.tags["estimator_class"] == "sklearn.linear_model._logistic.LogisticRegression"
    assert "Logging the 2 best runs, one run will be omitted." in capfd.readouterr().err
    models: Any = mlflow.search_logged_models(experiment_ids=["0"], output_format="list")
    assert {model.name for model in models} == {"model", "best_estimator"}
    (best,) = (model for model in models if model.name == "best_estimator")
    assert best.params["C"] == "1"
    assert "mean_test_score" in {metric.key for metric in best.metrics}
    loaded = mlflow.sklearn.load_model(f"models:/{best.model_id}")
    assert (loaded.predict(X) == search.best_estimator_.predict(X)).all()


def test_all_trials_in_the_users_run_with_worker_processes() -> None:
    mlflow.sklearn.autolog(log_models=False, max_tuning_runs=None)
    pipeline = make_pipeline(StandardScaler(), LogisticRegression(max_iter=500))
    values = {"logisticregression__C": [0.1, 0.2, 0.3, 1, 2, 3, 10]}
    search = RandomizedSearchCV(pipeline, values, n_iter=6, n_jobs=2, cv=2, random_state=0)
    with mlflow.start_run() as mine:
        search.fit(X, Y)
    parent, children = _parent_and_children()
    assert parent.info.run_id == mine.info.run_id
    assert {run.data.params["logisticregression__C"] for run in children} == {
        str(trial["logisticregression__C"]) for trial in search.cv_results_["params"]
    }
    assert {run.data.tags["estimator_name"] for run in children} == {"Pipeline"}


def test_several_scores_without_a_best_estimator() -> None:
    mlflow.sklearn.autolog(max_tuning_runs=1)
    scoring = ["accuracy", "f1_macro"]
    search = GridSearchCV(LogisticRegression(max_iter=500), {"C": [0.0001, 1]}, cv=2, scoring=scoring, refit=False)
    search.fit(X, Y)
    parent, (child,) = _parent_and_children()
    assert parent.info.status == "FINISHED"
    assert "best_cv_score" not in parent.data.metrics
    assert child.data.params["C"] == "1"
    assert {"mean_test_accuracy", "mean_test_f1_macro"} < child.data.metrics.keys()


def test_threads_of_a_search_do_not_log() -> None:
    mlflow.sklearn.autolog(log_models=False, max_tuning_runs=0)
    with joblib.parallel_backend("threading", n_jobs=2):
        GridSearchCV(LogisticRegression(max_iter=500), {"C": [1, 2]}, cv=2).fit(X, Y)
        cross_val_score(LogisticRegression(max_iter=500), X, Y, cv=2)
    parent, children = _parent_and_children()
    assert children == []
    assert parent.data.tags["estimator_name"] == "GridSearchCV"


def test_threads_of_the_user_log_to_runs_of_their_own() -> None:
    mlflow.sklearn.autolog(log_models=False)
    values = [0.5, 1.0, 2.0]
    threads = [
        threading.Thread(target=LogisticRegression(max_iter=500, C=value).fit, args=(X.copy(), Y)) for value in values
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    runs: Any = mlflow.search_runs(["0"], output_format="list")
    assert sorted(float(run.data.params["C"]) for run in runs) == values
    assert {run.info.status for run in runs} == {"FINISHED"}


def test_classes_that_are_imported_later_are_logged() -> None:
    import sys

    mlflow.sklearn.autolog(log_models=False)
    names = [name for name in sys.modules if name.startswith("sklearn.gaussian_process")]
    kept = {name: sys.modules.pop(name) for name in names}
    try:
        from sklearn.gaussian_process import GaussianProcessRegressor

        GaussianProcessRegressor().fit([[1.0], [2.0]], [1.0, 2.0])
    finally:
        sys.modules.update(kept)
    runs: Any = mlflow.search_runs(["0"], output_format="list")
    assert [run.data.tags["estimator_name"] for run in runs] == ["GaussianProcessRegressor"]
