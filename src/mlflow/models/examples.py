"""Input examples: how they are written beside a model, read back, and sent to a model server.

`input_example.json` holds the example as it was given, `serving_input_example.json` the body of a request with it:

| example                      | type in `MLmodel`      | input_example.json           | request                      |
|------------------------------|------------------------|------------------------------|------------------------------|
| DataFrame                    | `dataframe`            | `{"columns": …, "data": …}`  | `{"dataframe_split": …}`     |
| array, dict of arrays        | `ndarray`              | nested lists                 | `{"inputs": …}`              |
| scipy csr_matrix, csc_matrix | `sparse_matrix_csr`, … | data, indices, indptr, shape | `{"inputs": dense rows}`     |
| dict, list, scalar           | `json_object`          | as it is                     | `{"inputs": …}`; chats as is |

A tuple of an example and a dict of params becomes `{"inputs": …, "params": …}`.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
import os
from typing import TYPE_CHECKING, Any

from millrace.errors import MlflowException
from mlflow.types.data_type import DataType
from mlflow.types.nested import AnyType
from mlflow.types.schema import Schema, TensorSpec

if TYPE_CHECKING:
    import pandas as pd

ModelInputExample = Any
"""DataFrame, array, dict, list, scipy matrix, text, bytes, number, or a tuple of one of these and a dict of params."""
EXAMPLE_FILENAME = "input_example.json"
SERVING_INPUT_FILENAME = "serving_input_example.json"
EXAMPLE_DATA_KEY = "inputs"
EXAMPLE_PARAMS_KEY = "params"
SERVING_PARAMS_KEY = "params"
INPUTS = "inputs"
DF_SPLIT = "dataframe_split"
_CHAT_KEYS = ("messages", "prompt", "input")


class InputExample:
    """An input example, ready to be written.

    Args:
        example: see the table above.

    Attributes:
        info: what the `MLmodel` file says of it.
        data: the example without params, as a model would get it.
        params: its params, or None.
        content: what `input_example.json` holds.
        request: what `serving_input_example.json` holds.

    Raises:
        MlflowException: the example is of a kind that cannot be written.
    """

    def __init__(self, example: ModelInputExample) -> None:
        self.data, self.params = split_params(example)
        if hasattr(self.data, "model_dump"):  # a pydantic model
            self.data = self.data.model_dump()
        kind, self.content, self.request, orient = _written(self.data)
        self.info: dict[str, Any] = {"artifact_path": EXAMPLE_FILENAME, "type": kind}
        if orient:
            self.info["pandas_orient"] = orient
        self.info["serving_input_path"] = SERVING_INPUT_FILENAME
        if self.params is not None:
            self.info["params"] = "true"
            self.content = {EXAMPLE_DATA_KEY: self.content, EXAMPLE_PARAMS_KEY: self.params}
            is_chat = not {INPUTS, DF_SPLIT} & set(self.request)
            extra = self.params if is_chat else {SERVING_PARAMS_KEY: self.params}
            self.request = {**self.request, **extra}

    def save(self, directory: str) -> None:
        """Write both files into a directory."""
        with open(os.path.join(directory, EXAMPLE_FILENAME), "w") as file:
            json.dump(self.content, file, cls=NumpyEncoder)
        with open(os.path.join(directory, SERVING_INPUT_FILENAME), "w") as file:
            file.write(self.request_json())

    def request_json(self) -> str:
        """The body of a request with it."""
        return json.dumps(self.request, cls=NumpyEncoder, indent=2)


class NumpyEncoder(json.JSONEncoder):
    """JSON for what models take: arrays as lists, times in ISO form, bytes in base64."""

    def default(self, o: Any) -> Any:
        """A value that JSON has no form for, as one that it has."""
        if isinstance(o, bytes | bytearray):
            return base64.encodebytes(o).decode("ascii")
        if isinstance(o, dt.date | dt.time):
            return o.isoformat()
        if hasattr(o, "tolist"):
            plain = o.tolist()
            if getattr(o, "dtype", None) is not None and o.dtype.kind == "M":
                return [str(each) for each in o] if getattr(o, "shape", ()) else str(o)
            return plain
        if hasattr(o, "model_dump"):
            return o.model_dump()
        return super().default(o)


def split_params(example: ModelInputExample) -> tuple[Any, dict[str, Any] | None]:
    """The data and the params of an example; no params are None."""
    if isinstance(example, tuple) and len(example) == 2 and isinstance(example[1], dict):
        return example
    return example, None


def _written(data: Any) -> tuple[str, Any, dict[str, Any], str | None]:
    """Kind, file content, request and orientation of an example without params."""
    import numpy as np
    import pandas as pd

    if isinstance(data, pd.DataFrame):
        content = _split(data)
        return "dataframe", content, {DF_SPLIT: content}, "split" if "columns" in content else "values"
    if isinstance(data, np.ndarray):
        content = _nan_as_none(data)
        return "ndarray", content, {INPUTS: content}, None
    if hasattr(data, "toarray") and data.format in ("csr", "csc"):
        content = {
            "data": data.data.tolist(),
            "indices": data.indices.tolist(),
            "indptr": data.indptr.tolist(),
            "shape": list(data.shape),
        }
        return f"sparse_matrix_{data.format}", content, {INPUTS: data.toarray().tolist()}, None
    if isinstance(data, dict) and any(isinstance(each, np.ndarray) for each in data.values()):
        if not all(isinstance(each, np.ndarray) for each in data.values()):
            raise MlflowException.invalid_parameter_value(
                "Mixed types in dictionary are not supported as input examples. Found numpy arrays and other types."
            )
        content = {name: _nan_as_none(each) for name, each in data.items()}
        return "ndarray", content, {INPUTS: content}, None
    _check_plain(data)
    is_chat = isinstance(data, dict) and any(key in data for key in _CHAT_KEYS)
    return "json_object", data, data if is_chat else {INPUTS: data}, None


def _check_plain(data: Any) -> None:
    import numpy as np

    if isinstance(data, list) and any(isinstance(each, np.ndarray) for each in data):
        raise MlflowException.invalid_parameter_value(
            "Multidimensional arrays (aka tensors) are not supported. "
            "Numpy arrays in list are not supported as input examples."
        )
    if not isinstance(data, dict | list | str | bytes | bool | int | float | dt.date | np.generic):
        raise MlflowException.invalid_parameter_value(
            "Expected one of the following types:\n- pandas.DataFrame\n- numpy.ndarray\n"
            "- dictionary of (name -> numpy.ndarray)\n- scipy.sparse.csr_matrix\n- scipy.sparse.csc_matrix\n"
            f"- dict\n- list\n- scalars\n- datetime.datetime\n- pydantic model instance\nbut got '{type(data)}'"
        )


def _split(frame: pd.DataFrame) -> dict[str, Any]:
    """Columns and rows of a frame; no columns where they are only numbered."""
    import pandas as pd

    columns = {}
    for position, dtype in enumerate(frame.dtypes):
        column = frame.iloc[:, position]
        if getattr(dtype, "kind", "") == "M":
            columns[position] = [None if pd.isna(each) else each.isoformat() for each in column]
        elif isinstance(dtype, pd.StringDtype):
            columns[position] = [None if pd.isna(each) else each for each in column]
        else:
            columns[position] = column.tolist()
    rows = [list(row) for row in zip(*columns.values(), strict=True)]
    if isinstance(frame.columns, pd.RangeIndex) or list(frame.columns) == list(range(len(frame.columns))):
        return {"data": rows}
    return {"columns": list(frame.columns), "data": rows}


def _nan_as_none(array: Any) -> Any:
    import numpy as np

    if array.dtype.kind == "f" and np.isnan(array).any():
        shown = array.astype(object)
        shown[np.isnan(array)] = None
        return shown.tolist()
    return array.tolist() if array.dtype.kind != "M" else array.astype(str).tolist()


def convert_input_example_to_serving_input(input_example: ModelInputExample) -> str | None:
    """The body of a request to a model server with an input example.

    Returns:
        JSON text, or None for no example.

    Raises:
        MlflowException: the example is of a kind that cannot be sent.
    """
    return None if input_example is None else InputExample(input_example).request_json()


# -- reading back -------------------------------------------------------------------------------------------
def read_example(info: dict[str, Any] | None, directory: str, schema: Schema | None) -> Any:
    """The example beside a model, as it was given, without its params; None where there is none.

    Args:
        info: what the `MLmodel` file says of it.
        directory: the model's directory.
        schema: the model's input schema: which texts are bytes or times, and the types of tensors.
    """
    content = _content(info, directory)
    if info is None or content is None:
        return None
    data = content[EXAMPLE_DATA_KEY] if info.get(EXAMPLE_PARAMS_KEY) else content
    kind = info["type"]
    if kind == "dataframe":
        return _frame(data, schema)
    if kind == "ndarray":
        return _arrays(data, schema)
    if kind.startswith("sparse_matrix"):
        return _sparse(data, kind)
    return data


def read_example_params(info: dict[str, Any] | None, directory: str) -> dict[str, Any] | None:
    """The params of the example beside a model; None where there are none."""
    if info is None or not info.get(EXAMPLE_PARAMS_KEY):
        return None
    content = _content(info, directory)
    return None if content is None else content[EXAMPLE_PARAMS_KEY]


def _content(info: dict[str, Any] | None, directory: str) -> Any:
    if info is None:
        return None
    path = os.path.join(directory, info["artifact_path"])
    if not os.path.exists(path):
        return None
    with open(path) as file:
        return json.load(file)


def _frame(data: dict[str, Any], schema: Schema | None) -> pd.DataFrame:
    import pandas as pd

    frame = pd.DataFrame(data["data"], columns=data.get("columns"))
    for spec in schema.inputs if schema and not schema.is_tensor_spec() else []:
        if spec.name not in frame.columns or isinstance(spec.type, AnyType):
            continue
        if spec.type is DataType.binary:
            frame[spec.name] = [_decoded(each) for each in frame[spec.name]]
        elif spec.type is DataType.datetime:
            frame[spec.name] = pd.to_datetime(frame[spec.name])
    return frame


def _decoded(value: Any) -> Any:
    try:
        return base64.decodebytes(value.encode("ascii")) if isinstance(value, str) else value
    except (binascii.Error, ValueError):
        return value


def _arrays(data: Any, schema: Schema | None) -> Any:
    import numpy as np

    specs = schema.inputs if schema and schema.is_tensor_spec() else []
    if isinstance(data, dict):
        types = {spec.name: spec.type for spec in specs}
        return {name: np.array(each, dtype=types.get(name)) for name, each in data.items()}
    one: TensorSpec | None = specs[0] if specs else None
    return np.array(data, dtype=one.type if one else None)


def _sparse(data: dict[str, Any], kind: str) -> Any:
    from scipy import sparse

    matrix = sparse.csr_matrix if kind.endswith("csr") else sparse.csc_matrix
    return matrix((data["data"], data["indices"], data["indptr"]), shape=tuple(data["shape"]))
