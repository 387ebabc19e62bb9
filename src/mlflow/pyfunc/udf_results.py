"""What a model predicts, as the type that a function of Spark's columns gives."""

from __future__ import annotations

import logging
from typing import Any

from millrace.errors import InvalidParameterValue
from mlflow.types.nested import Array, Map, Object, SparkMLVector
from mlflow.types.schema import Schema

_logger = logging.getLogger("mlflow.pyfunc")

_SCALARS = {
    "boolean": "boolean",
    "integer": "int",
    "long": "bigint",
    "float": "float",
    "double": "double",
    "string": "string",
    "binary": "binary",
    "datetime": "timestamp",
}
"""Spark's words for the types of signatures."""
_OF_TENSORS = {
    "bool": "boolean",
    "int8": "int",
    "int16": "int",
    "int32": "int",
    "uint8": "int",
    "uint16": "int",
    "int64": "bigint",
    "uint32": "bigint",
    "float16": "float",
    "float32": "float",
    "float64": "double",
}
"""Spark's words for the types of arrays; others are texts."""


# -- which type -----------------------------------------------------------------------------------------------
def result_type_of(given: Any, outputs: Schema | None) -> Any:
    """The type of Spark that a function gives.

    Args:
        given: a type, its text, or None for what the signature says.
        outputs: the output of the model's signature.

    Raises:
        MlflowException: a prediction cannot be of this type.
    """
    from pyspark.sql.types import (  # pyright: ignore[reportMissingImports]
        BinaryType,
        DataType,
        MapType,
        _parse_datatype_string,
    )

    if given is None and outputs is None:
        _logger.warning(
            "No 'result_type' provided for spark_udf and the model does not have an output schema. 'result_type' is "
            "set to 'double' type."
        )
        given = "double"
    if given is None:
        return _parse_datatype_string(_of_schema(outputs))
    kind = given if isinstance(given, DataType) else _parse_datatype_string(given)
    if isinstance(kind, BinaryType | MapType):
        raise InvalidParameterValue(
            f"Invalid 'spark_udf()' result type: {kind}. It must be a number, a boolean, a string, an array or "
            "a struct."
        )
    return kind


def _of_schema(outputs: Any) -> str:
    if outputs.is_tensor_spec():
        kinds = [_of_tensor(each) for each in outputs.inputs]
    else:
        kinds = [_of_column(each.type) for each in outputs.inputs]
    if len(kinds) == 1:
        return kinds[0]
    names = [str(each.name if each.name is not None else index) for index, each in enumerate(outputs.inputs)]
    return f"struct<{', '.join(f'`{name}`: {kind}' for name, kind in zip(names, kinds, strict=True))}>"


def _of_tensor(spec: Any) -> str:
    word = _OF_TENSORS.get(str(spec.type), "string")
    depth = len(spec.shape) - 1  # the first dimension is the rows
    return "array<" * depth + word + ">" * depth


def _of_column(kind: Any) -> str:
    if isinstance(kind, SparkMLVector):
        return "array<double>"
    if isinstance(kind, Array):
        return f"array<{_of_column(kind.dtype)}>"
    if isinstance(kind, Map):
        return f"map<string, {_of_column(kind.value_type)}>"
    if isinstance(kind, Object):
        return f"struct<{', '.join(f'`{each.name}`: {_of_column(each.dtype)}' for each in kind.properties)}>"
    word = _SCALARS.get(getattr(kind, "name", ""))
    if word is None:
        raise InvalidParameterValue(f"The signature's type {kind} has no counterpart in Spark: pass a `result_type`.")
    return word


# -- the values -----------------------------------------------------------------------------------------------
def as_result(answer: Any, kind: Any, rows: int) -> Any:
    """A prediction as a Series, or of a struct as a DataFrame.

    Args:
        answer: what the model predicted.
        kind: the type of Spark.
        rows: how many rows it predicted.

    Raises:
        MlflowException: the prediction has nothing that could be of this type, or not one value for each row.
    """
    import pandas as pd

    name = type(kind).__name__
    frame = _as_frame(answer, name == "StructType")
    if len(frame) != rows:
        raise InvalidParameterValue(f"The model predicted {len(frame)} values for {rows} rows.")
    if name == "StructType":
        missing = [each.name for each in kind.fields if each.name not in frame.columns]
        if missing:
            raise InvalidParameterValue(
                f"The model's prediction has no {missing}, which the result type names; it has {list(frame.columns)}."
            )
        return pd.DataFrame({each.name: _column(frame[[each.name]], each.dataType) for each in kind.fields})
    return _column(frame, kind)


def _as_frame(answer: Any, is_struct: bool) -> Any:
    import numpy as np
    import pandas as pd

    if isinstance(answer, pd.DataFrame):
        return answer
    if isinstance(answer, pd.Series):
        return answer.to_frame()
    if isinstance(answer, dict):
        return pd.DataFrame({key: _listed(value) for key, value in answer.items()})
    if is_struct and isinstance(answer, list):
        return pd.DataFrame(answer)
    if isinstance(answer, np.ndarray) and answer.ndim == 2:
        return pd.DataFrame(answer)
    return pd.DataFrame({0: pd.Series(_listed(answer))})


def _listed(value: Any) -> Any:
    """Rows of an array of any dimension."""
    return list(value) if getattr(value, "ndim", 1) > 1 else value


def _column(frame: Any, kind: Any) -> Any:
    name = type(kind).__name__
    if name == "ArrayType" and not _holds_lists(frame):
        fitting = _fitting(frame, kind.elementType)
        return fitting.apply(lambda row: row.tolist(), axis=1, result_type="reduce")
    if name in ("ArrayType", "StructType", "MapType"):
        return frame.iloc[:, 0].map(_plain)
    return _fitting(frame, kind).iloc[:, 0]


def _holds_lists(frame: Any) -> bool:
    return (
        len(frame.columns) == 1
        and len(frame) > 0
        and hasattr(frame.iloc[0, 0], "__len__")
        and not isinstance(frame.iloc[0, 0], str | bytes)
    )


def _plain(value: Any) -> Any:
    return value.tolist() if hasattr(value, "tolist") else value


def _fitting(frame: Any, kind: Any) -> Any:
    """The columns that can be of a type without pieces, converted to it."""
    import numpy as np

    name = type(kind).__name__
    if name in ("FloatType", "DoubleType"):
        found = frame.select_dtypes(include=np.number).astype({"FloatType": "float32", "DoubleType": "float64"}[name])
    elif name in ("IntegerType", "LongType"):
        width = {"IntegerType": "int32", "LongType": "int64"}[name]
        found = frame.select_dtypes(include=[np.byte, np.ubyte, np.short, np.ushort, np.int32, np.uint32, np.int64])
        found = found[[each for each in found.columns if np.can_cast(found[each].dtype, width)]].astype(width)
    elif name == "BooleanType":
        found = frame.select_dtypes(include=bool)
    elif name == "StringType":
        found = frame.astype(str)
    else:
        found = frame
    if not len(found.columns):
        raise InvalidParameterValue(
            f"The model did not produce any values compatible with the requested type '{kind}'. Consider requesting "
            "udf with StringType or Arraytype(StringType)."
        )
    return found
