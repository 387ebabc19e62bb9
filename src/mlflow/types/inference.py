"""Finding the schema of data by looking at it."""

from __future__ import annotations

import datetime as dt
import decimal
import warnings
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from millrace.errors import MlflowException
from mlflow.types.data_type import DataType
from mlflow.types.nested import AnyDataType, AnyType, Array, Object, Property
from mlflow.types.params import ParamSchema, ParamSpec
from mlflow.types.schema import ColSpec, Schema, TensorSpec
from mlflow.types.spark import is_spark_frame, spark_schema

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

INTEGER_HINT = (
    "Hint: Inferred schema contains integer column(s). Integer columns in Python cannot represent missing values. "
    "If your input data contains missing values at inference time, it will be encoded as floats and will cause a "
    "schema enforcement error. The best way to avoid this problem is to infer the model schema based on a realistic "
    "data sample (training dataset) that includes missing values. Alternatively, you can declare integer columns as "
    "doubles (float64) whenever these columns may have missing values. See `Handling Integers With Missing Values "
    "<https://www.mlflow.org/docs/latest/models.html#handling-integers-with-missing-values>`_ for more details."
)


def find_schema(data: Any) -> Schema:
    """The schema of some data.

    Args:
        data: a DataFrame or Series, a numpy or scipy matrix, a dict of arrays (tensors), a dict (one row), a list
            of dicts (rows), a list (one column), a scalar, or a DataFrame of Spark.

    Raises:
        MlflowException: the data is of a kind, or mixes types in a way, that has no schema.
    """
    import numpy as np
    import pandas as pd

    schema: Schema
    if isinstance(data, pd.DataFrame):
        schema = Schema([_column(data[name], name) for name in data.columns])
    elif isinstance(data, pd.Series):
        schema = Schema([_column(data, data.name)])
    elif isinstance(data, np.ndarray) or _is_sparse(data):
        schema = Schema([_tensor(data)])
    elif isinstance(data, dict):
        schema = _dict_schema(data)
    elif is_spark_frame(data):
        schema = spark_schema(data)
    elif isinstance(data, list) and data and all(isinstance(each, dict) for each in data):
        schema = _rows_schema(data)
    else:
        schema = Schema([ColSpec(_list_items(data) if isinstance(data, list) else value_type(data))])
    return schema


def infer_schema(data: Any) -> Schema:
    """As `find_schema`, with a warning where columns are integers, which cannot be missing."""
    schema = find_schema(data)
    warn_of_integers(schema)
    return schema


def warn_of_integers(schema: Schema) -> None:
    """Warn that columns of integers cannot be missing, where a schema has such."""
    if any(each.type in (DataType.integer, DataType.long) for each in schema if isinstance(each, ColSpec)):
        warnings.warn(INTEGER_HINT, stacklevel=4)


def _is_sparse(data: Any) -> bool:
    from importlib import import_module
    from sys import modules

    # Data can only be sparse when its own library has been imported already.
    if "scipy.sparse" not in modules:
        return False
    sparse = import_module("scipy.sparse")
    return isinstance(data, sparse.csr_matrix | sparse.csc_matrix)


def plain_numpy_type(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """A numpy type without the size of its text or bytes."""
    import numpy as np

    return np.dtype({"U": "str", "S": "bytes"}[dtype.char]) if dtype.char in ("U", "S") else dtype


def _tensor(data: Any, name: str | None = None) -> TensorSpec:
    """The tensor of an array: any number of rows, the other axes as they are."""
    if not data.shape:
        raise _unsupported(data)
    return TensorSpec(plain_numpy_type(data.dtype), (-1, *data.shape[1:]), name)


def _unsupported(data: Any) -> MlflowException:
    return MlflowException.invalid_parameter_value(
        "Expected one of the following types:\n- pandas.DataFrame\n- pandas.Series\n- numpy.ndarray\n"
        "- dictionary of (name -> numpy.ndarray)\n- list, dict or scalar of supported types\n"
        f"but got '{type(data)}'"
    )


def _dict_schema(data: dict[Any, Any]) -> Schema:
    import numpy as np

    if not all(isinstance(name, str) for name in data):
        raise MlflowException.invalid_parameter_value("The dictionary keys are not all strings.")
    if data and all(isinstance(each, np.ndarray) for each in data.values()):
        return Schema([_tensor(each, name) for name, each in data.items()])
    return Schema([ColSpec(value_type(each), name, each is not None) for name, each in data.items()])


def _rows_schema(rows: list[dict[Any, Any]]) -> Schema:
    merged = value_type(rows[0]) if len(rows) == 1 else _merge([value_type(row) for row in rows])
    if not isinstance(merged, Object):
        raise MlflowException.invalid_parameter_value("Rows without any column have no schema.")
    order = {name: None for row in rows for name in row}
    properties = {each.name: each for each in merged.properties}
    return Schema([ColSpec(properties[name].dtype, name, properties[name].required) for name in order])


# -- one value ----------------------------------------------------------------------------------------------
def value_type(value: Any) -> AnyDataType:
    """The type of one value; None and empty containers are of any type.

    Raises:
        MlflowException: the value mixes types, or is of a kind that has no type.
    """
    import numpy as np
    import pandas as pd

    if value is None:
        return AnyType()
    if isinstance(value, dict):
        if not value:
            return AnyType()
        if not all(isinstance(name, str) for name in value):
            raise MlflowException.invalid_parameter_value("The dictionary keys are not all strings.")
        return Object([Property(name, value_type(each), each is not None) for name, each in value.items()])
    if isinstance(value, np.ndarray) and value.shape:
        return _array_type(value)
    if isinstance(value, list):
        return Array(_list_items(value)) if value and not all(each is None for each in value) else AnyType()
    if isinstance(value, tuple | set | pd.DataFrame | pd.Series) or hasattr(value, "toarray"):
        raise _unsupported(value)
    return scalar_type(value)


def scalar_type(value: Any) -> DataType:
    """The type of one scalar; an object of an unknown class counts as text.

    Raises:
        MlflowException: the scalar has no type here, e.g. a complex number.
    """
    import numpy as np

    if isinstance(value, np.generic):
        return numpy_type(value.dtype)
    for classes, found in _SCALARS:
        if isinstance(value, classes):
            return found
    if isinstance(value, complex | decimal.Decimal | dt.timedelta | dt.time | np.ndarray):
        raise _unsupported(value)
    return DataType.string


_SCALARS: tuple[tuple[type | tuple[type, ...], DataType], ...] = (
    (bool, DataType.boolean),
    (int, DataType.long),
    (float, DataType.double),
    (str, DataType.string),
    ((bytes, bytearray), DataType.binary),
    (dt.date, DataType.datetime),
)


def numpy_type(dtype: np.dtype[Any]) -> DataType:
    """The narrowest scalar type that holds every value of a numpy type.

    Raises:
        MlflowException: no type does, e.g. for uint64.
    """
    kind, size = dtype.kind, dtype.itemsize
    found: DataType | None = {
        "b": DataType.boolean,
        "U": DataType.string,
        "O": DataType.string,
        "S": DataType.binary,
        "M": DataType.datetime,
    }.get(kind)
    if kind in ("i", "u"):
        # An unsigned integer needs a signed one of twice its size.
        needed = size if kind == "i" else size * 2
        found = DataType.integer if needed <= 4 else DataType.long if needed <= 8 else None
    elif kind == "f":
        found = DataType.float if size <= 4 else DataType.double if size <= 8 else None
    if found is None:
        raise MlflowException(f"Unsupported numpy data type '{dtype}', kind '{kind}'")
    return found


def _array_type(value: np.ndarray) -> AnyDataType:
    if not value.size:
        return AnyType()
    found: AnyDataType = _list_items(value.ravel().tolist()) if value.dtype.kind == "O" else numpy_type(value.dtype)
    for _ in value.shape:
        found = Array(found)
    return found


def _list_items(items: list[Any]) -> AnyDataType:
    """The one type of all items; text where there are none."""
    if not items:
        return DataType.string
    present = [each for each in items if each is not None]
    return _merge([value_type(each) for each in present]) if present else AnyType()


def _merge(types: Iterable[AnyDataType]) -> AnyDataType:
    """One type that all values of several types have.

    Raises:
        MlflowException: there is none.
    """
    merged: AnyDataType = AnyType()
    for position, each in enumerate(types):
        merged = each if position == 0 else _merge_two(merged, each)
    return merged


def _merge_two(left: AnyDataType, right: AnyDataType) -> AnyDataType:
    if left == right or isinstance(right, AnyType):
        return left
    if isinstance(left, AnyType):
        return right
    if isinstance(left, Array) and isinstance(right, Array):
        return Array(_merge_two(left.dtype, right.dtype))
    if isinstance(left, Object) and isinstance(right, Object):
        return Object(_merge_properties(left, right))
    raise MlflowException.invalid_parameter_value(
        "Expected all values in list to be of same type. To store mixed types, convert them to one type first: "
        f"found {left!r} and {right!r}"
    )


def _merge_properties(left: Object, right: Object) -> list[Property]:
    """The properties of both; those that one lacks are optional."""
    ours = {each.name: each for each in left.properties}
    theirs = {each.name: each for each in right.properties}
    merged = []
    for name in {**ours, **theirs}:
        one, other = ours.get(name), theirs.get(name)
        if one and other:
            merged.append(Property(name, _merge_two(one.dtype, other.dtype), one.required and other.required))
        else:
            merged.append(Property(name, (one or other).dtype, False))  # type: ignore[union-attr]
    return merged


# -- pandas -------------------------------------------------------------------------------------------------
def _column(column: pd.Series, name: Any) -> ColSpec:
    found, required = pandas_column(column)
    return ColSpec(found, name, required)


def pandas_column(column: pd.Series) -> tuple[AnyDataType, bool]:
    """The type of a column and whether it is required, i.e. has no missing value.

    Raises:
        MlflowException: the column mixes types, or its type has no counterpart.
    """
    import pandas as pd

    dtype: Any = column.dtype
    required = not bool(column.isna().any())
    if isinstance(dtype, pd.CategoricalDtype):
        dtype = dtype.categories.dtype
    if isinstance(dtype, pd.DatetimeTZDtype):
        return DataType.datetime, required
    if isinstance(dtype, pd.StringDtype):
        return DataType.string, required
    if hasattr(dtype, "numpy_dtype"):  # the nullable Int64, Float64, boolean …
        dtype = dtype.numpy_dtype
    if dtype.kind != "O":
        return numpy_type(dtype), required
    return _object_column(column, required=required), required


def _object_column(column: pd.Series, *, required: bool) -> AnyDataType:
    import pandas as pd

    # Text is the common case, and a long column of it is found out without a Python loop.
    plain = _PLAIN_COLUMNS.get(pd.api.types.infer_dtype(column, skipna=True))
    if plain is not None:
        return plain
    values = [each for each in column.tolist() if not _is_missing(each)]
    if not values:
        return AnyType() if len(column) else DataType.string
    if all(isinstance(each, int | float) and not isinstance(each, bool) for each in values):
        # Python numbers: pandas' own column of them decides between long and double.
        types = {value_type(each) for each in values}
        return types.pop() if len(types) == 1 and (required or DataType.long not in types) else DataType.double
    merged = _merge([value_type(each) for each in values])
    if isinstance(merged, Object) and not required:
        return Object([Property(each.name, each.dtype, False) for each in merged.properties])
    return merged


_PLAIN_COLUMNS = {"string": DataType.string, "bytes": DataType.binary, "boolean": DataType.boolean}


def _is_missing(value: Any) -> bool:
    import pandas as pd

    return value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and value != value)


# -- params -------------------------------------------------------------------------------------------------
def infer_param_schema(parameters: dict[Any, Any]) -> ParamSchema:
    """The schema of params, from a dict with their defaults.

    Raises:
        MlflowException: a value is neither a scalar, a dict nor a flat list of one type; all such are named.
    """
    if not isinstance(parameters, dict):
        raise MlflowException.invalid_parameter_value(
            f"Expected parameters to be dict, got {type(parameters).__name__}"
        )
    specs, refused = [], []
    for name, value in parameters.items():
        try:
            specs.append(ParamSpec(name, *_param_type(value)))  # type: ignore[arg-type]
        except Exception as error:
            refused.append((name, value, error))
    if refused:
        raise MlflowException.invalid_parameter_value(f"Failed to infer schema for parameters: {refused}")
    return ParamSchema(specs)


def _param_type(value: Any) -> tuple[Any, Any, tuple[int, ...] | None]:
    """The type, the default and the shape of a param."""
    import numpy as np

    if isinstance(value, dict):
        return value_type(value), value, None
    if isinstance(value, list | np.ndarray):
        dimensions = np.ndim(np.array(value, dtype=object) if isinstance(value, list) else value)
        if dimensions != 1:
            raise MlflowException.invalid_parameter_value(
                f"Expected parameters to be 1D array or scalar, got {dimensions}D array"
            )
        if isinstance(value, list) and not value:
            return DataType.datetime, value, (-1,)  # what MLflow says of an empty list
        if isinstance(value, list) and any(isinstance(each, dict) for each in value):
            raise MlflowException.invalid_parameter_value("A list of dictionaries cannot be a parameter")
        return numpy_type(np.array(value).dtype), value, (-1,)
    if value is None or not isinstance(value, bool | int | float | str | bytes | dt.date | np.generic):
        raise MlflowException.invalid_parameter_value(
            f"Expected parameters to be 1D array or scalar, got {type(value).__name__}"
        )
    return scalar_type(value), value, None
