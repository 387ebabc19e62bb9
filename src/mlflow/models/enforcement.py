"""Making data that goes into a model what its signature says, without ever losing a value."""

from __future__ import annotations

import datetime as dt
import logging
from typing import TYPE_CHECKING, Any

from millrace.errors import MlflowException
from mlflow.types.data_type import DataType
from mlflow.types.inference import plain_numpy_type
from mlflow.types.nested import AnyDataType, AnyType, Array, Map, Object
from mlflow.types.params import ParamSchema, ParamSpec
from mlflow.types.schema import Schema, TensorSpec

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

# The logger's name is the one under which MLflow's users filter these messages.
_logger = logging.getLogger("mlflow.models.utils")

_MISSING_VALUES_HINT = (
    " Hint: the type mismatch is likely caused by missing values. Integer columns in python can not represent "
    "missing values and are therefore encoded as floats. The best way to avoid this problem is to infer the model "
    "schema based on a realistic data sample (training dataset) that includes missing values. Alternatively, you can "
    "declare integer columns as doubles (float64) whenever these columns may have missing values. See `Handling "
    "Integers With Missing Values <https://www.mlflow.org/docs/latest/models.html#handling-integers-with-missing-"
    "values>`_ for more details."
)


def enforce_schema(data: Any, schema: Schema) -> Any:
    """A model's input as its schema describes it.

    Columns are put in order, extra ones dropped with a warning, numbers widened where nothing is lost. Dicts, lists
    and scalars become a DataFrame; data for named tensors becomes a dict of arrays, for one unnamed tensor an array.

    Raises:
        MlflowException: a column is missing, or a value does not fit.
    """
    if schema.is_tensor_spec():
        return _enforce_tensors(data, schema)
    try:
        frame = _as_frame(data, schema)
    except MlflowException:
        raise
    except Exception as error:
        raise MlflowException.invalid_parameter_value(
            "This model contains a column-based signature, which suggests a DataFrame input. There was an error "
            f"casting the input data to a DataFrame: {error}"
        ) from error
    return _enforce_columns(frame, schema)


def validate_schema(data: Any, expected_schema: Schema) -> None:
    """Check that data fits a schema.

    Args:
        data: what a model would get: DataFrame, Series, array, dict, list or scalar.
        expected_schema: the schema, e.g. `Model.get_input_schema()`.

    Raises:
        MlflowException: it does not fit; the sentence says where.
    """
    enforce_schema(data, expected_schema)


def enforce_input(data: Any, schema: Schema) -> Any:
    """As `enforce_schema`, with an error that shows the data and the schema.

    Raises:
        MlflowException: the data does not fit; its sentence is MLflow's.
    """
    try:
        return enforce_schema(data, schema)
    except Exception as error:
        raise MlflowException.invalid_parameter_value(
            f"Failed to enforce schema of data '{data}' with schema '{schema}'. Error: {error}"
        ) from error


# -- columns ------------------------------------------------------------------------------------------------
def _as_frame(data: Any, schema: Schema) -> pd.DataFrame:
    import numpy as np
    import pandas as pd

    if isinstance(data, pd.DataFrame):
        return data
    if isinstance(data, pd.Series):
        return data.to_frame(name=0 if data.name is None else data.name)
    if isinstance(data, dict):
        return _dict_as_frame(data, schema)
    if isinstance(data, list | np.ndarray):
        return pd.DataFrame(_rows(data))
    if isinstance(data, str | bytes | int | float | bool | dt.date | np.generic):
        return pd.DataFrame([data])
    raise MlflowException.invalid_parameter_value(f"Expected input to be DataFrame. Found: {type(data).__name__}")


def _rows(data: Any) -> Any:
    """Rows for a DataFrame; arrays of one value in a list become that value, as a nested list does."""
    import numpy as np

    if isinstance(data, list) and any(isinstance(each, np.ndarray) for each in data):
        return [
            each.tolist() if isinstance(each, np.ndarray) and each.dtype.kind != "U" else list(each) for each in data
        ]
    return data


def _dict_as_frame(data: dict[Any, Any], schema: Schema) -> pd.DataFrame:
    """One row from scalars and containers, or columns from equally long lists, as the schema suggests."""
    import numpy as np
    import pandas as pd

    nested = any(isinstance(each.type, Array | Object | Map) for each in schema)
    if nested and any(isinstance(each.type, Map) for each in schema):
        # A map's keys would become rows; MLflow reads a map in a dict as such, and refuses its values.
        return pd.DataFrame(data) if all(isinstance(each, dict) for each in data.values()) else pd.DataFrame([data])
    if nested or not any(isinstance(each, list | np.ndarray) for each in data.values()):
        return pd.DataFrame([data]) if data else pd.DataFrame()
    return pd.DataFrame(data)


def _enforce_columns(frame: pd.DataFrame, schema: Schema) -> pd.DataFrame:
    import pandas as pd

    if not schema.has_input_names():
        return _enforce_positions(frame, schema)
    expected = schema.input_dict()
    _check_names(set(frame.columns), schema)
    extra = [name for name in frame.columns if name not in expected]
    if extra:
        _warn_of_extra(extra)
    given = {name: frame[name] for name in expected if name in frame.columns}
    columns = {
        name: _enforce_column(column, expected[name].type, name=name, required=expected[name].required)
        for name, column in given.items()
    }
    if columns and all(column is given[name] for name, column in columns.items()):
        return frame[list(columns)]
    return pd.DataFrame(columns, index=frame.index if columns else None)


def _warn_of_extra(extra: list[Any]) -> None:
    _logger.warning(
        "Found extra inputs in the model input that are not defined in the model signature: "
        f"`{extra}`. These inputs will be ignored."
    )


def _enforce_positions(frame: pd.DataFrame, schema: Schema) -> pd.DataFrame:
    import pandas as pd

    if len(frame.columns) < len(schema):
        raise MlflowException.invalid_parameter_value(
            f"Model inference is missing inputs. The model signature declares {len(schema)} inputs  but the provided "
            f"value only has {len(frame.columns)} inputs. Note: the inputs were not named in the signature so we can "
            "only verify their count."
        )
    names = list(frame.columns[: len(schema)])
    columns = {
        name: _enforce_column(frame.iloc[:, position], schema.inputs[position].type, name=name, required=True)
        for position, name in enumerate(names)
    }
    return pd.DataFrame(columns, index=frame.index if columns else None)


def _check_names(given: set[Any], schema: Schema) -> None:
    missing = [name for name in schema.required_input_names() if name not in given]
    if not missing:
        return
    extra = given - set(schema.input_names())
    message = f"Model is missing inputs {missing}."
    if extra:
        message += f" Note that there were extra inputs: {sorted(extra, key=str)}."
    raise MlflowException.invalid_parameter_value(message)


def _enforce_column(column: pd.Series, data_type: AnyDataType, *, name: Any, required: bool) -> pd.Series:
    import pandas as pd

    if isinstance(data_type, DataType):
        return _enforce_scalars(name, column, data_type)
    if isinstance(data_type, AnyType) or not isinstance(data_type, Array | Object | Map):
        return column
    values = [enforce_value(each, data_type, required=required) for each in column]
    return pd.Series(values, index=column.index, name=column.name, dtype=object)


def _enforce_scalars(name: Any, column: pd.Series, data_type: DataType) -> pd.Series:
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


# -- values inside a column ---------------------------------------------------------------------------------
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
        items = _enforce_scalars("", pd.Series(list(value), dtype=None if len(value) else object), item).tolist()
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


# -- tensors ------------------------------------------------------------------------------------------------
def _enforce_tensors(data: Any, schema: Schema) -> Any:
    import numpy as np
    import pandas as pd

    if not schema.has_input_names():
        return _enforce_one_tensor(data, schema.inputs[0])
    if len(schema) == 1 and isinstance(data, np.ndarray | pd.Series):
        data = {schema.inputs[0].name: data if isinstance(data, np.ndarray) else data.to_numpy()}
    names = set(data.columns) if isinstance(data, pd.DataFrame) else set(data) if isinstance(data, dict) else set()
    _check_names(names, schema)
    extra = sorted(names - set(schema.input_names()))
    if extra:
        _warn_of_extra(extra)
    tensors = {}
    for name, spec in schema.input_dict().items():
        value = data[name]
        if isinstance(data, dict):
            if not hasattr(value, "dtype"):
                raise MlflowException.invalid_parameter_value(
                    "This model contains a tensor-based model signature with input names, which suggests a "
                    "dictionary input mapping input name to a numpy array, but a dict with value type "
                    f"{type(value)} was found."
                )
            tensors[name] = _check_tensor(value, spec)
        else:
            tensors[name] = _check_tensor(_column_as_tensor(value, spec), spec)
    return tensors


def _enforce_one_tensor(data: Any, spec: TensorSpec) -> Any:
    import numpy as np
    import pandas as pd

    if isinstance(data, pd.Series):
        data = data.to_frame()
    if isinstance(data, pd.DataFrame):
        if len(data.columns) == 1:
            array = _column_as_tensor(data.iloc[:, 0], spec)
        else:
            _check_frame_shape(data, spec)
            array = data.to_numpy()
        return _check_tensor(array, spec)
    if isinstance(data, np.ndarray) or hasattr(data, "toarray"):
        return _check_tensor(data, spec)
    raise MlflowException.invalid_parameter_value(
        "This model contains a tensor-based model signature with no input names, which suggests a numpy array input "
        "or a pandas dataframe input with proper column values, but an input of type "
        f"{type(data)} was found."
    )


def _check_frame_shape(data: pd.DataFrame, spec: TensorSpec) -> None:
    scalars = not any(hasattr(each, "__len__") and not isinstance(each, str | bytes) for each in data.iloc[0])
    if spec.shape != (-1, len(data.columns)) and scalars:
        raise MlflowException.invalid_parameter_value(
            "This model contains a model signature with an unnamed input. Since the input data is a pandas DataFrame "
            "containing multiple columns, the input shape must be of the structure (-1, number_of_dataframe_columns)."
            f" Instead, the input DataFrame passed had {len(data.columns)} columns and an input shape of {spec.shape} "
            "with all values within the DataFrame of scalar type. Please adjust the passed in DataFrame to match the "
            "expected structure"
        )


def _column_as_tensor(column: pd.Series, spec: TensorSpec) -> np.ndarray:
    """An array of the values of a column; each is a row of the tensor, flat or shaped."""
    import numpy as np

    first = column.iloc[0] if len(column) else None
    if isinstance(first, list | np.ndarray):
        array = np.array(column.tolist(), dtype=spec.type)
        return array.reshape((-1, *spec.shape[1:])) if -1 not in spec.shape[1:] else array
    if len(spec.shape) == 1 or tuple(spec.shape[1:]) == (1,):
        array = column.to_numpy()
        if np.can_cast(array.dtype, spec.type, "safe"):
            array = array.astype(spec.type)
        return array if len(spec.shape) == 1 else array.reshape(-1, 1)
    raise MlflowException.invalid_parameter_value(
        f"The input pandas dataframe column '{_shown_name(column)}' contains scalar values, which requires the shape "
        f"to be (-1,) or (-1, 1), but got tensor spec shape of {spec.shape}."
    )


def _shown_name(column: pd.Series) -> Any:
    # A Series without a name becomes column 0; MLflow's sentence calls it None.
    return None if column.name == 0 else column.name


def _check_tensor(value: Any, spec: TensorSpec) -> Any:
    if plain_numpy_type(value.dtype) != spec.type:
        raise MlflowException.invalid_parameter_value(
            f"dtype of input {value.dtype} does not match expected dtype {spec.type}"
        )
    fits = len(value.shape) == len(spec.shape) and all(
        wanted in (-1, given) for given, wanted in zip(value.shape, spec.shape, strict=True)
    )
    if not fits:
        raise MlflowException.invalid_parameter_value(
            f"Shape of input {value.shape} does not match expected shape {spec.shape}."
        )
    return value


# -- params -------------------------------------------------------------------------------------------------
def enforce_params(params: dict[str, Any] | None, schema: ParamSchema | None) -> dict[str, Any]:
    """Params as a schema describes them, with the defaults of those that were not given.

    Unknown params, and all where there is no schema, are dropped with a warning.

    Raises:
        MlflowException: `params` is not a dict, or a value does not fit.
    """
    if schema is None:
        if params:
            _logger.warning(
                "`params` can only be specified at inference time if the model signature defines a params schema. "
                f"This model does not define a params schema. Ignoring provided params: {list(params)}"
            )
        return {}
    params = {} if params is None else params
    if not isinstance(params, dict):
        raise MlflowException.invalid_parameter_value(
            f"Parameters must be a dictionary. Got type '{type(params).__name__}'."
        )
    if not all(isinstance(key, str) for key in params):
        _logger.warning(
            "Keys in parameters should be of type `str`, but received non-string keys.Converting all keys to string..."
        )
        params = {str(key): value for key, value in params.items()}
    specs = {each.name: each for each in schema}
    unknown = [key for key in params if key not in specs]
    if unknown:
        _logger.warning(
            f"Unrecognized params {unknown} are ignored for inference. Supported params are: {set(specs)}. "
            "To enable them, please add corresponding schema in ModelSignature."
        )
    return _converted_params({key: value for key, value in params.items() if key in specs}, specs)


def _converted_params(given: dict[str, Any], specs: dict[str, ParamSpec]) -> dict[str, Any]:
    converted: dict[str, Any] = {}
    refused = set()
    for key, value in given.items():
        try:
            converted[key] = ParamSpec.validate_param_spec(value, specs[key])
        except MlflowException as error:
            refused.add((key, error.message))
    if refused:
        raise MlflowException.invalid_parameter_value(f"Invalid parameters found: {refused!r}")
    return {**converted, **{key: spec.default for key, spec in specs.items() if key not in converted}}
