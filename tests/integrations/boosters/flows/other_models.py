"""Save models of CatBoost, statsmodels, pmdarima, Prophet, spaCy, SHAP, or load those that another SDK saved."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import Any

import catboost
import numpy as np
import pandas as pd
import pmdarima
import prophet
import shap
import spacy
import statsmodels.api as sm
from reading import directory, write_answer
from sklearn.linear_model import LinearRegression
from spacy.training import Example

import mlflow

logging.getLogger("cmdstanpy").setLevel(logging.ERROR)

FRAME = pd.DataFrame(np.arange(120, dtype=float).reshape(40, 3) % 7, columns=["a", "b", "c"])
LABEL = (FRAME["a"] > FRAME["b"]).astype(int)
WITH_CONSTANT = sm.add_constant(FRAME)
WAVE = np.sin(np.arange(60) / 3) + np.arange(60) / 30
DAYS = pd.DataFrame({"ds": pd.date_range("2024-01-01", periods=60), "y": WAVE})
TEXTS = pd.DataFrame({"text": ["good", "bad"]})
PERIODS = pd.DataFrame({"n_periods": [3]})
TREES = {"iterations": 3, "verbose": False, "allow_writing_files": False, "thread_count": 1}

INPUTS: dict[str, list[Any]] = {
    "catboost_classifier": [FRAME],
    "catboost_regressor": [FRAME.to_numpy()],
    "catboost_plain": [FRAME],
    "statsmodels_ols": [WITH_CONSTANT],
    "statsmodels_small": [WITH_CONSTANT],
    "statsmodels_arima": [
        pd.DataFrame({"start": [60], "end": [62]}),
        pd.DataFrame({"start": [60, 61], "end": [62, 63]}),
        pd.DataFrame({"x": [1]}),
    ],
    "pmdarima_arima": [PERIODS, pd.concat([PERIODS, PERIODS]), pd.DataFrame({"x": [1]})],
    "pmdarima_free": [
        pd.DataFrame({"n_periods": [3], "return_conf_int": [True], "alpha": [0.1]}),
        pd.DataFrame({"n_periods": ["3"]}),
        pd.DataFrame({"x": [1]}),
    ],
    "prophet_daily": [DAYS[["ds"]][:2]],
    "spacy_categorizer": [TEXTS, TEXTS.assign(other=1)],
    "spacy_blank": [],
    "shap_with_model": [FRAME[:2]],
    "shap_alone": [FRAME[:2]],
}
"""What each model is asked, by `<flavor>_<name>`."""


def _models() -> dict[str, tuple[Any, dict[str, Any]]]:
    results = sm.OLS(LABEL, WITH_CONSTANT).fit()
    arima = pmdarima.ARIMA((1, 0, 0)).fit(WAVE)
    return {
        "catboost_classifier": (
            catboost.CatBoostClassifier(**TREES).fit(FRAME, LABEL),
            {"input_example": FRAME[:3]},
        ),
        "catboost_regressor": (
            catboost.CatBoostRegressor(**TREES).fit(FRAME.to_numpy(), LABEL),
            {"format": "json", "pip_requirements": ["catboost"]},
        ),
        "catboost_plain": (catboost.CatBoost(TREES).fit(FRAME, LABEL), {"pip_requirements": ["catboost"]}),
        "statsmodels_ols": (results, {"input_example": WITH_CONSTANT[:3], "metadata": {"mine": 1}}),
        "statsmodels_small": (results, {"remove_data": True, "pip_requirements": ["statsmodels"]}),
        "statsmodels_arima": (
            sm.tsa.ARIMA(WAVE, order=(1, 0, 0)).fit(),
            {"pip_requirements": ["statsmodels"]},
        ),
        "pmdarima_arima": (arima, {"input_example": PERIODS}),
        "pmdarima_free": (arima, {"pip_requirements": ["pmdarima"]}),
        "spacy_categorizer": (_categorizer(), {"pip_requirements": ["spacy"]}),
        "spacy_blank": (spacy.blank("en"), {"pip_requirements": ["spacy"]}),
        "shap_with_model": (_explainer(), {"pip_requirements": ["shap"]}),
        "shap_alone": (_explainer(), {"pip_requirements": ["shap"], "serialize_model_using_mlflow": False}),
        "prophet_daily": (prophet.Prophet(uncertainty_samples=0).fit(DAYS), {"input_example": DAYS[["ds"]][:3]}),
    }


def _categorizer() -> Any:
    pipeline = spacy.blank("en")
    categorizer = pipeline.add_pipe("textcat")
    for label in ("pos", "neg"):
        categorizer.add_label(label)
    example = Example.from_dict(pipeline.make_doc("good"), {"cats": {"pos": 1.0, "neg": 0.0}})
    pipeline.initialize(lambda: [example])
    return pipeline


def _explainer() -> Any:
    return shap.Explainer(LinearRegression().fit(FRAME, LABEL).predict, FRAME, algorithm="permutation", seed=1)


def _flavor(name: str) -> Any:
    return getattr(mlflow, name.partition("_")[0])


def save(folder: Path) -> dict[str, Any]:
    models = _models()
    for name, (model, options) in models.items():
        _flavor(name).save_model(model, str(folder / name), **options)
    return {name: directory(folder / name) for name in models}


def load(folder: Path) -> dict[str, Any]:
    found = {}
    for name, inputs in INPUTS.items():
        load_native = _flavor(name).load_explainer if name.startswith("shap") else _flavor(name).load_model
        native = load_native(str(folder / name))
        if not inputs:
            found[name] = {"class": type(native).__name__}
            continue
        pyfunc = mlflow.pyfunc.load_model(str(folder / name))
        found[name] = {
            "class": type(native).__name__,
            "raw": type(pyfunc.get_raw_model()).__name__,
            "pyfunc": [_outcome(lambda model=pyfunc, data=data: model.predict(data)) for data in inputs],
        }
        if name.startswith(("catboost", "prophet")):
            found[name]["native"] = _shown(native.predict(inputs[0]))
    return found


def _outcome(call: Any) -> Any:
    try:
        return _shown(call())
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def _shown(answer: Any) -> Any:
    if isinstance(answer, pd.DataFrame) and list(answer.columns) == ["predictions"]:
        return answer["predictions"].tolist()
    if isinstance(answer, pd.DataFrame):
        return {"columns": list(answer.columns), "values": np.round(answer.select_dtypes("number"), 6).values.tolist()}
    return [type(answer).__name__, np.round(np.asarray(answer, dtype=float), 6).tolist()]


if __name__ == "__main__":
    write_answer({"save": save, "load": load}[sys.argv[2]](Path(sys.argv[3])))
