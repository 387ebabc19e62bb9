"""Predictions of pyfunc models for the rows of Spark's DataFrames."""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pyspark.sql import types as t
from pyspark.sql.functions import col, lit, struct
from reading import write_answer
from session import start

import mlflow
from mlflow.models import ModelSignature, infer_signature
from mlflow.types import ColSpec, DataType, ParamSchema, ParamSpec, Schema, TensorSpec
from mlflow.types.schema import Array, Map, Object, Property

SPARK = start()
FRAME = pd.DataFrame({"a": [1, 2, 3], "b": [0.5, 1.5, 2.5], "s": ["x", "y", "z"]})
DF = SPARK.createDataFrame(FRAME).withColumn("words", lit("p q")).repartition(1)
SIGNED = infer_signature(FRAME[["a", "b"]], pd.Series([1.0]))


class Calculator(mlflow.pyfunc.PythonModel):
    """Answers whatever its function says."""

    def __init__(self, function: Callable[[pd.DataFrame, Any], Any]) -> None:
        self.function = function

    def predict(self, context: Any, model_input: Any, params: Any = None) -> Any:
        return self.function(model_input, params)


def _of(schema: Schema) -> ModelSignature:
    return ModelSignature(inputs=Schema([ColSpec(DataType.double, "b")]), outputs=schema)


def _rows(frame: pd.DataFrame) -> list[Any]:
    return frame["b"].tolist()


POINT = Object([Property("x", DataType.double), Property("tags", Array(DataType.string))])
MODELS: dict[str, tuple[Callable[[Any, Any], Any], ModelSignature | None]] = {
    "sum": (lambda frame, _: frame.iloc[:, 0] + frame.iloc[:, 1], SIGNED),
    "named": (lambda frame, _: [",".join(map(str, frame.columns))] * len(frame), None),
    "signed_names": (
        lambda frame, _: [",".join(map(str, frame.columns))] * len(frame),
        _of(Schema([ColSpec("string")])),
    ),
    "types": (lambda frame, _: [str(frame.dtypes.to_dict())] * len(frame), None),
    "params": (
        lambda frame, params: frame["b"] * params["factor"],
        ModelSignature(
            inputs=Schema([ColSpec(DataType.double, "b")]),
            outputs=Schema([ColSpec(DataType.double)]),
            params=ParamSchema([ParamSpec("factor", DataType.double, 2.0)]),
        ),
    ),
    "optional": (
        lambda frame, _: [",".join(map(str, frame.columns))] * len(frame),
        ModelSignature(
            inputs=Schema([ColSpec("double", "b"), ColSpec("string", "s", required=False)]),
            outputs=Schema([ColSpec("string")]),
        ),
    ),
    "two_outputs": (
        lambda frame, _: pd.DataFrame({"one": frame["b"], "two": ["w"] * len(frame)}),
        _of(Schema([ColSpec("double", "one"), ColSpec("string", "two")])),
    ),
    "frame_of_numbers": (
        lambda frame, _: pd.DataFrame({"x": ["t"] * len(frame), "y": frame["0"], "z": frame["0"]}),
        None,
    ),
    "matrix": (lambda frame, _: np.stack([frame["0"], frame["0"] * 2], axis=1), None),
    "tensor": (
        lambda frame, _: np.stack([frame["b"], frame["b"] * 2], axis=1).astype("float32"),
        _of(Schema([TensorSpec(np.dtype("float32"), (-1, 2))])),
    ),
    "integers": (lambda frame, _: (frame["b"] * 2).astype("int64"), _of(Schema([ColSpec("long")]))),
    "truths": (lambda frame, _: frame["b"] > 1, _of(Schema([ColSpec("boolean")]))),
    "times": (lambda frame, _: [dt.datetime(2024, 1, 1)] * len(frame), _of(Schema([ColSpec("datetime")]))),
    "lists": (lambda frame, _: [[value, value] for value in _rows(frame)], _of(Schema([ColSpec(Array("double"))]))),
    "objects": (
        lambda frame, _: [{"x": value, "tags": ["k"]} for value in _rows(frame)],
        _of(Schema([ColSpec(POINT)])),
    ),
    "maps": (lambda frame, _: [{"k": value} for value in _rows(frame)], _of(Schema([ColSpec(Map("double"))]))),
    "texts": (lambda frame, _: ["t"] * len(frame), None),
    "fails": (lambda frame, _: 1 / 0, SIGNED),
    "structs_in": (
        lambda frame, _: [f"{type(value).__name__} {value['x']}" for value in frame["p"]],
        ModelSignature(inputs=Schema([ColSpec(POINT, "p")]), outputs=Schema([ColSpec("string")])),
    ),
    "arrays_in": (
        lambda frame, _: [float(sum(value)) for value in frame["v"]],
        ModelSignature(inputs=Schema([ColSpec(Array("double"), "v")]), outputs=Schema([ColSpec("double")])),
    ),
    "unnamed": (
        lambda frame, _: [str(list(frame.columns))] * len(frame),
        ModelSignature(inputs=Schema([ColSpec("long"), ColSpec("double")]), outputs=Schema([ColSpec("string")])),
    ),
}


def save(folder: Path) -> Any:
    for name, (function, signature) in MODELS.items():
        mlflow.pyfunc.save_model(
            str(folder / name), python_model=Calculator(function), signature=signature, pip_requirements=["mlflow"]
        )
    return sorted(MODELS)


def load(folder: Path) -> Any:
    def udf(name: str, **options: Any) -> Any:
        return mlflow.pyfunc.spark_udf(SPARK, str(folder / name), env_manager="local", **options)

    structs = DF.withColumn("p", struct(col("b").alias("x"), lit("k").alias("t")))
    structs = structs.selectExpr("named_struct('x', b, 'tags', array(s)) as p")
    arrays = DF.selectExpr("array(b, b) as v")
    cases: dict[str, Callable[[], Any]] = {
        "columns": lambda: DF.select(udf("sum")("a", "b").alias("r")),
        "cols": lambda: DF.select(udf("sum")(col("a"), col("b")).alias("r")),
        "nothing": lambda: DF.select(udf("sum")().alias("r")),
        "struct": lambda: DF.select(udf("sum")(struct("a", "b")).alias("r")),
        "struct_with_more": lambda: DF.select(udf("sum")(struct("s", "b", "a")).alias("r")),
        "with_column": lambda: DF.withColumn("r", udf("sum")("a", "b")).select("a", "r"),
        "too_few": lambda: DF.select(udf("sum")("a").alias("r")),
        "too_many": lambda: DF.select(udf("sum")("a", "b", "b").alias("r")),
        "nothing_without_signature": lambda: DF.select(udf("named")().alias("r")),
        "names_without_signature": lambda: DF.select(udf("named", result_type="string")("a", "s").alias("r")),
        "names_of_struct": lambda: DF.select(udf("named", result_type="string")(struct("a", "s")).alias("r")),
        "names_with_signature": lambda: DF.select(udf("signed_names")("b").alias("r")),
        "types": lambda: DF.select(udf("types", result_type="string")("a", "b", "s").alias("r")),
        "params": lambda: DF.select(udf("params", params={"factor": 10.0})("b").alias("r")),
        "params_by_default": lambda: DF.select(udf("params")("b").alias("r")),
        "optional_missing": lambda: DF.select(udf("optional")("b").alias("r")),
        "optional_given": lambda: DF.select(udf("optional")("b", "s").alias("r")),
        "optional_nothing": lambda: DF.select(udf("optional")().alias("r")),
        "two_outputs": lambda: DF.select(udf("two_outputs")("b").alias("r")),
        "two_outputs_first": lambda: DF.select(udf("two_outputs", result_type="double")("b").alias("r")),
        "struct_result": lambda: DF.select(udf("two_outputs", result_type="one double, two string")("b").alias("r")),
        "struct_type_result": lambda: DF.select(
            udf("two_outputs", result_type=t.StructType([t.StructField("two", t.StringType())]))("b").alias("r")
        ),
        "struct_unknown": lambda: DF.select(udf("two_outputs", result_type="three double")("b").alias("r")),
        "matrix": lambda: DF.select(udf("matrix", result_type="array<double>")("b").alias("r")),
        "matrix_type": lambda: DF.select(udf("matrix", result_type=t.ArrayType(t.LongType()))("b").alias("r")),
        "matrix_texts": lambda: DF.select(udf("matrix", result_type=t.ArrayType(t.StringType()))("b").alias("r")),
        "matrix_first": lambda: DF.select(udf("matrix", result_type="double")("b").alias("r")),
        "tensor": lambda: DF.select(udf("tensor")("b").alias("r")),
        "frame_doubles": lambda: DF.select(udf("frame_of_numbers", result_type="array<double>")("b").alias("r")),
        "frame_double": lambda: DF.select(udf("frame_of_numbers")("b").alias("r")),
        "frame_string": lambda: DF.select(udf("frame_of_numbers", result_type="string")("b").alias("r")),
        "frame_int": lambda: DF.select(udf("frame_of_numbers", result_type="int")("b").alias("r")),
        "integers": lambda: DF.select(udf("integers")("b").alias("r")),
        "integers_int": lambda: DF.select(udf("integers", result_type="int")("b").alias("r")),
        "integers_bigint": lambda: DF.select(udf("integers", result_type="bigint")("b").alias("r")),
        "integers_float": lambda: DF.select(udf("integers", result_type=t.FloatType())("b").alias("r")),
        "integers_string": lambda: DF.select(udf("integers", result_type="string")("b").alias("r")),
        "doubles_int": lambda: DF.select(udf("sum", result_type="int")("a", "b").alias("r")),
        "doubles_boolean": lambda: DF.select(udf("sum", result_type="boolean")("a", "b").alias("r")),
        "truths": lambda: DF.select(udf("truths")("b").alias("r")),
        "truths_boolean": lambda: DF.select(udf("truths", result_type="boolean")("b").alias("r")),
        "times": lambda: DF.select(udf("times")("b").alias("r")),
        "lists": lambda: DF.select(udf("lists")("b").alias("r")),
        "objects": lambda: DF.select(udf("objects")("b").alias("r")),
        "maps": lambda: DF.select(udf("maps")("b").alias("r")),
        "texts": lambda: DF.select(udf("texts")("b").alias("r")),
        "texts_string": lambda: DF.select(udf("texts", result_type="string")("b").alias("r")),
        "fails": lambda: DF.select(udf("fails")("a", "b").alias("r")),
        "structs_in": lambda: structs.select(udf("structs_in")("p").alias("r")),
        "arrays_in": lambda: arrays.select(udf("arrays_in")("v").alias("r")),
        "unnamed": lambda: DF.select(udf("unnamed")("a", "b").alias("r")),
        "unnamed_nothing": lambda: DF.select(udf("unnamed")().alias("r")),
        "unnamed_struct": lambda: DF.select(udf("unnamed")(struct("a", "b")).alias("r")),
        "bad_type": lambda: udf("sum", result_type="nonsense"),
        "binary_type": lambda: udf("sum", result_type="binary"),
        "map_type": lambda: udf("sum", result_type="map<int,double>"),
        "deep_type": lambda: udf("sum", result_type="array<array<double>>"),
        "bad_manager": lambda: mlflow.pyfunc.spark_udf(SPARK, str(folder / "sum"), env_manager="nonsense"),
        "nulls": lambda: SPARK.sql("select cast(null as bigint) a, 1.5D b").select(udf("sum")("a", "b").alias("r")),
        "no_rows": lambda: DF.where("a > 5").select(udf("sum")("a", "b").alias("r")),
        "in_sql": lambda: _in_sql(udf("sum")),
        "wrong_type": lambda: DF.select(udf("sum")("s", "b").alias("r")),
    }
    chosen = sys.argv[4].split(",") if len(sys.argv) > 4 else cases
    return {name: _outcome(cases[name]) for name in chosen}


def _in_sql(function: Any) -> Any:
    SPARK.udf.register("add_up", function)
    DF.createOrReplaceTempView("rows")
    return SPARK.sql("select add_up(a, b) r from rows")


def _outcome(call: Callable[[], Any]) -> Any:
    try:
        found = call()
        if not hasattr(found, "schema"):
            return type(found).__name__
        return {"type": found.schema.simpleString(), "rows": [row.asDict(recursive=True) for row in found.collect()]}
    except mlflow.exceptions.MlflowException as error:
        return {"refused": str(error)}
    except Exception as error:
        return {"error": type(error).__name__}  # in a worker: what it says is in the middle of a long text


if __name__ == "__main__":
    told = [{"save": save, "load": load}[step](Path(sys.argv[3])) for step in sys.argv[2].split(",")]
    write_answer(json.loads(json.dumps(told, default=str)))
