"""Metrics that are computed from predictions after a training; names as MLflow's own autologging gives them."""

from __future__ import annotations

import json
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sklearn.metrics
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score, train_test_split

import mlflow
from mlflow.entities import Run
from mlflow.sklearn import post_training


@pytest.fixture(autouse=True)
def on() -> Iterator[None]:
    mlflow.sklearn.autolog(log_models=False)
    yield
    mlflow.sklearn.autolog(disable=True)


def _iris() -> list[Any]:
    return train_test_split(*load_iris(return_X_y=True, as_frame=True), random_state=0)  # type: ignore[no-any-return]


def _run() -> Run:
    (run,) = mlflow.search_runs(["0"], output_format="list")
    return run  # type: ignore[return-value]


def _found() -> tuple[dict[str, float], dict[str, str]]:
    run = _run()
    metrics = {key: value for key, value in run.data.metrics.items() if not key.startswith("training_")}
    path = mlflow.artifacts.download_artifacts(run_id=run.info.run_id, artifact_path="metric_info.json")
    calls: dict[str, str] = json.loads(Path(path).read_text())
    assert calls.keys() == metrics.keys()
    return metrics, calls


def test_calls_are_named_after_function_count_and_data() -> None:
    X_train, X_test, y_train, y_test = _iris()
    model = LogisticRegression(max_iter=500).fit(X_train, y_train)
    model.score(X_test, y_test)
    model.score(X=X_train, y=y_train)
    pred = model.predict(X_test)
    sklearn.metrics.accuracy_score(y_test, pred)
    sklearn.metrics.accuracy_score(y_true=y_test, y_pred=model.predict(X_test[:]), normalize=False)
    sklearn.metrics.f1_score(y_test, pred, average="macro")
    sklearn.metrics.roc_auc_score(y_test, model.predict_proba(X_test), multi_class="ovo")
    metrics, calls = _found()
    assert metrics == pytest.approx(
        {
            "LogisticRegression_score_X_test": 37 / 38,
            "LogisticRegression_score-2_X_train": 110 / 112,
            "accuracy_score_X_test": 37 / 38,
            "accuracy_score-2_unknown_dataset": 37.0,
            "f1_score_X_test": 0.97170345,
            "roc_auc_score_X_test": 0.99537037,
        }
    )
    assert calls == {
        "LogisticRegression_score_X_test": "LogisticRegression.score(X=X_test, y=y_test)",
        "LogisticRegression_score-2_X_train": "LogisticRegression.score(X=X_train, y=y_train)",
        "accuracy_score_X_test": "accuracy_score(y_true=y_test, y_pred=pred)",
        "accuracy_score-2_unknown_dataset": "accuracy_score(y_true=y_test, y_pred=<ndarray>, normalize=False)",
        "f1_score_X_test": "f1_score(y_true=y_test, y_pred=pred, average='macro')",
        "roc_auc_score_X_test": "roc_auc_score(y_true=y_test, y_score=<ndarray>, multi_class='ovo')",
    }


def test_other_data_under_the_same_name_is_numbered() -> None:
    _, _, X, y = *_iris()[:2], *load_iris(return_X_y=True)
    model = LogisticRegression(max_iter=500).fit(X, y)

    def evaluate(part: Any, labels: Any) -> None:
        model.score(part, labels)

    evaluate(X, y)
    for size in (60, 70):
        chunk, labels = X[:size], y[:size]
        evaluate(chunk, labels)
    assert set(_found()[0]) == {
        "LogisticRegression_score_X",
        "LogisticRegression_score-2_chunk",
        "LogisticRegression_score-3_chunk-2",
    }


def test_what_is_not_about_a_prediction_is_not_logged() -> None:
    X_train, X_test, y_train, y_test = _iris()
    model = LogisticRegression(max_iter=500).fit(X_train, y_train)
    pred = model.predict(X_test)
    sklearn.metrics.accuracy_score(y_test, pred + 0)
    sklearn.metrics.confusion_matrix(y_test, pred)
    sklearn.metrics.get_scorer("accuracy")(model, X_test, y_test)
    cross_val_score(model, X_test, y_test, cv=2)
    with pytest.raises(ValueError, match="inconsistent numbers"):
        sklearn.metrics.accuracy_score(y_test, pred[:3])
    del pred
    sklearn.metrics.accuracy_score(y_test, y_test)
    assert all(key.startswith("training_") for key in _run().data.metrics)


def test_a_pickled_estimator_logs_to_its_run() -> None:
    X_train, X_test, y_train, y_test = _iris()
    copied = pickle.loads(pickle.dumps(LogisticRegression(max_iter=500).fit(X_train, y_train)))
    assert copied.score(X_test, y_test) == pytest.approx(37 / 38)
    assert set(_found()[0]) == {"LogisticRegression_score_X_test"}


def test_it_can_be_left_out_and_ends_when_disabled() -> None:
    X_train, X_test, y_train, y_test = _iris()
    model = LogisticRegression(max_iter=500).fit(X_train, y_train)
    original = sklearn.metrics.accuracy_score
    mlflow.sklearn.autolog(log_models=False, log_post_training_metrics=False)
    model.score(X_test, y_test)
    mlflow.sklearn.autolog(disable=True)
    assert sklearn.metrics.accuracy_score is not original
    model.score(X_test, y_test)
    original(y_test, model.predict(X_test))
    assert all(key.startswith("training_") for key in _run().data.metrics)


def test_a_loop_of_predictions_is_not_a_loop_of_requests(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(post_training, "MAX_DATASETS", 3)
    X, y = load_iris(return_X_y=True)
    model = LogisticRegression(max_iter=500).fit(X, y)
    for start in range(10):
        model.predict(X[start : start + 5])
        model.predict(X[start : start + 5].tolist())
    assert len(_run().inputs.dataset_inputs) == 4
    said = capfd.readouterr().err
    assert said.count("further ones are not recorded") == 1
    assert "Unrecognized" not in said


def test_a_run_that_is_gone_does_not_break_scoring(capfd: pytest.CaptureFixture[str]) -> None:
    X_train, X_test, y_train, y_test = _iris()
    model = LogisticRegression(max_iter=500).fit(X_train, y_train)
    mlflow.delete_run(_run().info.run_id)
    assert model.score(X_test, y_test) == pytest.approx(37 / 38)
    assert "could not log LogisticRegression.score" in capfd.readouterr().err


def test_metrics_are_about_the_model_that_predicted() -> None:
    mlflow.sklearn.autolog()
    X_train, X_test, y_train, y_test = _iris()
    with mlflow.start_run():
        first = LogisticRegression(max_iter=500).fit(X_train, y_train)
        LogisticRegression(max_iter=500).fit(X_train, y_train)
        first.score(X_test, y_test)
    models = mlflow.search_logged_models(experiment_ids=["0"], output_format="list")
    scored = [model for model in models if "LogisticRegression_score_X_test" in {each.key for each in model.metrics}]
    assert len(models) == 2
    assert scored == [min(models, key=lambda model: model.creation_timestamp)]
