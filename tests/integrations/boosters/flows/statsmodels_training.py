"""Fits of statsmodels with autologging."""

from __future__ import annotations

import numpy as np
import pandas as pd
import statsmodels.api as sm
import statsmodels.formula.api as smf
from reading import run_flows

import mlflow

RANDOM = np.random.default_rng(0)
FRAME = pd.DataFrame(RANDOM.normal(size=(60, 2)), columns=["a", "b"])
TARGET = 2 * FRAME["a"] - FRAME["b"] + 0.1 * RANDOM.normal(size=60)
LABEL = (FRAME["a"] + RANDOM.normal(size=60) > 0).astype(int)
WAVE = np.sin(np.arange(80) / 3) + 0.1 * RANDOM.normal(size=80)


def ols() -> None:
    mlflow.statsmodels.autolog(extra_tags={"mine": "1"})
    sm.OLS(TARGET, sm.add_constant(FRAME)).fit()


def formula() -> None:
    mlflow.statsmodels.autolog(log_models=False)
    smf.ols("y ~ a + b", data=FRAME.assign(y=TARGET)).fit(cov_type="HC1")


def logit() -> None:
    mlflow.statsmodels.autolog(log_models=False, log_datasets=False)
    with mlflow.start_run():
        sm.Logit(LABEL, sm.add_constant(FRAME)).fit(disp=False, maxiter=20)


def glm() -> None:
    mlflow.statsmodels.autolog(log_models=False)
    sm.GLM(LABEL, sm.add_constant(FRAME), family=sm.families.Binomial()).fit()


def wls() -> None:
    sm.WLS(TARGET.to_numpy(), sm.add_constant(FRAME.to_numpy()), weights=np.ones(60)).fit()


def regularized() -> None:
    sm.OLS(TARGET, FRAME).fit_regularized(alpha=0.1)


def arima() -> None:
    mlflow.statsmodels.autolog(log_models=False)
    sm.tsa.ARIMA(WAVE, order=(1, 0, 0)).fit()


def robust() -> None:
    sm.RLM(TARGET, FRAME).fit()


def fails() -> None:
    try:
        sm.OLS(TARGET, FRAME).fit(method="nonsense")
    except ValueError:
        pass


def turned_off() -> None:
    mlflow.statsmodels.autolog(disable=True)
    sm.OLS(TARGET, FRAME).fit()
    mlflow.statsmodels.autolog(exclusive=True)
    with mlflow.start_run():
        sm.OLS(TARGET, FRAME).fit()


if __name__ == "__main__":
    run_flows(ols, formula, logit, glm, wls, regularized, arima, robust, fails, turned_off)
