"""Tensors that go into a model, checked against its signature."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from millrace.errors import MlflowException
from mlflow.models.enforced_names import check_names, warn_of_extra
from mlflow.types.inference import plain_numpy_type
from mlflow.types.schema import Schema, TensorSpec

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


def enforce_tensors(data: Any, schema: Schema) -> Any:
    """Data for tensors: a dict of arrays by name, or one array where the only tensor has no name.

    Raises:
        MlflowException: a tensor is missing, or of another type or shape.
    """
    import numpy as np
    import pandas as pd

    if not schema.has_input_names():
        return _enforce_one_tensor(data, schema.inputs[0])
    if len(schema) == 1 and isinstance(data, np.ndarray | pd.Series):
        data = {schema.inputs[0].name: data if isinstance(data, np.ndarray) else data.to_numpy()}
    names = set(data.columns) if isinstance(data, pd.DataFrame) else set(data) if isinstance(data, dict) else set()
    check_names(names, schema)
    extra = sorted(names - set(schema.input_names()))
    if extra:
        warn_of_extra(extra)
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
