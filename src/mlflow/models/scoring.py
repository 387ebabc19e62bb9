"""What goes into a model and comes out of it as text: JSON in the form of scoring requests, and CSV."""

from __future__ import annotations

import io
import json
import math
from typing import TYPE_CHECKING, Any

from millrace.errors import InvalidParameterValue
from mlflow.models.examples import NumpyEncoder
from mlflow.types.data_type import DataType
from mlflow.types.schema import Schema

if TYPE_CHECKING:
    import pandas as pd

_FORMS = ("dataframe_split", "dataframe_records", "instances", "inputs")
_NUMBERS = (DataType.boolean, DataType.integer, DataType.long, DataType.float, DataType.double)


def read_json(text: str, schema: Schema | None) -> tuple[Any, dict[str, Any] | None]:
    """The data and the params in a JSON object.

    Args:
        text: an object with one of `dataframe_split` (`{"columns": …, "data": …}`), `dataframe_records` (a list of
            rows as objects), `instances` (a list of rows) or `inputs` (arrays, by column or not), and maybe `params`.
        schema: the model's input schema: columns get its types.

    Raises:
        InvalidParameterValue: the text is not that.
    """
    try:
        given = json.loads(text)
    except ValueError as error:
        raise InvalidParameterValue(f"Invalid input. It is not JSON: {error}.") from None
    found = [form for form in _FORMS if form in given] if isinstance(given, dict) else []
    if len(found) != 1:
        told = f"the fields {found}" if isinstance(given, dict) else f"a {type(given).__name__}"
        raise InvalidParameterValue(
            f"Invalid input. The input must be a JSON dictionary with exactly one of the input fields {list(_FORMS)}."
            f" Received {told}."
        )
    value, params = given[found[0]], given.get("params")
    if params is not None and not isinstance(params, dict):
        raise InvalidParameterValue("Invalid input. `params` must be a JSON dictionary.")
    try:
        return _READ[found[0]](value, schema), params
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise InvalidParameterValue(f"Invalid input. `{found[0]}` has another form: {error}.") from None


def read_csv(text: str, schema: Schema | None) -> pd.DataFrame:
    """A table of CSV whose first line names the columns.

    Raises:
        InvalidParameterValue: the text is no CSV.
    """
    import pandas as pd

    try:
        return _typed(pd.read_csv(io.StringIO(text)), schema)
    except ValueError as error:  # pandas' own errors of parsing are ValueErrors
        raise InvalidParameterValue(f"Invalid input. It is not CSV: {error}.") from None


def predictions_json(predictions: Any) -> str:
    """What a model gave, as `{"predictions": …}`: tables as a list of rows; a NaN is null."""
    if hasattr(predictions, "to_dict") and hasattr(predictions, "columns"):
        predictions = predictions.to_dict(orient="records")
    elif hasattr(predictions, "tolist"):
        predictions = predictions.tolist()
    plain = json.loads(json.dumps(predictions, cls=NumpyEncoder))
    return json.dumps({"predictions": _without_nan(plain)}, allow_nan=False)


def _without_nan(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nan(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_without_nan(one) for one in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else str(value)
    return value


def _split(value: Any, schema: Schema | None) -> Any:
    import pandas as pd

    return _typed(pd.DataFrame(value["data"], columns=value.get("columns"), index=value.get("index")), schema)


def _records(value: Any, schema: Schema | None) -> Any:
    import pandas as pd

    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise ValueError("it must be a list of objects")
    return _typed(pd.DataFrame(value), schema)


def _instances(value: Any, schema: Schema | None) -> Any:
    if not isinstance(value, list):
        raise ValueError("it must be a list")
    if value and all(isinstance(row, dict) for row in value):
        if any(row.keys() != value[0].keys() for row in value):
            raise ValueError("all rows must have the same fields")
        value = {name: [row[name] for row in value] for name in value[0]}
    return _inputs(value, schema)


def _inputs(value: Any, schema: Schema | None) -> Any:
    import numpy as np
    import pandas as pd

    if schema is not None and not schema.is_tensor_spec():
        if isinstance(value, dict):
            # One row may be written without lists.
            rows = any(isinstance(one, list) for one in value.values())
            return _typed(pd.DataFrame(value if rows else [value]), schema)
        return _typed(pd.DataFrame(value), schema)
    types = {spec.name: spec.type for spec in schema.inputs} if schema else {}
    if isinstance(value, dict):
        return {name: np.array(one, dtype=types.get(name)) for name, one in value.items()}
    only = schema.inputs[0].type if schema else None
    return np.array(value, dtype=only)


def _typed(frame: pd.DataFrame, schema: Schema | None) -> pd.DataFrame:
    """The columns in the types that a model's schema says, as far as text has fewer types than that.

    JSON has no integers of 32 bits and writes 1.0 as 1; times are texts. What does not fit is left, so that the model
    itself refuses it in its own words.
    """
    import pandas as pd

    for spec in schema.inputs if schema and not schema.is_tensor_spec() else []:
        if spec.name not in frame.columns:
            continue
        column = frame[spec.name]
        if spec.type is DataType.datetime:
            frame[spec.name] = pd.to_datetime(column)
        elif spec.type in _NUMBERS and pd.api.types.is_numeric_dtype(column) and not column.isna().any():
            wanted = column.astype(spec.type.to_numpy())
            if (wanted == column).all():
                frame[spec.name] = wanted
    return frame


_READ = {"dataframe_split": _split, "dataframe_records": _records, "instances": _instances, "inputs": _inputs}
