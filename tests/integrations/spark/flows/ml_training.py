"""Fits of Spark's estimators with autologging."""

from __future__ import annotations

import tempfile
from typing import Any

from pyspark.ml import Pipeline
from pyspark.ml.classification import LogisticRegression, OneVsRest
from pyspark.ml.clustering import KMeans
from pyspark.ml.evaluation import (
    BinaryClassificationEvaluator,
    ClusteringEvaluator,
    MulticlassClassificationEvaluator,
    RegressionEvaluator,
)
from pyspark.ml.feature import HashingTF, StandardScaler, StringIndexer, Tokenizer, VectorAssembler
from pyspark.ml.linalg import Vectors
from pyspark.ml.regression import LinearRegression
from pyspark.ml.tuning import CrossValidator, ParamGridBuilder, TrainValidationSplit
from reading import run_flows
from session import start

import mlflow

SPARK = start()
TEXTS = SPARK.createDataFrame(
    [(index, text, float(index % 2)) for index, text in enumerate(["a b c spark", "b d", "spark f g", "hadoop"] * 3)],
    "id long, text string, label double",
)
POINTS = SPARK.createDataFrame(
    [(Vectors.dense([float(index), float(index % 3)]), float(index % 2), 1.0) for index in range(12)],
    ["features", "label", "weight"],
)
COLUMNS = SPARK.createDataFrame(
    [(float(index), float(index % 3), float(index)) for index in range(12)], ["a", "b", "label"]
)


def linear() -> None:
    mlflow.pyspark.ml.autolog(extra_tags={"mine": "1"})
    LinearRegression(maxIter=2).fit(POINTS)


def pipeline() -> Any:
    tokenizer = Tokenizer(inputCol="text", outputCol="words")
    hashing = HashingTF(inputCol="words", outputCol="features", numFeatures=8)
    model = Pipeline(stages=[tokenizer, hashing, LogisticRegression(maxIter=2)]).fit(TEXTS)
    return [type(stage).__name__ for stage in model.stages]


def nested() -> None:
    mlflow.pyspark.ml.autolog(log_models=False)
    assembler = VectorAssembler(inputCols=["a", "b"], outputCol="raw")
    scaler = StandardScaler(inputCol="raw", outputCol="features")
    inner = Pipeline(stages=[assembler, scaler])
    rest = OneVsRest(classifier=LogisticRegression(maxIter=1))
    Pipeline(stages=[inner, rest]).fit(COLUMNS.withColumn("label", COLUMNS.b))


def two_of_a_kind() -> None:
    first = StringIndexer(inputCol="text", outputCol="one")
    second = StringIndexer(inputCol="text", outputCol="two", handleInvalid="keep")
    Pipeline(stages=[first, second]).fit(TEXTS)


def with_params() -> None:
    mlflow.pyspark.ml.autolog(log_models=False)
    estimator = LinearRegression(maxIter=2)
    estimator.fit(POINTS, {estimator.maxIter: 3, estimator.regParam: 0.1})


def with_lists() -> Any:
    estimator = LinearRegression(maxIter=2)
    models = estimator.fit(POINTS, [{estimator.maxIter: 3}, {estimator.regParam: 0.1}])
    return len(models)


def clusters() -> Any:
    mlflow.pyspark.ml.autolog(log_input_examples=True)
    model = KMeans(k=2, seed=1).fit(POINTS)
    silhouette = ClusteringEvaluator().evaluate(model.transform(POINTS))
    return round(silhouette, 6)


def features() -> None:
    StringIndexer(inputCol="text", outputCol="one").fit(TEXTS)


def no_signature() -> None:
    mlflow.pyspark.ml.autolog(log_model_signatures=False, log_datasets=False)
    LinearRegression(maxIter=2).fit(POINTS)


def cross_validated() -> None:
    mlflow.pyspark.ml.autolog()
    estimator = LogisticRegression(maxIter=1)
    grid = ParamGridBuilder().addGrid(estimator.regParam, [0.1, 0.2]).addGrid(estimator.maxIter, [1, 2]).build()
    evaluator = MulticlassClassificationEvaluator()
    search = CrossValidator(estimator=estimator, estimatorParamMaps=grid, evaluator=evaluator, numFolds=2, seed=1)
    search.fit(POINTS)


def split() -> None:
    mlflow.pyspark.ml.autolog(log_models=False)
    assembler = VectorAssembler(inputCols=["a", "b"], outputCol="features")
    estimator = LinearRegression(maxIter=1)
    chain = Pipeline(stages=[assembler, estimator])
    grid = ParamGridBuilder().addGrid(estimator.regParam, [0.1, 0.2]).build()
    evaluator = RegressionEvaluator(metricName="mae")
    search = TrainValidationSplit(estimator=chain, estimatorParamMaps=grid, evaluator=evaluator, seed=1)
    with mlflow.start_run():
        search.fit(COLUMNS)


def search_in_pipeline() -> None:
    mlflow.pyspark.ml.autolog(log_models=False, extra_tags={"mine": "1"})
    assembler = VectorAssembler(inputCols=["a", "b"], outputCol="features")
    estimator = LinearRegression(maxIter=1)
    grid = ParamGridBuilder().addGrid(estimator.regParam, [0.1, 0.2]).build()
    search = TrainValidationSplit(estimator=estimator, estimatorParamMaps=grid, evaluator=RegressionEvaluator(), seed=1)
    Pipeline(stages=[assembler, search]).fit(COLUMNS)


def measured() -> Any:
    mlflow.pyspark.ml.autolog(log_models=False, log_datasets=False)
    model = LogisticRegression(maxIter=2).fit(POINTS)
    held_out = model.transform(POINTS)
    again = model.transform(POINTS.limit(8))
    evaluator = MulticlassClassificationEvaluator(metricName="accuracy")
    found = [evaluator.evaluate(held_out), evaluator.evaluate(held_out), evaluator.evaluate(again)]
    found.append(BinaryClassificationEvaluator().evaluate(held_out))
    found.append(evaluator.evaluate(held_out, {evaluator.metricName: "f1"}))
    found.append(model.summary.accuracy)
    return [round(each, 6) for each in found]


def not_measured() -> None:
    mlflow.pyspark.ml.autolog(log_models=False, log_datasets=False, log_post_training_metrics=False)
    model = LogisticRegression(maxIter=2).fit(POINTS)
    MulticlassClassificationEvaluator().evaluate(model.transform(POINTS))


def read_from_a_file() -> None:
    mlflow.pyspark.ml.autolog(log_models=False)
    with tempfile.TemporaryDirectory() as folder:
        POINTS.write.parquet(f"{folder}/points")
        LinearRegression(maxIter=1).fit(SPARK.read.parquet(f"{folder}/points"))


def fails() -> Any:
    try:
        LinearRegression(featuresCol="nowhere").fit(POINTS)
    except Exception as error:
        return type(error).__name__


def in_a_run() -> None:
    with mlflow.start_run():
        LinearRegression(maxIter=1).fit(POINTS)
        KMeans(k=2, seed=1).fit(POINTS)


def turned_off() -> None:
    mlflow.pyspark.ml.autolog(disable=True)
    LinearRegression(maxIter=1).fit(POINTS)
    mlflow.pyspark.ml.autolog(exclusive=True)
    with mlflow.start_run():
        LinearRegression(maxIter=1).fit(POINTS)


if __name__ == "__main__":
    run_flows(
        *(linear, pipeline, nested, two_of_a_kind, with_params, with_lists, clusters, features, no_signature),
        *(cross_validated, split, search_in_pipeline, measured, not_measured, read_from_a_file, fails, in_a_run),
        turned_off,
    )
