"""What is logged of a training; names and values as MLflow's own autologging has them."""

from __future__ import annotations

import inspect
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.cluster import KMeans
from sklearn.datasets import load_diabetes, load_iris
from sklearn.decomposition import PCA
from sklearn.ensemble import VotingClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

import mlflow
from mlflow.entities import Run
from mlflow.exceptions import MlflowException
from mlflow.sklearn import training

X, Y = load_iris(return_X_y=True, as_frame=True)
IRIS_METRICS = {
    "training_accuracy_score": 0.97333333,
    "training_f1_score": 0.97332267,
    "training_log_loss": 0.12953414,
    "training_precision_score": 0.97382479,
    "training_recall_score": 0.97333333,
    "training_roc_auc": 0.99853333,
    "training_score": 0.97333333,
}


@pytest.fixture(autouse=True)
def off() -> Iterator[None]:
    yield
    mlflow.sklearn.autolog(disable=True)


def _runs() -> list[Run]:
    return mlflow.search_runs(["0"], output_format="list")  # type: ignore[return-value]


def _run() -> Run:
    (run,) = _runs()
    return run


def _artifacts(run: Run) -> set[str]:
    return {file.path for file in mlflow.MlflowClient().list_artifacts(run.info.run_id)}


def _logistic(**params: Any) -> LogisticRegression:
    return LogisticRegression(max_iter=500, **params)


def test_a_pipeline_is_one_run_with_everything() -> None:
    mlflow.sklearn.autolog(log_models=False, extra_tags={"team": "blue"})
    Pipeline([("s", StandardScaler()), ("c", _logistic())]).fit(X, Y)
    run = _run()
    assert run.info.status == "FINISHED"
    assert mlflow.active_run() is None
    assert run.data.metrics == pytest.approx(IRIS_METRICS, rel=1e-4)
    assert len(run.data.params) == 23
    assert run.data.params["c__C"] == "1.0"
    assert run.data.params["c"] == "LogisticRegression(max_iter=500)"
    expected = {
        "mlflow.autologging": "sklearn",
        "estimator_name": "Pipeline",
        "estimator_class": "sklearn.pipeline.Pipeline",
        "team": "blue",
    }
    assert expected.items() <= run.data.tags.items()
    assert _artifacts(run) == {"estimator.html", "training_confusion_matrix.png"}


def test_a_model_is_logged_with_what_it_takes_and_an_example() -> None:
    mlflow.sklearn.autolog(log_input_examples=True, registered_model_name="flowers", serialization_format="pickle")
    fitted = _logistic(C=0.5).fit(X, Y)
    (model,) = mlflow.search_logged_models(experiment_ids=["0"], output_format="list")
    assert (model.name, str(model.status)) == ("model", "READY")
    assert model.params["C"] == "0.5"
    assert {metric.key for metric in model.metrics} == set(IRIS_METRICS)
    loaded = mlflow.pyfunc.load_model("models:/flowers/1")
    assert np.array_equal(loaded.predict(X), fitted.predict(X))
    pd.testing.assert_frame_equal(loaded.input_example, X.head(5))
    assert loaded.metadata.get_input_schema().input_names() == list(X.columns)
    assert loaded.metadata.get_output_schema() is not None
    assert loaded.metadata.flavors["sklearn"]["serialization_format"] == "pickle"
    # A model that is loaded to be served must not log to the run of its training.
    assert not hasattr(mlflow.sklearn.load_model("models:/flowers/1"), "_mlflow_run_id")


def test_a_regressor_has_its_own_metrics() -> None:
    mlflow.sklearn.autolog(log_models=False)
    LinearRegression().fit(*load_diabetes(return_X_y=True))
    run = _run()
    assert run.data.metrics == pytest.approx(
        {
            "training_mean_absolute_error": 43.27745203,
            "training_mean_squared_error": 2859.69634759,
            "training_r2_score": 0.51774842,
            "training_root_mean_squared_error": 53.47612876,
            "training_score": 0.51774842,
        }
    )
    assert _artifacts(run) == {"estimator.html"}


def test_a_binary_classifier_has_curves_and_a_positive_label_in_the_users_run() -> None:
    mlflow.sklearn.autolog(log_models=False, pos_label=1)
    with mlflow.start_run() as active:
        _logistic().fit(X, (Y == 1).astype(int), sample_weight=np.full(len(Y), 2.0))
        assert mlflow.active_run() is active
    run = _run()
    assert "mlflow.autologging" not in run.data.tags
    assert run.data.metrics == pytest.approx(
        {
            "training_accuracy_score": 0.73333333,
            "training_f1_score": 0.53488372,
            "training_log_loss": 0.48858318,
            "training_precision_score": 0.63888889,
            "training_recall_score": 0.46,
            "training_roc_auc": 0.8214,
            "training_score": 0.73333333,
        },
        rel=1e-4,
    )
    curves = {"training_roc_curve.png", "training_precision_recall_curve.png"}
    assert curves < _artifacts(run)
    path = mlflow.artifacts.download_artifacts(run_id=run.info.run_id, artifact_path="training_roc_curve.png")
    assert Path(path).read_bytes().startswith(b"\x89PNG")


def test_the_inputs_are_datasets() -> None:
    mlflow.sklearn.autolog(log_models=False)
    fitted = _logistic().fit(X, Y)
    fitted.predict(X)
    fitted.predict(X.head(7))
    used = {(each.dataset.digest, each.tags[0].value) for each in _run().inputs.dataset_inputs}
    assert ("5a5c68bf", "train") in used
    assert {context for _, context in used} == {"train", "eval"}
    assert len(used) == 2


@pytest.mark.parametrize("method", ["fit", "fit_predict", "fit_transform"])
def test_unsupervised_training_is_logged_once(method: str) -> None:
    mlflow.sklearn.autolog(log_models=False)
    estimator: Any = PCA(2) if method == "fit_transform" else KMeans(3, n_init=1, random_state=0)
    result = getattr(estimator, method)(X)
    assert len(result) == 150 if method != "fit" else result is estimator
    assert _run().data.metrics == {}
    assert _run().data.tags["estimator_name"] == type(estimator).__name__


def test_estimators_inside_of_others_do_not_log() -> None:
    mlflow.sklearn.autolog(log_models=False)
    trees = [("a", DecisionTreeClassifier(max_depth=2)), ("b", _logistic())]
    VotingClassifier(trees).fit(X, Y)
    StandardScaler().fit_transform(X)
    assert _run().data.tags["estimator_name"] == "VotingClassifier"


def test_the_users_error_stays_and_its_run_has_failed() -> None:
    mlflow.sklearn.autolog(log_models=False)
    with pytest.raises(ValueError, match="The 'C' parameter") as caught:
        _logistic(C=-1).fit(X, Y)
    assert caught.value.__cause__ is None
    run = _run()
    assert (run.info.status, run.data.params["C"]) == ("FAILED", "-1")
    assert mlflow.active_run() is None
    with mlflow.start_run():
        with pytest.raises(ValueError, match="The 'C' parameter"):
            _logistic(C=-1).fit(X, Y)
        assert mlflow.active_run() is not None


def _replace(monkeypatch: pytest.MonkeyPatch, name: str, by: Any) -> None:
    """Replace a name of the training's module, or a method of a class in it."""
    owner, _, method = name.rpartition(".")
    monkeypatch.setattr(getattr(training, owner) if owner else training, method, by)


@pytest.mark.parametrize(
    "broken",
    ["params_of", "dataset_of", "log_model", "evaluate", "AutologgedRun.log_params", "AutologgedRun.log_metrics"],
)
def test_no_broken_step_breaks_the_training(
    broken: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def fail(*args: Any, **kwargs: Any) -> Any:
        raise MlflowException("the store is away")

    _replace(monkeypatch, broken, fail)
    mlflow.sklearn.autolog(log_models=broken == "log_model")
    assert _logistic().fit(X, Y).score(X, Y) > 0.9
    mlflow.flush_async_logging()
    assert "the store is away" in capfd.readouterr().err
    run = _run()
    assert run.info.status == "FINISHED"
    assert "estimator.html" in _artifacts(run)


@pytest.mark.parametrize("where", ["AutologgedRun.log_dataset", "predict"])
def test_an_interrupt_while_logging_leaves_no_run_open(where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*args: Any, **kwargs: Any) -> Any:
        raise KeyboardInterrupt

    _replace(monkeypatch, where, interrupt)
    mlflow.sklearn.autolog(log_models=False)
    with pytest.raises(KeyboardInterrupt):
        _logistic().fit(X, Y)
    assert mlflow.active_run() is None
    assert _run().info.status == "FAILED"


def test_without_a_store_the_training_goes_on(capfd: pytest.CaptureFixture[str], free_port: int) -> None:
    mlflow.environment_variables.MLFLOW_HTTP_REQUEST_MAX_RETRIES.set(0)
    mlflow.set_tracking_uri(f"http://127.0.0.1:{free_port}")
    mlflow.sklearn.autolog()
    assert _logistic().fit(X, Y).score(X, Y) > 0.9
    assert "could not log LogisticRegression.fit: The server at" in capfd.readouterr().err


def test_silence_shows_nothing(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(training, "evaluate", None)
    mlflow.sklearn.autolog(log_models=False, silent=True)
    _logistic().fit(X, Y)
    captured = capfd.readouterr()
    assert (captured.out, captured.err) == ("", "")
    assert _run().info.status == "FINISHED"


def test_exclusive_leaves_the_users_runs_alone() -> None:
    mlflow.sklearn.autolog(log_models=False, exclusive=True)
    with mlflow.start_run() as mine:
        _logistic().fit(X, Y)
    assert mlflow.get_run(mine.info.run_id).data.params == {}
    _logistic().fit(X, Y)
    assert len(_runs()) == 2


def test_two_trainings_in_one_run_keep_the_first_params(capfd: pytest.CaptureFixture[str]) -> None:
    mlflow.sklearn.autolog(log_models=False)
    with mlflow.start_run():
        _logistic(C=1.0).fit(X, Y)
        DecisionTreeClassifier(max_depth=1).fit(X, Y)
        _logistic(C=2.0).fit(X, Y)
    assert "other values of these parameters already, which stay: C." in capfd.readouterr().err
    assert (_run().data.params["C"], _run().data.params["max_depth"]) == ("1.0", "1")
    assert _run().data.tags["estimator_name"] == "LogisticRegression"


def test_disabling_puts_everything_back() -> None:
    before = (LogisticRegression.__dict__["fit"], Pipeline.__dict__["fit_predict"], BaseEstimator.__init_subclass__)
    mlflow.sklearn.autolog(log_models=False)
    mlflow.sklearn.autolog(log_models=False)
    assert LogisticRegression.__dict__["fit"] is not before[0]
    assert list(inspect.signature(LogisticRegression.fit).parameters) == ["self", "X", "y", "sample_weight"]
    assert LogisticRegression.fit.__doc__ == before[0].__doc__
    mlflow.sklearn.autolog(disable=True)
    assert (LogisticRegression.__dict__["fit"], Pipeline.__dict__["fit_predict"]) == before[:2]
    assert "__init_subclass__" not in BaseEstimator.__dict__
    _logistic().fit(X, Y)
    assert _runs() == []


def test_unsupported_versions_can_be_left_alone(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("mlflow.autologging.integration.version_of", lambda *_: "0.20")
    mlflow.sklearn.autolog(log_models=False, disable_for_unsupported_versions=True)
    _logistic().fit(X, Y)
    assert _runs() == []
    assert "scikit-learn 0.20 is not supported" in capfd.readouterr().err


def test_estimators_are_cloned_and_pickled_as_ever() -> None:
    mlflow.sklearn.autolog(log_models=False)
    fitted = _logistic().fit(X, Y)
    again = pickle.loads(pickle.dumps(fitted))
    assert np.array_equal(again.predict(X), fitted.predict(X))
    assert clone(fitted).get_params() == fitted.get_params()
    assert not hasattr(clone(fitted), "_mlflow_run_id")


class Mine(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """An estimator of the user's own, which is not scikit-learn's."""

    def fit(self, X: Any, y: Any) -> Mine:
        """Learn nothing."""
        self.classes_ = np.unique(y)
        return self

    def predict(self, X: Any) -> Any:
        """Answer 0."""
        return np.zeros(len(X), dtype=int)


class Extended(LogisticRegression):  # type: ignore[misc]
    """One that extends scikit-learn's."""


def test_the_users_own_estimators_are_left_alone_but_those_that_extend_ones_of_sklearn() -> None:
    mlflow.sklearn.autolog(log_models=False)
    Mine().fit(X, Y).score(X, Y)
    assert _runs() == []
    Extended(max_iter=500).fit(X, Y)
    assert _run().data.tags["estimator_name"] == "Extended"


def test_long_and_odd_params_are_cut_or_left_out(capfd: pytest.CaptureFixture[str]) -> None:
    mlflow.sklearn.autolog(log_models=False)
    Pipeline([("a=b", StandardScaler()), ("c", _logistic(class_weight={0: 1, 1: 1, 2: 1}))]).fit(X, Y)
    params = _run().data.params
    assert params["c__class_weight"] == "{0: 1, 1: 1, 2: 1}"
    assert "a=b__with_mean" not in params
    assert "A parameter is not recorded" in capfd.readouterr().err
