"""What models of a group's libraries predict with params that a signature names, known to them or not.

Usage: `python params_models.py GROUP ANSWER`; runs under either SDK.
"""

from __future__ import annotations

import json
import logging
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import mlflow
from mlflow.models import infer_signature

FRAME = pd.DataFrame({"a": np.arange(30.0), "b": np.arange(30.0) % 3})
LABELS = np.arange(30) % 2
ROWS = FRAME.to_numpy(np.float32)
UNKNOWN = {"nonsense": 1}

Case = tuple[str, Any, Any, dict[str, Any]]
"""Flavor, model, input, and a param that its library's own function takes."""


def boosters() -> Iterator[Case]:
    """Estimators and boosters."""
    import catboost
    import lightgbm
    import prophet
    import sklearn.gaussian_process
    import statsmodels.api
    import xgboost

    process = sklearn.gaussian_process.GaussianProcessRegressor(optimizer=None).fit(FRAME, LABELS)
    yield "sklearn", process, FRAME[:2], {"return_std": True}
    quiet = {"verbose": -1, "min_child_samples": 2}
    booster = lightgbm.train({"objective": "binary", **quiet}, lightgbm.Dataset(FRAME, LABELS), 3)
    yield "lightgbm", booster, FRAME[:2], {"raw_score": True}
    yield (
        "lightgbm",
        lightgbm.LGBMClassifier(n_estimators=3, **quiet).fit(FRAME, LABELS),
        FRAME[:2],
        {"raw_score": True},
    )
    trees = xgboost.train({"objective": "binary:logistic"}, xgboost.DMatrix(FRAME, LABELS), 2)
    yield "xgboost", trees, FRAME[:2], {"output_margin": True}
    yield "xgboost", xgboost.XGBClassifier(n_estimators=2).fit(FRAME, LABELS), FRAME[:2], {"output_margin": True}
    classifier = catboost.CatBoostClassifier(iterations=2, verbose=0, allow_writing_files=False).fit(FRAME, LABELS)
    yield "catboost", classifier, FRAME[:2], {"prediction_type": "Probability"}
    yield "statsmodels", statsmodels.api.OLS(LABELS, FRAME).fit(), FRAME[:2], {"transform": False}
    days = pd.DataFrame({"ds": pd.date_range("2024-01-01", periods=30), "y": np.arange(30.0)})
    yield "prophet", prophet.Prophet(uncertainty_samples=0).fit(days), days[["ds"]][:2], {"vectorized": False}


def deep() -> Iterator[Case]:
    """Modules and Keras models."""
    import keras
    import torch

    class Times(torch.nn.Module):
        def forward(self, rows: Any, times: int = 1) -> Any:
            return rows * times

    yield "pytorch", Times(), ROWS[:2], {"times": 3}
    yield "pytorch", Times(), ROWS[:2], {"device": "cpu"}
    ones = keras.layers.Dense(1, kernel_initializer="ones")
    yield "keras", keras.Sequential([keras.Input((2,)), ones]), ROWS[:2], {"batch_size": -1}


def tensorflow() -> Iterator[Case]:
    """Modules and Keras models that compute with TensorFlow."""
    import keras
    import tensorflow

    class Twice(tensorflow.Module):
        @tensorflow.function(input_signature=[tensorflow.TensorSpec([None, 2], tensorflow.float32)])
        def __call__(self, rows: Any) -> Any:
            return rows * 2

    ones = keras.layers.Dense(1, kernel_initializer="ones")
    yield "tensorflow", keras.Sequential([keras.Input((2,)), ones]), ROWS[:2], {"batch_size": -1}
    yield "tensorflow", Twice(), ROWS[:2], {"times": 3}


def predicted(case: Case, params: dict[str, Any]) -> Any:
    """The type and the values of a prediction, or how it was refused."""
    flavor, model, data, _ = case
    folder = f"model-{len(list(Path().iterdir()))}"
    signature = infer_signature(data, params=params)
    getattr(mlflow, flavor).save_model(model, folder, signature=signature, pip_requirements=["pandas"])
    loaded = mlflow.pyfunc.load_model(folder)
    try:
        found = loaded.predict(data, params=params)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    values = found.select_dtypes("number").to_numpy() if isinstance(found, pd.DataFrame) else np.asarray(found)
    return [type(found).__name__, np.round(values.astype(float), 5).tolist()]


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    told = {}
    for case in globals()[sys.argv[1]]():
        for params in (case[3], UNKNOWN):
            told[f"{case[0]} {type(case[1]).__name__} {params}"] = predicted(case, params)
    Path(sys.argv[2]).write_text(json.dumps(told))
