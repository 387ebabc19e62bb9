"""Spark's models behind the interface that every flavor gives pyfunc."""

from __future__ import annotations

from typing import Any

from millrace.errors import MlflowException
from mlflow.models.interface import ModelSignature
from mlflow.types.nested import SparkMLVector

PREDICTION = "prediction"


class PyFuncModelWrapper:
    """A pipeline for data in pandas.

    Args:
        spark: the session.
        spark_model: a `PipelineModel`.
        signature: what it takes, or None; says which columns are vectors.
    """

    def __init__(self, spark: Any, spark_model: Any, signature: ModelSignature | None) -> None:
        self.spark = spark
        self.spark_model = spark_model
        self.signature = signature

    def get_raw_model(self) -> Any:
        """The pipeline."""
        return self.spark_model

    def predict(self, pandas_df: Any, params: dict[str, Any] | None = None) -> list[Any]:
        """Predict the rows of a DataFrame.

        Args:
            pandas_df: the data; vectors are lists, arrays or vectors of Spark.
            params: not used.

        Returns:
            For each row the model's prediction; of models that only transform, what the last stage adds.

        Raises:
            MlflowException: the model adds no column that could be its prediction.
        """
        frame = self.with_vectors(self.spark.createDataFrame(pandas_df))
        transformed = self.spark_model.transform(frame)
        column = prediction_column(self.spark_model, transformed.columns)
        return [row[0] for row in transformed.select(f"`{column}`").collect()]

    def with_vectors(self, frame: Any) -> Any:
        """The data with its arrays as vectors, where the model wants vectors."""
        from pyspark.ml.functions import array_to_vector  # pyright: ignore[reportMissingImports]

        arrays = {field.name for field in frame.schema.fields if type(field.dataType).__name__ == "ArrayType"}
        for name in arrays & self._vectors():
            frame = frame.withColumn(name, array_to_vector(frame[name].cast("array<double>")))
        return frame

    def _vectors(self) -> set[str]:
        """The columns that are vectors: as the signature says, and the features of the last stage."""
        schema = self.signature.inputs if self.signature is not None else None
        named = {each.name for each in schema.inputs if isinstance(each.type, SparkMLVector)} if schema else set()
        last = last_stage(self.spark_model)
        if last is not None and last.hasParam("featuresCol"):
            named.add(last.getOrDefault("featuresCol"))
        return named


def last_stage(model: Any) -> Any:
    """The stage that makes a model's output; None of a pipeline without stages."""
    while True:
        best = getattr(model, "bestModel", None)
        if best is not None:
            model = best
        elif hasattr(model, "stages"):
            if not model.stages:
                return None
            model = model.stages[-1]
        else:
            return model


def prediction_column(model: Any, columns: list[str]) -> str:
    """The column that a model predicts into.

    Args:
        model: the model.
        columns: those of the data that it transformed.

    Raises:
        MlflowException: there is none.
    """
    last = last_stage(model)
    for param in ("predictionCol", "outputCol"):
        if last is not None and last.hasParam(param) and last.isDefined(param):
            name: str = last.getOrDefault(param)
            if name in columns:
                return name
    if PREDICTION in columns:
        return PREDICTION
    raise MlflowException.invalid_parameter_value(
        f"The model adds no column that is its prediction; what it gives has the columns {columns}. Its last stage "
        "needs a `predictionCol` or an `outputCol`, or there must be a column `prediction`."
    )
