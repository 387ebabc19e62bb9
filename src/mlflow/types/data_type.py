"""The scalar types that a model's columns and params have."""

from __future__ import annotations

import datetime as dt
from enum import Enum
from typing import TYPE_CHECKING, Any

from millrace.errors import MlflowException

if TYPE_CHECKING:
    import numpy as np


class DataType(Enum):
    """A scalar type of a column or a param.

    Members, with the numpy type that each stands for: `boolean` (bool), `integer` (int32), `long` (int64),
    `float` (float32), `double` (float64), `string` (str), `binary` (bytes), `datetime` (datetime64[ns]).
    """

    boolean = 1
    integer = 2
    long = 3
    float = 4
    double = 5
    string = 6
    binary = 7
    datetime = 8

    def __repr__(self) -> str:
        return self.name

    def to_numpy(self) -> np.dtype[Any]:
        """The numpy type of one value."""
        import numpy as np

        return np.dtype(_NUMPY[self.name])

    def to_pandas(self) -> Any:
        """The type of a pandas column: `object` for text and bytes."""
        import numpy as np

        # numpy.dtype has no extension type for text or bytes; MLflow answers with the class `object`.
        return object if self.name in ("string", "binary") else np.dtype(_NUMPY[self.name])

    def to_python(self) -> type:
        """The Python type of one value."""
        return _PYTHON[self.name]

    @classmethod
    def check_type(cls, data_type: DataType, value: object) -> bool:
        """Whether a Python or numpy scalar is a value of a type without any conversion."""
        import numpy as np

        classes: dict[str, tuple[type, ...]] = {
            "boolean": (bool, np.bool_),
            "integer": (int, np.int32),
            "long": (int, np.int64),
            "float": (float, np.float32),
            "double": (float, np.float64),
            "string": (str, np.str_),
            "binary": (bytes, bytearray, np.bytes_),
            "datetime": (dt.date, np.datetime64),
        }
        if isinstance(value, bool | np.bool_):
            return data_type is cls.boolean
        return isinstance(value, classes[data_type.name])

    @classmethod
    def all_types(cls) -> list[DataType]:
        """All members, in the order of their definition."""
        return list(cls)

    @classmethod
    def from_numpy_type(cls, np_type: object) -> DataType | None:
        """The member whose numpy type is exactly the one given; None where there is none."""
        return next((member for member in cls if member.to_numpy() == np_type), None)


_NUMPY = {
    "boolean": "bool",
    "integer": "int32",
    "long": "int64",
    "float": "float32",
    "double": "float64",
    "string": "str",
    "binary": "bytes",
    "datetime": "datetime64[ns]",
}
_PYTHON: dict[str, type] = {
    "boolean": bool,
    "integer": int,
    "long": int,
    "float": float,
    "double": float,
    "string": str,
    "binary": bytes,
    "datetime": dt.date,
}
TYPE_NAMES: list[str] = [member.name for member in DataType]
"""The names of all members, as error messages list them."""


def named_data_type(name: str, *, expected: str, noun: str = "type") -> DataType:
    """The member of a name.

    Raises:
        MlflowException: there is no such member; `expected` and `noun` say what the sentence speaks of.
    """
    try:
        return DataType[name]
    except KeyError:
        raise MlflowException.invalid_parameter_value(
            f"Unsupported {noun} '{name}', expected instance of {expected}"
        ) from None
