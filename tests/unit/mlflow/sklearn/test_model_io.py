"""Scikit-learn's estimators, saved and loaded."""

from __future__ import annotations

import inspect
import logging
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import sklearn
import yaml
from sklearn.cluster import DBSCAN
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

import mlflow
from mlflow.environment.requirements import pinned
from mlflow.exceptions import MlflowException
from mlflow.types import ColSpec, Schema

X = pd.DataFrame({"a": [0.0, 1.0, 2.0, 3.0], "b": [1.0, 0.0, 1.0, 0.0]})
Y = [0, 0, 1, 1]


def _fitted() -> LogisticRegression:
    return LogisticRegression().fit(X, Y)


@pytest.mark.parametrize("serialization_format", ["pickle", "cloudpickle"])
def test_an_estimator_comes_back(serialization_format: str) -> None:
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(X, Y)
    mlflow.sklearn.save_model(model, "model", serialization_format=serialization_format, pip_requirements=[])
    again = mlflow.sklearn.load_model("model")
    assert np.array_equal(again.predict_proba(X), model.predict_proba(X))
    assert np.array_equal(mlflow.pyfunc.load_model("model").predict(X), model.predict(X))
    assert yaml.safe_load(Path("model/MLmodel").read_text())["flavors"]["sklearn"] == {
        "code": None,
        "pickled_model": "model.pkl",
        "serialization_format": serialization_format,
        "sklearn_version": sklearn.__version__,
    }


def test_params_that_a_signature_names_are_left_out() -> None:
    """As MLflow does: an estimator need not take them."""
    signature = mlflow.models.infer_signature(X, params={"top": 1})
    mlflow.sklearn.save_model(_fitted(), "model", signature=signature, pip_requirements=[])
    assert mlflow.pyfunc.load_model("model").predict(X, params={"top": 2}).tolist() == _fitted().predict(X).tolist()


def test_functions_of_the_script_go_along_with_cloudpickle() -> None:
    model = make_pipeline(FunctionTransformer(lambda frame: frame * 2), LinearRegression()).fit(X, Y)
    mlflow.sklearn.save_model(model, "model", pip_requirements=[])
    assert np.allclose(mlflow.sklearn.load_model("model").predict(X), model.predict(X))


def test_the_signature_is_found_by_predicting_the_example() -> None:
    mlflow.sklearn.save_model(_fitted(), "model", input_example=X.head(2), pip_requirements=[])
    loaded = mlflow.pyfunc.load_model("model")
    assert loaded.metadata.get_input_schema() == Schema([ColSpec("double", "a"), ColSpec("double", "b")])
    assert loaded.metadata.get_output_schema() == Schema([ColSpec("long")])
    pd.testing.assert_frame_equal(loaded.input_example, X.head(2))
    assert loaded.predict(X[["b", "a"]].assign(c=1)).tolist() == _fitted().predict(X).tolist()


def test_pyfunc_can_call_another_method() -> None:
    mlflow.sklearn.save_model(_fitted(), "model", pyfunc_predict_fn="predict_proba", pip_requirements=[])
    assert mlflow.pyfunc.load_model("model").predict(X).shape == (4, 2)


def test_without_the_method_there_is_no_pyfunc(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        mlflow.sklearn.save_model(DBSCAN().fit(X), "model", pip_requirements=[])
    assert "Model was missing function: predict. Not logging python_function flavor!" in caplog.text
    assert isinstance(mlflow.sklearn.load_model("model"), DBSCAN)
    with pytest.raises(MlflowException, match='does not have the "python_function" flavor'):
        mlflow.pyfunc.load_model("model")


def test_requirements_are_those_that_the_model_imports() -> None:
    mlflow.sklearn.save_model(_fitted(), "model", extra_pip_requirements=["no-such-package"])
    lines = Path("model/requirements.txt").read_text().splitlines()
    assert lines[0] == "mlflow==3.8.1"
    assert {pinned("scikit-learn"), pinned("cloudpickle"), pinned("numpy"), "no-such-package"} <= set(lines)


def test_code_goes_along() -> None:
    Path("package_of_test").mkdir()
    Path("package_of_test/__init__.py").write_text("VALUE = 3\n")
    Path("package_of_test/__pycache__").mkdir()
    Path("package_of_test/__pycache__/x.pyc").write_bytes(b"")
    mlflow.sklearn.save_model(_fitted(), "model", code_paths=["package_of_test"], pip_requirements=[])
    assert [str(each) for each in Path("model/code").rglob("*.*")] == ["model/code/package_of_test/__init__.py"]
    Path("package_of_test/__init__.py").write_text("raise AssertionError('not the saved one')\n")
    mlflow.sklearn.load_model("model")
    # imported by name, as an unpickled estimator would
    assert __import__("package_of_test").VALUE == 3


@pytest.mark.parametrize(
    ("named", "error", "sentence"),
    [
        ({"serialization_format": "x"}, MlflowException, "Unrecognized serialization format: x"),
        ({"code_paths": "x"}, TypeError, "Argument code_paths should be a list, not <class 'str'>"),
        ({"conda_env": {}, "pip_requirements": []}, ValueError, "Only one of `conda_env`, `pip_requirements`"),
    ],
)
def test_wrong_arguments_leave_nothing_behind(named: dict[str, Any], error: type[Exception], sentence: str) -> None:
    with pytest.raises(error, match=sentence):
        mlflow.sklearn.save_model(_fitted(), "model", **named)
    assert not Path("model").exists()


def test_a_model_of_another_flavor_is_refused() -> None:
    mlflow.pyfunc.save_model("model", python_model=lambda x: x, pip_requirements=[])
    with pytest.raises(MlflowException, match='Model does not have the "sklearn" flavor'):
        mlflow.sklearn.load_model("model")


def test_parameters_are_those_of_mlflow() -> None:
    # Recorded from MLflow 3.8.1: names, order and defaults are API.
    logged = inspect.signature(mlflow.sklearn.log_model).parameters
    assert (
        list(logged)
        == (
            "sk_model artifact_path conda_env code_paths serialization_format registered_model_name signature "
            "input_example await_registration_for pip_requirements extra_pip_requirements pyfunc_predict_fn metadata "
            "params tags model_type step model_id name"
        ).split()
    )
    assert (logged["await_registration_for"].default, logged["pyfunc_predict_fn"].default) == (300, "predict")
    assert (
        list(inspect.signature(mlflow.sklearn.save_model).parameters)
        == (
            "sk_model path conda_env code_paths mlflow_model serialization_format signature input_example "
            "pip_requirements extra_pip_requirements pyfunc_predict_fn metadata"
        ).split()
    )
    assert (
        list(inspect.signature(mlflow.pyfunc.log_model).parameters)
        == (
            "artifact_path loader_module data_path code_paths infer_code_paths conda_env python_model artifacts "
            "registered_model_name signature input_example await_registration_for pip_requirements "
            "extra_pip_requirements metadata model_config streamable resources auth_policy prompts name params tags "
            "model_type step model_id"
        ).split()
    )
