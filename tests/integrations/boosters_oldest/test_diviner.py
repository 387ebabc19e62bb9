"""Diviner's forecasters are saved, loaded, and forecast. (MLflow has no flavor for them since version 3.)"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from diviner import GroupedPmdarima, GroupedProphet
from pmdarima.arima.arima import ARIMA

import mlflow
from mlflow.exceptions import MlflowException

pytestmark = pytest.mark.timeout(600)

DAYS = pd.date_range("2024-01-01", periods=40)
SERIES = pd.DataFrame({"ds": [*DAYS, *DAYS], "y": np.sin(np.arange(80) / 3) + 2, "g": ["a"] * 40 + ["b"] * 40})
LINES = ["diviner==0.1.1"]


@pytest.fixture(scope="module", params=["GroupedProphet", "GroupedPmdarima"])
def saved(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, str]:
    """A forecaster and where it was saved."""
    logging.getLogger("cmdstanpy").setLevel(logging.ERROR)
    if request.param == "GroupedProphet":
        model = GroupedProphet().fit(SERIES, ["g"])
    else:
        model = GroupedPmdarima(ARIMA(order=(1, 0, 0))).fit(SERIES, ["g"], "y", "ds")
    path = str(tmp_path_factory.mktemp("model") / "model")
    mlflow.diviner.save_model(model, path, pip_requirements=LINES)
    return model, path


def forecast(path: str, **asked: Any) -> pd.DataFrame:
    found: pd.DataFrame = mlflow.pyfunc.load_model(path).predict(
        pd.DataFrame({name: [value] for name, value in asked.items()})
    )
    return found


def test_a_forecaster_is_saved_as_mlflow_did(saved: tuple[Any, str]) -> None:
    model, path = saved
    entry = mlflow.models.Model.load(path).flavors["diviner"]
    kind = type(model).__name__
    told = {"code": None, "data": "model.div", "diviner_version": "0.1.1", "fit_with_spark": False, "model_type": kind}
    assert entry == told
    assert Path(path, "model.div").is_file()
    assert type(mlflow.diviner.load_model(path)) is type(model)


def test_all_groups_or_some_are_forecast(saved: tuple[Any, str]) -> None:
    model, path = saved
    found = forecast(path, horizon=3, frequency="D")
    wanted = model.forecast(3, "D") if isinstance(model, GroupedProphet) else model.predict(3)
    assert np.allclose(found["yhat"], wanted["yhat"])
    assert list(found["g"]) == ["a"] * 3 + ["b"] * 3
    assert list(forecast(path, n_periods=2, frequency="D", groups=[("b",)])["g"]) == ["b", "b"]


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ({"x": 1}, "either the `n_periods` or `horizon` columns"),
        ({"horizon": "two", "frequency": "D"}, "valid integer value"),
        ({"horizon": 2, "frequency": "D", "groups": "a"}, "Submitted group type: <class 'str'>"),
    ],
)
def test_what_is_not_said_is_asked_for(saved: tuple[Any, str], asked: dict[str, Any], text: str) -> None:
    with pytest.raises(MlflowException, match=text):
        forecast(saved[1], **asked)


def test_prophet_needs_a_frequency_and_pmdarima_takes_settings(saved: tuple[Any, str]) -> None:
    model, path = saved
    if isinstance(model, GroupedProphet):
        with pytest.raises(MlflowException, match="requires a `frequency` value"):
            forecast(path, horizon=2)
    else:
        found = forecast(path, n_periods=2, predict_col="next", alpha=0.1)
        assert "next" in found.columns


def test_a_forecaster_fitted_with_spark_is_refused(saved: tuple[Any, str], tmp_path: Path) -> None:
    model = mlflow.models.Model.load(saved[1])
    model.flavors["diviner"]["fit_with_spark"] = True
    model.save(str(tmp_path / "MLmodel"))
    with pytest.raises(MlflowException, match="fitted with Spark"):
        mlflow.diviner.load_model(str(tmp_path))
