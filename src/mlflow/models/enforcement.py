"""Making data that goes into a model what its signature says, without ever losing a value."""

from __future__ import annotations

import datetime as dt
import logging
from typing import TYPE_CHECKING, Any

from millrace.errors import MlflowException
from mlflow.models.enforced_names import check_names, warn_of_extra
from mlflow.models.enforced_tensors import enforce_tensors
from mlflow.models.enforced_values import enforce_scalars, enforce_value
from mlflow.types.data_type import DataType
from mlflow.types.nested import AnyDataType, AnyType, Array, Map, Object
from mlflow.types.params import ParamSchema, ParamSpec
from mlflow.types.schema import Schema

if TYPE_CHECKING:
    import pandas as pd

# The logger's name is the one under which MLflow's users filter these messages.
_logger = logging.getLogger("mlflow.models.utils")


def enforce_schema(data: Any, schema: Schema) -> Any:
    """A model's input as its schema describes it.

    Columns are put in order, extra ones dropped with a warning, numbers widened where nothing is lost. Dicts, lists
    and scalars become a DataFrame; data for named tensors becomes a dict of arrays, for one unnamed tensor an array.

    Raises:
        MlflowException: a column is missing, or a value does not fit.
    """
    if schema.is_tensor_spec():
        return enforce_tensors(data, schema)
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
    check_names(set(frame.columns), schema)
    extra = [name for name in frame.columns if name not in expected]
    if extra:
        warn_of_extra(extra)
    given = {name: frame[name] for name in expected if name in frame.columns}
    columns = {
        name: _enforce_column(column, expected[name].type, name=name, required=expected[name].required)
        for name, column in given.items()
    }
    if columns and all(column is given[name] for name, column in columns.items()):
        return frame[list(columns)]
    return pd.DataFrame(columns, index=frame.index if columns else None)


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


def _enforce_column(column: pd.Series, data_type: AnyDataType, *, name: Any, required: bool) -> pd.Series:
    import pandas as pd

    if isinstance(data_type, DataType):
        return enforce_scalars(name, column, data_type)
    if isinstance(data_type, AnyType) or not isinstance(data_type, Array | Object | Map):
        return column
    values = [enforce_value(each, data_type, required=required) for each in column]
    return pd.Series(values, index=column.index, name=column.name, dtype=object)


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
