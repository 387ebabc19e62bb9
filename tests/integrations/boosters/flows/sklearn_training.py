"""Trainings of scikit-learn with autologging."""

from __future__ import annotations

import matplotlib

matplotlib.use("Agg")
import numpy as np
import pandas as pd
from reading import run_flows
from sklearn import metrics
from sklearn.cluster import KMeans
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import mlflow

RANDOM = np.random.default_rng(0)
FRAME = pd.DataFrame(RANDOM.normal(size=(120, 3)), columns=["a", "b", "c"])
LABEL = (FRAME["a"] + FRAME["b"] > 0).astype(int).to_numpy()


def classifies() -> None:
    mlflow.sklearn.autolog(log_input_examples=True)
    LogisticRegression(C=0.5).fit(FRAME, LABEL)


def classifies_more() -> None:
    mlflow.sklearn.autolog(log_models=False, extra_tags={"mine": "1"})
    LogisticRegression().fit(FRAME.to_numpy(), LABEL + (FRAME["c"] > 0.5).astype(int).to_numpy())


def regresses() -> None:
    mlflow.sklearn.autolog()
    RandomForestRegressor(n_estimators=5, random_state=1).fit(FRAME, FRAME["a"] * 2)


def within_a_run() -> None:
    mlflow.sklearn.autolog(log_datasets=False)
    with mlflow.start_run():
        LinearRegression().fit(FRAME, FRAME["a"])


def clusters() -> None:
    mlflow.sklearn.autolog(log_models=False)
    KMeans(n_clusters=2, n_init=1, random_state=1).fit(FRAME)


def pipeline() -> None:
    mlflow.sklearn.autolog()
    make_pipeline(StandardScaler(), LogisticRegression()).fit(FRAME, LABEL)


def searches() -> None:
    mlflow.sklearn.autolog(max_tuning_runs=2, log_models=False)
    GridSearchCV(LogisticRegression(), {"C": [0.1, 1.0, 10.0]}, cv=2).fit(FRAME, LABEL)


def measures_later() -> None:
    mlflow.sklearn.autolog(log_models=False)
    model = LogisticRegression().fit(FRAME[:80], LABEL[:80])
    rows, answers = FRAME[80:], LABEL[80:]
    predicted = model.predict(rows)
    metrics.accuracy_score(answers, predicted)
    metrics.f1_score(answers, predicted)
    model.score(rows, answers)


if __name__ == "__main__":
    run_flows(
        classifies,
        classifies_more,
        regresses,
        within_a_run,
        clusters,
        pipeline,
        searches,
        measures_later,
    )
