"""What goes into a model and comes out of it as text: JSON in the form of scoring requests, and CSV.

| request                                      | what the model gets, without a signature | answer               |
|----------------------------------------------|------------------------------------------|----------------------|
| `{"dataframe_split": {"columns", "data"}}`   | DataFrame                                | `{"predictions": …}` |
| `{"dataframe_records": [{…}, …]}`            | DataFrame                                | `{"predictions": …}` |
| `{"instances": …}`, by row                   | array, or a dict of arrays               | `{"predictions": …}` |
| `{"inputs": …}`, whole                       | array, or a dict of arrays               | `{"predictions": …}` |
| `{"messages" or "prompt" or "input": …}`     | the object as it is                      | the prediction       |
| CSV with a header                            | DataFrame                                | `{"predictions": …}` |
"""

from __future__ import annotations

import base64
import io
import json
from typing import TYPE_CHECKING, Any, NamedTuple

from millrace.errors import BadRequest, InvalidParameterValue, MlflowException
from mlflow.models.examples import NumpyEncoder
from mlflow.models.interface import ModelSignature
from mlflow.types.data_type import DataType
from mlflow.types.schema import Schema

if TYPE_CHECKING:
    import pandas as pd

_FORMS = ("dataframe_records", "dataframe_split", "inputs", "instances")
_EXPECTED = (
    "The input must be a JSON dictionary with exactly one of the input fields "
    "{'dataframe_records', 'dataframe_split', 'inputs', 'instances'}."
)
_CHATS = ("messages", "prompt", "input")
_WHOLE = (DataType.integer, DataType.long)
_NUMBERS = (DataType.boolean, *_WHOLE, DataType.float, DataType.double)


class Asked(NamedTuple):
    """What a request asks of a model."""

    data: Any
    params: dict[str, Any] | None
    chat: bool = False
    """Whether it is a chat or completion, whose answer is not wrapped in `predictions`."""


def read_json(text: str | bytes, signature: ModelSignature | None) -> Asked:
    """The data and the params in a JSON object.

    Args:
        text: an object as in the table above, and maybe with `params`.
        signature: the model's: data gets its types.

    Raises:
        BadRequest: the text is not that.
    """
    try:
        given = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadRequest(
            f"Invalid input. Ensure that input is a valid JSON formatted string. Error: '{error!r}'"
        ) from None
    if not isinstance(given, dict):
        told = "a list" if isinstance(given, list) else f"unexpected input type '{type(given)}"
        raise BadRequest(f"Invalid input. {_EXPECTED} Received {told}.")
    if any(key in given for key in _CHATS):
        return _chat(given, signature)
    data, params = data_in(given, signature), given.get("params")
    if not isinstance(params, dict | None):
        raise InvalidParameterValue(f"Parameters must be a dictionary. Got type '{type(params).__name__}'.")
    return Asked(data, params)


def data_in(given: dict[str, Any], signature: ModelSignature | None) -> Any:
    """The data in the one field of an object that has it; `instances`, `dataframe_split` …, see the table above.

    Raises:
        BadRequest: it has none, or several, or what is in it makes no sense.
    """
    found = [form for form in given if form in _FORMS]
    hinted = signature is not None and signature._is_signature_from_type_hint
    if len(found) != 1 and not (hinted and "inputs" not in given):
        raise BadRequest(f"{_EXPECTED} Received dictionary with input fields: {found}.")
    if hinted and found != ["inputs"]:
        raise InvalidParameterValue(
            "Request payload must be a dictionary with 'inputs' key when the model contains a valid type hint. "
            f"Found keys in payload: {given.keys()}."
        )
    try:
        return _READ[found[0]](given[found[0]], signature)
    except MlflowException:
        raise
    except Exception as error:  # pandas and numpy raise all sorts of errors at data that makes no sense
        raise BadRequest(f"Invalid input. {error}") from None


def read_csv(text: str, schema: Schema | None) -> pd.DataFrame:
    """A table of CSV whose first line names the columns.

    Raises:
        BadRequest: the text is no CSV.
    """
    import pandas as pd

    columns = schema.inputs if schema and not schema.is_tensor_spec() else []
    # Else 007 in a column of texts would be 7.
    texts = {spec.name: str for spec in columns if spec.type is DataType.string}
    try:
        return _typed(pd.read_csv(io.StringIO(text), dtype=texts), schema)
    except ValueError as error:  # pandas' own errors of parsing are ValueErrors
        raise BadRequest(
            "Failed to parse input as a Pandas DataFrame. Ensure that the input is a valid CSV-formatted Pandas "
            f"DataFrame produced using the `pandas.DataFrame.to_csv()` method. Error: '{error}'"
        ) from None


def predictions_json(predictions: Any, metadata: dict[str, Any] | None = None) -> str:
    """What a model gave, as `{"predictions": …}`, and further fields beside it.

    Tables are lists of rows, and so are series, whose column is called by their name or `0`. Numbers that JSON lacks
    are written as `NaN`, `Infinity` and `-Infinity`, as MLflow does and Python's `json` reads.

    Raises:
        MlflowException: there is `predictions` among the further fields.
        TypeError: JSON has no form for it.
    """
    if metadata and "predictions" in metadata:
        raise MlflowException.invalid_parameter_value("metadata cannot contain 'predictions' key")
    return json.dumps({"predictions": _rows(predictions), **(metadata or {})}, cls=_Encoder)


def bare_json(predictions: Any) -> str:
    """The same, not wrapped: the answer to a chat."""
    return json.dumps(_rows(predictions), cls=_Encoder)


class _Encoder(NumpyEncoder):
    def default(self, o: Any) -> Any:
        # pandas' own missing value, which is neither NaN nor None
        return None if type(o).__name__ == "NAType" else super().default(o)


def _rows(predictions: Any) -> Any:
    if hasattr(predictions, "to_frame") and hasattr(predictions, "index"):
        predictions = predictions.to_frame()
    if hasattr(predictions, "to_dict") and hasattr(predictions, "columns"):
        return predictions.to_dict(orient="records")
    return predictions


def _chat(given: dict[str, Any], signature: ModelSignature | None) -> Asked:
    known = {spec.name for spec in signature.params.params} if signature and signature.params else set()
    data = {key: value for key, value in given.items() if key not in known}
    return Asked(data, {key: value for key, value in given.items() if key in known}, chat=True)


def _split(value: Any, signature: ModelSignature | None) -> Any:
    import pandas as pd

    if not isinstance(value, dict):
        told = "list" if isinstance(value, list) else f"type {type(value)}"
        raise BadRequest(f"Invalid input. Dataframe split format must be a dictionary. Got {told}.")
    if not {"data"} <= value.keys() <= {"data", "columns", "index"}:
        raise BadRequest(
            "Invalid input. Dataframe split format must have 'data' field and optionally 'columns' and 'index' "
            f"fields. Got {sorted(value)}."
        )
    try:
        frame = pd.DataFrame(value["data"], columns=value.get("columns"), index=value.get("index"))
    except (TypeError, ValueError) as error:
        raise BadRequest(
            "Invalid input. Provided dataframe_split field is not a valid dataframe representation in 'split' format. "
            f"Error: '{error}'"
        ) from None
    return _typed(frame, signature and signature.inputs)


def _records(value: Any, signature: ModelSignature | None) -> Any:
    import pandas as pd

    if not isinstance(value, list):
        told = "dictionary" if isinstance(value, dict) else f"type {type(value)}"
        raise BadRequest(f"Invalid input. Dataframe records format must be a list of records. Got {told}.")
    return _typed(pd.DataFrame(value), signature and signature.inputs)


def _instances(value: Any, signature: ModelSignature | None) -> Any:
    schema = signature.inputs if signature else None
    nested = schema is not None and any(not isinstance(spec.type, DataType) for spec in schema.inputs)
    by_name = schema is None or schema.is_tensor_spec() or not nested
    if by_name and isinstance(value, list) and value and all(isinstance(row, dict) for row in value):
        if any(row.keys() != value[0].keys() for row in value):
            raise BadRequest("Invalid input. The length of values for each input/column name are not the same")
        columns = {name: [row[name] for row in value] for name in value[0]}
        if schema is not None and not schema.is_tensor_spec() and not schema.has_input_names():
            return {name: _array(one, None) for name, one in columns.items()}
        value = columns
    return _inputs(value, signature)


def _inputs(value: Any, signature: ModelSignature | None) -> Any:
    import numpy as np

    schema = signature.inputs if signature else None
    if signature is not None and signature._is_signature_from_type_hint:
        return value
    if schema is not None and not schema.is_tensor_spec():
        return _columns(value, schema)
    types = {spec.name: spec.type for spec in schema.inputs} if schema else {}
    if isinstance(value, dict):
        if None in types:
            raise BadRequest("Invalid input. The model takes one array without a name, and got a dictionary.")
        return {name: np.array(one, dtype=types.get(name)) for name, one in value.items()}
    if schema is None and isinstance(value, list) and value and all(isinstance(row, dict) for row in value):
        return [{name: np.array(one) for name, one in row.items()} for row in value]
    return np.array(value, dtype=schema.inputs[0].type if schema else None)


def _columns(value: Any, schema: Schema) -> Any:
    """What the model gets for the value of `inputs`: arrays of its columns' types, as MLflow makes them."""
    if not all(isinstance(spec.type, DataType) for spec in schema.inputs):
        return value  # nested: what is a row and what a list in a row, the model's schema tells when it is enforced
    types = {spec.name: spec.type.to_numpy() for spec in schema.inputs} if schema.has_input_names() else {}
    first = schema.inputs[0]
    if isinstance(value, dict):
        if not types:
            raise BadRequest(
                "Invalid input. Failed to parse input data. This model contains an un-named  model signature which "
                "expects a single n-dimensional array or a single value as input, however, an input of type "
                f"{type(value)} was found."
            )
        return {name: _array(one, types.get(name)) for name, one in value.items()}
    if isinstance(value, list):
        if value and all(isinstance(row, dict) for row in value):
            return [{name: _array(one, types.get(name)) for name, one in row.items()} for row in value]
        array = _array(value, first.type.to_numpy())
        # Values of the only column need not name it.
        alone = types and len(schema.inputs) == 1
        return {first.name: array if array.ndim == 1 else array.tolist()} if alone else array
    try:
        return first.type.to_numpy().type(value)
    except (TypeError, ValueError):
        raise BadRequest(
            f"Invalid input. Failed to convert data `{value}` to type `{first}` defined in the model signature."
        ) from None


def _array(value: Any, kind: Any) -> Any:
    """A list as an array of a type, anything else as one value of it; fractions stay where whole numbers are asked."""
    import numpy as np

    array = np.array(value, dtype=None if kind is None else kind)
    if kind is not None and kind.kind == "i":
        given = np.array(value)
        if given.dtype.kind == "f" and not np.array_equal(given, array):
            array = given  # MLflow cuts them off; the schema says that they do not fit
    return array if isinstance(value, list) or kind is None else array[()]


def _typed(frame: pd.DataFrame, schema: Schema | None) -> pd.DataFrame:
    """The columns in the types that a model's schema says, as far as text has fewer types than that.

    JSON has no integers of 32 bits and writes 1.0 as 1; times are texts. What does not fit is left, so that the model
    itself refuses it in its own words.

    Raises:
        BadRequest: a text is not the number or the time that it should be.
    """
    if schema is not None and schema.is_tensor_spec() and not schema.has_input_names():
        try:
            return frame.astype(schema.inputs[0].type)
        except (TypeError, ValueError, OverflowError) as error:
            raise BadRequest(f"Invalid input. {error}") from None
    for name, spec in _specs(frame, schema):
        try:
            frame[name] = _typed_column(frame[name], spec.type)
        except (TypeError, ValueError, OverflowError) as error:
            raise BadRequest(
                "Invalid input. Data is not compatible with model signature. Failed to convert column "
                f"{name} to type '{getattr(spec.type, 'name', spec.type)}'. Error: '{error!r}'"
            ) from None
    return frame


def _specs(frame: pd.DataFrame, schema: Schema | None) -> list[tuple[Any, Any]]:
    """What a schema says of the columns that are there, by name or, where it has no names, by position."""
    if schema is None:
        return []
    if not schema.has_input_names():
        return list(zip(frame.columns, schema.inputs, strict=False))
    return [(spec.name, spec) for spec in schema.inputs if spec.name in frame.columns]


def _typed_column(column: pd.Series, data_type: Any) -> pd.Series:
    import pandas as pd

    if not isinstance(data_type, DataType):  # a tensor's, or a nested one
        is_scalar = pd.api.types.is_numeric_dtype(column) and getattr(data_type, "kind", "") in "iufb"
        return column.astype(data_type) if is_scalar else column
    if data_type is DataType.datetime:
        return pd.to_datetime(column)
    if data_type is DataType.binary:
        return column.map(lambda one: base64.b64decode(one) if isinstance(one, str) else one)
    if data_type is DataType.string and pd.api.types.is_numeric_dtype(column):
        return column.astype(object)  # as MLflow: JSON's 3 stays the number 3
    if data_type not in _NUMBERS or not len(column):
        return column
    wanted = data_type.to_numpy()
    if column.dtype == object or pd.api.types.is_string_dtype(column):
        if any(isinstance(one, list) for one in column):
            raise ValueError("setting an array element with a sequence.")
        texts = all(isinstance(one, str) for one in column) and data_type is not DataType.boolean
        gaps = column.isna().all() and data_type not in (*_WHOLE, DataType.boolean)
        return column.astype(wanted) if texts or gaps else column
    if not pd.api.types.is_numeric_dtype(column):
        return column
    if data_type in (DataType.float, DataType.double):
        return column.astype(wanted)
    if column.isna().any():
        return column
    typed = column.astype(wanted)
    return typed if (typed == column).all() else column


_READ = {"dataframe_split": _split, "dataframe_records": _records, "instances": _instances, "inputs": _inputs}
