"""Explanations and explainers of SHAP that are logged."""

from __future__ import annotations

from typing import Any

import matplotlib

matplotlib.use("Agg")
import numpy as np
import pandas as pd
import shap
from reading import run_flows
from sklearn.linear_model import LinearRegression, LogisticRegression

import mlflow

FRAME = pd.DataFrame(np.random.default_rng(0).normal(size=(12, 3)), columns=["a", "b", "c"])
LABEL = (FRAME["a"] > FRAME["b"]).astype(int)


def _arrays(uri: str) -> dict[str, Any]:
    folder = mlflow.artifacts.download_artifacts(uri)
    found = {name: np.load(f"{folder}/{name}.npy") for name in ("base_values", "shap_values")}
    return {name: [array.shape, np.round(array, 6).tolist()] for name, array in found.items()}


def of_one_output() -> Any:
    model = LinearRegression().fit(FRAME, LABEL)
    with mlflow.start_run() as run:
        uri = mlflow.shap.log_explanation(model.predict, FRAME)
        assert uri == f"{run.info.artifact_uri}/model_explanations_shap"
    return _arrays(uri)


def of_several_outputs() -> Any:
    model = LogisticRegression().fit(FRAME.to_numpy(), LABEL)
    with mlflow.start_run():
        uri = mlflow.shap.log_explanation(model.predict_proba, FRAME.to_numpy(), artifact_path="why")
    return _arrays(uri)


def without_a_run() -> Any:
    mlflow.shap.log_explanation(LinearRegression().fit(FRAME, LABEL).predict, FRAME)
    return mlflow.active_run() is not None


def explainer() -> Any:
    model = LinearRegression().fit(FRAME, LABEL)
    made = shap.Explainer(model.predict, FRAME, algorithm="permutation", seed=1)
    with mlflow.start_run():
        info = mlflow.shap.log_explainer(made, name="explainer", pip_requirements=["shap"])
    loaded = mlflow.shap.load_explainer(info.model_uri)
    pyfunc = mlflow.pyfunc.load_model(info.model_uri)
    return {
        "native": np.round(loaded(FRAME[:2]).values, 6).tolist(),
        "pyfunc": np.round(pyfunc.predict(FRAME[:2]), 6).tolist(),
        "registered": type(loaded).__name__,
    }


if __name__ == "__main__":
    run_flows(of_one_output, of_several_outputs, without_a_run, explainer)
