"""The schema of a Spark DataFrame."""

from __future__ import annotations

from typing import Any

from millrace.errors import MlflowException
from mlflow.types.data_type import DataType
from mlflow.types.nested import AnyDataType, Array, Object, Property, SparkMLVector
from mlflow.types.schema import ColSpec, Schema

_SCALARS: dict[str, DataType] = {
    "ByteType": DataType.integer,
    "ShortType": DataType.integer,
    "IntegerType": DataType.integer,
    "LongType": DataType.long,
    "FloatType": DataType.float,
    "DoubleType": DataType.double,
    "StringType": DataType.string,
    "BooleanType": DataType.boolean,
    "BinaryType": DataType.binary,
    "DateType": DataType.datetime,
    "TimestampType": DataType.datetime,
}
"""Spark's types that have a type in a schema, by the names of their classes."""


def is_spark_frame(data: Any) -> bool:
    """Whether it is a DataFrame of Spark, classic or Connect."""
    return type(data).__module__.startswith("pyspark.sql") and type(data).__name__ == "DataFrame"


def spark_schema(df: Any) -> Schema:
    """The columns of a Spark DataFrame; every one is required, as MLflow has it.

    Maps become objects with the keys that the data has, so data with maps is read.

    Raises:
        MlflowException: a type has no counterpart.
    """
    return Schema([ColSpec(_type_of(field.dataType, df, [field.name]), field.name) for field in df.schema.fields])


def _type_of(kind: Any, df: Any, path: list[str]) -> AnyDataType:
    name = type(kind).__name__
    if name in _SCALARS:
        return _SCALARS[name]
    if name == "ArrayType":
        return Array(_type_of(kind.elementType, df, path))
    if name == "StructType":
        fields = [
            Property(field.name, _type_of(field.dataType, df, [*path, field.name]), required=not field.nullable)
            for field in kind.fields
        ]
        return Object(fields)
    if name == "MapType":
        value = _type_of(kind.valueType, df, path)
        return Object([Property(key, value) for key in sorted(_keys(df, path))])
    if name == "VectorUDT":
        return SparkMLVector()
    raise MlflowException(f"Unsupported Spark Type '{type(kind)}' for MLflow schema.", "INVALID_PARAMETER_VALUE")


def _keys(df: Any, path: list[str]) -> set[str]:
    from pyspark.sql import functions  # pyright: ignore[reportMissingImports]

    keys = df.select(functions.explode(functions.map_keys(functions.col(".".join(f"`{one}`" for one in path)))))
    return {row[0] for row in keys.distinct().collect()}
