"""A training returns before all of it is stored: nothing may be missed, and nothing that changes later is stored."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import accuracy_score

import mlflow
from mlflow import MlflowClient
from mlflow.client import afterwards

X = np.random.default_rng(0).normal(size=(40, 2))
Y = (X[:, 0] > 0).astype(int)


@pytest.fixture(autouse=True)
def on(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("MLFLOW_REQUIREMENTS_INFERENCE_TIMEOUT", "1")
    mlflow.sklearn.autolog(silent=True)
    yield
    mlflow.sklearn.autolog(disable=True)


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Nothing is done afterwards until this is set."""
    go = threading.Event()
    afterwards.afterwards("held", lambda: go.wait(60))
    yield go
    go.set()
    afterwards.settle()


def _artifacts(run_id: str) -> list[str]:
    return [each.path for each in MlflowClient().list_artifacts(run_id)]


def test_the_model_is_as_it_was_at_the_end_of_fit(held: threading.Event) -> None:
    x, y = X.copy(), Y.copy()
    model = LogisticRegression().fit(x, y)
    coefficients = model.coef_.copy()
    expected = accuracy_score(Y, model.predict(X))
    assert afterwards.is_pending()
    # Whatever is changed now was not trained.
    model.coef_[:] = 0
    model.C = 1000
    x[:] = 7
    y[:] = 1 - y
    held.set()
    run = mlflow.last_active_run()
    assert run is not None
    assert run.info.status == "FINISHED"
    assert run.data.metrics["training_accuracy_score"] == run.data.metrics["training_score"] == expected
    loaded = mlflow.sklearn.load_model(f"runs:/{run.info.run_id}/model")
    assert np.array_equal(loaded.coef_, coefficients)
    assert loaded.C == 1
    assert "training_confusion_matrix.png" in _artifacts(run.info.run_id)


def test_a_run_of_the_users_has_it_all_when_it_ends(held: threading.Event) -> None:
    threading.Timer(0.3, held.set).start()
    with mlflow.start_run() as run:
        LogisticRegression().fit(X, Y)
    assert not afterwards.is_pending(run.info.run_id)
    assert (Path(run.info.artifact_uri.removeprefix("file://")) / "estimator.html").exists()


def test_what_the_user_logs_meanwhile_is_not_the_models(held: threading.Event) -> None:
    with mlflow.start_run() as run:
        LinearRegression().fit(X, Y)
        mlflow.log_metric("mine", 1.0)
        held.set()
    (model,) = mlflow.search_logged_models(output_format="list")
    assert "mine" not in {each.key for each in model.metrics or ()}
    assert "training_score" in {each.key for each in model.metrics or ()}
    assert mlflow.get_run(run.info.run_id).outputs.model_outputs[0].model_id == model.model_id


def test_threads_have_runs_of_their_own() -> None:
    barrier = threading.Barrier(2)

    def train(depth: float) -> str:
        barrier.wait(60)
        with mlflow.start_run() as run:
            LogisticRegression(C=depth).fit(X, Y)
            barrier.wait(60)
            LinearRegression(fit_intercept=False).fit(X, Y)
        return run.info.run_id

    with ThreadPoolExecutor(2) as pool:
        run_ids = list(pool.map(train, (0.5, 2.0)))
    assert len(set(run_ids)) == 2
    for run_id, value in zip(run_ids, ("0.5", "2.0"), strict=True):
        run = mlflow.get_run(run_id)
        assert run.data.params["C"] == value
        assert run.data.params["fit_intercept"] == "True"  # the first one's stays
        assert len(run.outputs.model_outputs) == 2
        assert run.info.status == "FINISHED"


def test_threads_without_runs_get_one_each() -> None:
    def train(value: float) -> None:
        LogisticRegression(C=value).fit(X, Y)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(train, (1.0, 2.0, 3.0)))
    runs = mlflow.search_runs(output_format="list")
    assert sorted(run.data.params["C"] for run in runs) == ["1.0", "2.0", "3.0"]  # type: ignore[union-attr]
    assert {run.info.status for run in runs} == {"FINISHED"}  # type: ignore[union-attr]


SCRIPT = """
import multiprocessing, os, sys
import mlflow, numpy
mlflow.set_tracking_uri(sys.argv[1])
mlflow.sklearn.autolog(silent=True)
from joblib import Parallel, delayed
from sklearn.linear_model import LinearRegression
x = numpy.arange(20.0).reshape(10, 2)

def train(number):
    mlflow.set_tracking_uri(sys.argv[1])
    mlflow.sklearn.autolog(silent=True)
    LinearRegression(copy_X=number % 2 == 0).fit(x, x[:, 0])

if __name__ == "__main__":
    LinearRegression().fit(x, x[:, 0])
    kind = sys.argv[2]
    if kind == "joblib":
        Parallel(2)(delayed(train)(number) for number in range(2))
    else:
        children = [multiprocessing.get_context(kind).Process(target=train, args=(number,)) for number in range(2)]
        for child in children:
            child.start()
        for child in children:
            child.join()
            assert child.exitcode == 0, child.exitcode
"""


@pytest.mark.parametrize("kind", ["fork", "spawn", "joblib"])
def test_children_finish_what_they_train(tmp_path: Path, kind: str) -> None:
    script, store = tmp_path / "script.py", str(tmp_path / "store")
    script.write_text(SCRIPT)
    environment = {**os.environ, "PYTHONPATH": str(Path(mlflow.__file__).parents[1])}
    command = [sys.executable, "-W", "ignore", str(script), store, kind]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    mlflow.set_tracking_uri(store)
    runs = mlflow.search_runs(output_format="list")
    assert [run.info.status for run in runs] == ["FINISHED"] * 3, done.stderr  # type: ignore[union-attr]
    models = mlflow.search_logged_models(output_format="list")
    assert [str(each.status) for each in models] == ["READY"] * 3
    for run in runs:
        assert "estimator.html" in _artifacts(run.info.run_id)  # type: ignore[union-attr]
