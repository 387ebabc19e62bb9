"""Fits of Prophet and pmdarima log themselves; MLflow has no such thing."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pmdarima
import prophet
import pytest
from pmdarima.model_selection import RollingForecastCV, cross_val_score
from pmdarima.pipeline import Pipeline
from pmdarima.preprocessing import FourierFeaturizer
from prophet.diagnostics import cross_validation

import mlflow
from mlflow import MlflowClient
from tests.sabotage import sabotage

pytestmark = pytest.mark.timeout(600)

WAVE = np.sin(np.arange(60) / 3) + np.arange(60) / 30
DAYS = pd.DataFrame({"ds": pd.date_range("2024-01-01", periods=60), "y": WAVE + 2})
SMALL: dict[str, Any] = {"start_p": 0, "start_q": 0, "max_p": 1, "max_q": 1, "seasonal": False, "maxiter": 20}


@pytest.fixture(autouse=True)
def own_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    logging.getLogger("cmdstanpy").setLevel(logging.ERROR)
    monkeypatch.setenv("MLFLOW_REQUIREMENTS_INFERENCE_TIMEOUT", "1")
    mlflow.set_tracking_uri(str(tmp_path / "store"))
    yield
    for flavor in (mlflow.prophet, mlflow.pmdarima):
        flavor.autolog(disable=True)


def _run() -> Any:
    (run,) = mlflow.search_runs(output_format="list")
    return run


def _prophet() -> Any:
    return prophet.Prophet(weekly_seasonality=False, uncertainty_samples=0)


def test_a_fit_of_prophet_is_logged() -> None:
    mlflow.prophet.autolog(log_input_examples=True, extra_tags={"mine": "1"})
    model = _prophet()
    model.add_seasonality("monthly", period=30.5, fourier_order=2)
    model.fit(DAYS, iter=500)
    run = _run()
    assert run.info.status == "FINISHED"
    assert run.data.tags["mlflow.autologging"] == "prophet"
    assert run.data.tags["mine"] == "1"
    expected = {
        "growth": "linear",
        "weekly_seasonality": "False",
        "changepoint_prior_scale": "0.05",
        "added_seasonalities": "['monthly']",
        "holidays": "None",
        "iter": "500",
    }
    assert {key: run.data.params.get(key) for key in expected} == expected
    error = DAYS["y"].to_numpy() - model.predict(DAYS)["yhat"].to_numpy()
    assert run.data.metrics["training_mse"] == pytest.approx(np.mean(error**2))
    assert run.data.metrics["training_mape"] == pytest.approx(np.mean(np.abs(error) / DAYS["y"]))
    assert set(run.data.metrics) == {f"training_{each}" for each in ("mse", "rmse", "mae", "mape", "mdape", "smape")}
    (used,) = run.inputs.dataset_inputs
    assert used.tags[0].value == "train"
    uri = f"runs:/{run.info.run_id}/model"
    info = mlflow.models.get_model_info(uri)
    assert info.signature.inputs.input_names() == ["ds"]
    assert "yhat" in info.signature.outputs.input_names()
    assert info.saved_input_example_info is not None
    assert mlflow.prophet.load_model(uri).predict(DAYS)["yhat"].equals(model.predict(DAYS)["yhat"])


def test_cross_validation_of_prophet_is_not_logged() -> None:
    mlflow.prophet.autolog(log_models=False)
    with mlflow.start_run() as run:
        model = _prophet().fit(DAYS)
        cross_validation(model, horizon="10 days", initial="40 days", period="10 days")
    assert [each.info.run_id for each in mlflow.search_runs(output_format="list")] == [run.info.run_id]


def test_a_fit_of_an_arima_model_is_logged() -> None:
    mlflow.pmdarima.autolog(log_input_examples=True)
    model = pmdarima.ARIMA((1, 1, 0), maxiter=20).fit(WAVE)
    run = _run()
    assert run.data.params["order"] == "(1, 1, 0)"
    assert run.data.params["with_intercept"] == "True"
    assert run.data.params["maxiter"] == "20"
    assert "best_order" not in run.data.params
    assert run.data.metrics["aic"] == pytest.approx(model.aic())
    assert run.data.metrics["bic"] == pytest.approx(model.bic())
    assert run.data.metrics["training_mse"] == pytest.approx(np.mean(np.square(model.resid())))
    (used,) = run.inputs.dataset_inputs
    assert '"features_shape": [60]' in used.dataset.profile
    uri = f"runs:/{run.info.run_id}/model"
    assert mlflow.models.get_model_info(uri).signature.inputs.input_names() == ["n_periods"]
    forecast = mlflow.pyfunc.load_model(uri).predict(pd.DataFrame({"n_periods": [3]}))
    assert forecast["yhat"].tolist() == pytest.approx(list(model.predict(3)))
    assert "AIC" in mlflow.artifacts.load_text(f"{run.info.artifact_uri}/model_summary.txt")


def test_searches_say_what_they_found() -> None:
    mlflow.pmdarima.autolog(log_models=False)
    found = pmdarima.auto_arima(WAVE, **SMALL)
    pmdarima.AutoARIMA(**SMALL).fit(WAVE, X=None)
    regressors = np.arange(60.0).reshape(60, 1)
    Pipeline([("fourier", FourierFeaturizer(m=12, k=1)), ("arima", pmdarima.AutoARIMA(**SMALL))]).fit(WAVE, regressors)
    runs = mlflow.search_runs(output_format="list")
    assert len(runs) == 3
    assert {run.data.params["best_order"] for run in runs[1:]} == {str(found.order)}
    assert "fourier__m" in runs[0].data.params
    assert all("aic" in run.data.metrics for run in runs)
    mlflow.pmdarima.autolog(disable=True)
    assert not hasattr(pmdarima.ARIMA.fit, "__wrapped__") or "mlflow" not in pmdarima.ARIMA.fit.__code__.co_filename


def test_validation_of_arima_models_is_not_logged() -> None:
    mlflow.pmdarima.autolog(log_models=False)
    cross_val_score(pmdarima.ARIMA((1, 0, 0)), WAVE, scoring="smape", cv=RollingForecastCV(h=1, step=30, initial=20))
    assert len(mlflow.search_runs(output_format="list")) == 0


FITS: dict[str, Callable[[], list[float]]] = {
    "prophet": lambda: list(_prophet().fit(DAYS).predict(DAYS)["yhat"]),
    "pmdarima": lambda: list(pmdarima.ARIMA((1, 0, 0), maxiter=5).fit(WAVE).predict(3)),
}


@pytest.mark.parametrize("flavor", FITS)
def test_no_broken_call_reaches_the_fit(flavor: str) -> None:
    fit = FITS[flavor]
    expected = fit()
    getattr(mlflow, flavor).autolog(silent=True, log_models=False)
    assert sabotage(fit, expected) > 2


def test_a_fit_that_fails_is_told_as_it_is() -> None:
    mlflow.autolog(silent=True)
    with pytest.raises(ValueError, match="Dataframe must have columns"):
        _prophet().fit(DAYS[["y"]])
    assert [run.info.status for run in mlflow.search_runs(output_format="list")] == ["FAILED"]
    assert MlflowClient().search_logged_models(["0"]) == []
