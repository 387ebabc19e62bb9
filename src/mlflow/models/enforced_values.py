"""Values that go into a model, made what its signature says, without ever losing one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from millrace.errors import MlflowException
from mlflow.types.data_type import DataType
from mlflow.types.nested import AnyDataType, AnyType, Array, Map, Object

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

_MISSING_VALUES_HINT = (
    " Hint: the type mismatch is likely caused by missing values. Integer columns in python can not represent "
    "missing values and are therefore encoded as floats. The best way to avoid this problem is to infer the model "
    "schema based on a realistic data sample (training dataset) that includes missing values. Alternatively, you can "
    "declare integer columns as doubles (float64) whenever these columns may have missing values. See `Handling "
    "Integers With Missing Values <https://www.mlflow.org/docs/latest/models.html#handling-integers-with-missing-"
    "values>`_ for more details."
)


def enforce_scalars(name: Any, column: pd.Series, data_type: DataType) -> pd.Series:
    """A column of scalars, converted where nothing is lost."""
    import pandas as pd

    wanted = data_type.to_pandas()
    text_like = column.dtype == object or isinstance(column.dtype, pd.StringDtype)
    if data_type in (DataType.string, DataType.binary) and text_like:
        return column  # None is allowed, and whatever else is in it is the model's to judge
    if column.dtype == object:
        column = column.infer_objects()
        text_like = column.dtype == object or isinstance(column.dtype, pd.StringDtype)
    if column.dtype == wanted:
        return column
    if text_like:
        return _from_text(name, column, data_type)
    if _is_lossless(column, wanted):
        return _as_naive_times(column) if data_type is DataType.datetime else column.astype(wanted)
    raise _cannot_convert(name, column, data_type)


def _from_text(name: Any, column: pd.Series, data_type: DataType) -> pd.Series:
    """Numbers and times that JSON or CSV gave as text."""
    import pandas as pd

    if data_type is DataType.boolean:
        return column
    if data_type is DataType.datetime:
        convert: Any = pd.to_datetime
    elif data_type is DataType.double:
        convert = pd.to_numeric
    else:
        raise _cannot_convert(name, column, data_type)
    try:
        # Through `object`, because text of pandas' own type converts to pandas' nullable numbers.
        converted = convert(column.astype(object), errors="raise")
    except ValueError:
        raise MlflowException.invalid_parameter_value(
            f"Failed to convert column {name} from type object to {data_type}."
        ) from None
    if data_type is DataType.datetime:
        if converted.dt.tz is not None:
            raise MlflowException.invalid_parameter_value(
                f"Failed to convert column {name} from type object to {data_type}."
            )
        return _as_naive_times(converted)
    return converted


def _as_naive_times(column: pd.Series) -> pd.Series:
    """Times in nanoseconds.

    Raises:
        MlflowException: they have a time zone.
    """
    try:
        return column.astype("datetime64[ns]")
    except TypeError as error:
        raise MlflowException.invalid_parameter_value(
            "Please ensure that the input data of datetime column only contains timezone-naive datetime objects. "
            f"Error: {error}"
        ) from error


def _is_lossless(column: pd.Series, wanted: Any) -> bool:
    import numpy as np

    given: Any = column.dtype
    target = np.dtype(wanted)
    if given.kind == "M":
        return target.kind == "M"
    is_nullable = not isinstance(given, np.dtype)
    dtype = given.numpy_dtype if is_nullable and hasattr(given, "numpy_dtype") else given
    if not isinstance(dtype, np.dtype):
        return False
    if dtype == target:
        return True
    if dtype.kind in "iu" and target.kind == "f":
        return not is_nullable and _integers_fit(column, target)
    same_family = (dtype.kind in "iu" and target.kind in "iu") or dtype.kind == target.kind == "f"
    return same_family and target.itemsize > dtype.itemsize


def _integers_fit(column: pd.Series, target: np.dtype[Any]) -> bool:
    """MLflow's rule for integers where floats are expected: 32 bits fit a double; of 64, a column of 0 and 1."""
    dtype: Any = column.dtype
    if dtype.name == "int64":
        return bool(column.isin((0, 1)).all())
    return target.itemsize == 8 and dtype.itemsize <= 4


def _cannot_convert(name: Any, column: pd.Series, data_type: DataType) -> MlflowException:
    import pandas as pd

    dtype = "object" if isinstance(column.dtype, pd.StringDtype) else column.dtype
    message = f"Incompatible input types for column {name}. Can not safely convert {dtype} to {data_type.to_numpy()}."
    is_integer = data_type in (DataType.integer, DataType.long)
    if is_integer and getattr(dtype, "kind", "") == "f" and column.isna().any():
        message += _MISSING_VALUES_HINT
    return MlflowException.invalid_parameter_value(message)


# -- arrays, objects, maps ----------------------------------------------------------------------------------
def enforce_value(value: Any, data_type: AnyDataType, *, required: bool = True) -> Any:
    """One value of an array, object or map type, its numbers widened where nothing is lost.

    Raises:
        MlflowException: the value does not fit.
    """
    if value is None and not required:
        return None
    if isinstance(data_type, Array):
        return _enforce_array(value, data_type)
    if isinstance(data_type, Object):
        return _enforce_object(value, data_type)
    if isinstance(data_type, Map):
        if not isinstance(value, dict):
            raise MlflowException.invalid_parameter_value(f"Expected data to be a dict, got {type(value).__name__}")
        if not all(isinstance(key, str) for key in value):
            raise MlflowException.invalid_parameter_value("Expected all keys in the map type data are string type.")
        return {key: enforce_value(each, data_type.value_type) for key, each in value.items()}
    if isinstance(data_type, DataType):
        return _enforce_scalar(value, data_type)
    return value


def _enforce_scalar(value: Any, data_type: DataType) -> Any:
    if DataType.check_type(data_type, value):
        return data_type.to_numpy().type(value) if data_type in _NUMBERS else value
    if isinstance(value, int) and not isinstance(value, bool) and data_type in (DataType.float, DataType.double):
        return data_type.to_numpy().type(value)
    raise MlflowException.invalid_parameter_value(f"Expected type {data_type!r}, received type {type(value).__name__}")


_NUMBERS = (DataType.integer, DataType.long, DataType.float, DataType.double)


def _enforce_array(value: Any, data_type: Array) -> Any:
    import numpy as np
    import pandas as pd

    if value is None and isinstance(data_type.dtype, AnyType):
        return None  # as MLflow: its check of the items is what notices
    if not isinstance(value, list | np.ndarray):
        raise MlflowException.invalid_parameter_value(
            f"Expected data to be list or numpy array, got {type(value).__name__}"
        )
    item = data_type.dtype
    if not isinstance(item, DataType):
        items: list[Any] = [enforce_value(each, item) for each in value]
    else:
        if any(isinstance(each, list | tuple | dict | np.ndarray) for each in value):
            raise MlflowException.invalid_parameter_value("setting an array element with a sequence")
        items = enforce_scalars("", pd.Series(list(value), dtype=None if len(value) else object), item).tolist()
    return np.array(items) if isinstance(value, np.ndarray) else items


def _enforce_object(value: Any, data_type: Object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise MlflowException.invalid_parameter_value(
            f"Failed to enforce schema of '{value}' with type '{data_type}'. "
            f"Expected data to be dictionary, got {type(value).__name__}"
        )
    properties = {each.name: each for each in data_type.properties}
    missing = {name for name, each in properties.items() if each.required} - value.keys()
    if missing:
        raise MlflowException.invalid_parameter_value(f"Missing required properties: {missing}")
    unknown = value.keys() - properties.keys()
    if unknown:
        raise MlflowException.invalid_parameter_value(f"Invalid properties not defined in the schema found: {unknown}")
    enforced = {}
    for name, each in value.items():
        spec = properties[name]
        try:
            enforced[name] = enforce_value(each, spec.dtype, required=spec.required)
        except MlflowException as error:
            raise MlflowException.invalid_parameter_value(
                f"Failed to enforce schema for key `{name}`. {error.message}"
            ) from error
    return enforced
