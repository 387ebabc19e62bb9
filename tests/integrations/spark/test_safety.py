"""Whatever of autologging breaks or is turned off, a training of Spark's answers what it would."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pyspark.ml import Pipeline, Transformer
from pyspark.ml.base import Estimator
from pyspark.ml.evaluation import Evaluator, RegressionEvaluator
from pyspark.ml.feature import VectorAssembler
from pyspark.ml.linalg import Vectors
from pyspark.ml.regression import LinearRegression
from pyspark.ml.tuning import ParamGridBuilder, TrainValidationSplit

import mlflow
from tests.integrations.spark.flows.session import start
from tests.sabotage import sabotage

pytestmark = pytest.mark.timeout(900)


@pytest.fixture(autouse=True)
def own_store(tmp_path: Path) -> Iterator[None]:
    mlflow.set_tracking_uri(str(tmp_path / "store"))
    yield
    mlflow.pyspark.ml.autolog(disable=True)


def _rows() -> Any:
    points = [(Vectors.dense([float(index)]), 2.0 * index) for index in range(6)]
    return start().createDataFrame(points, ["features", "label"])


def _train() -> list[float]:
    rows = _rows()
    model = LinearRegression(maxIter=1).fit(rows)
    return [round(RegressionEvaluator().evaluate(model.transform(rows)), 6)]


def _search() -> list[float]:
    rows = _rows()  # starts Spark, which estimators need
    regression, evaluator = LinearRegression(maxIter=1), RegressionEvaluator()
    grid = ParamGridBuilder().addGrid(regression.regParam, [0.0, 0.5]).build()
    search = TrainValidationSplit(estimator=regression, estimatorParamMaps=grid, evaluator=evaluator, seed=1)
    return [round(each, 6) for each in search.fit(rows).validationMetrics]


def test_no_broken_call_reaches_the_training() -> None:
    expected = _train()
    mlflow.pyspark.ml.autolog(silent=True, log_models=False)
    assert sabotage(_train, expected) > 5


def test_the_model_that_fails_to_be_logged_is_a_warning(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    expected = _train()
    mlflow.pyspark.ml.autolog(log_datasets=False)
    monkeypatch.setattr(mlflow.MlflowClient, "log_model_artifacts", _fail)
    assert _train() == expected
    assert "could not log the model: no room" in caplog.text
    assert mlflow.active_run() is None


def test_a_search_whose_trials_cannot_be_logged_answers_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = _search()
    mlflow.pyspark.ml.autolog(silent=True, log_models=False, log_datasets=False)
    monkeypatch.setattr("mlflow.pyspark.ml.tuning.log_numbers", _fail)
    assert _search() == expected
    assert mlflow.active_run() is None


def _fail(*args: object, **options: object) -> None:
    raise OSError("no room")


def test_disabling_puts_spark_back() -> None:
    patched = (Estimator, "fit"), (Transformer, "transform"), (Evaluator, "evaluate")
    before = [getattr(owner, name) for owner, name in patched]
    mlflow.pyspark.ml.autolog()
    assert all(getattr(owner, name) is not was for (owner, name), was in zip(patched, before, strict=True))
    mlflow.pyspark.ml.autolog(disable=True)
    assert [getattr(owner, name) for owner, name in patched] == before


@pytest.mark.parametrize(
    ("allowlist", "logged"),
    [
        (None, 1),
        (["pyspark.ml.pipeline.PipelineModel", "pyspark.ml.regression.*"], 1),
        (["pyspark.ml.pipeline.PipelineModel"], 0),
    ],
)
def test_models_are_logged_by_the_allowlist(allowlist: list[str] | None, logged: int) -> None:
    mlflow.pyspark.ml.autolog(log_model_allowlist=allowlist, log_datasets=False, registered_model_name="lines")
    rows = start().createDataFrame([(float(index), 2.0 * index) for index in range(6)], "a double, label double")
    chain = Pipeline(stages=[VectorAssembler(inputCols=["a"], outputCol="features"), LinearRegression(maxIter=1)])
    chain.fit(rows)
    models = mlflow.search_logged_models(output_format="list")
    assert [each.name for each in models] == ["model"] * logged
    assert len(mlflow.search_registered_models()) == logged
    for each in models:
        assert mlflow.pyfunc.load_model(each.model_uri).predict(rows.select("a").toPandas()[:2]) == pytest.approx(
            [0, 2]
        )
