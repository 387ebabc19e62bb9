"""The columns or tensors that a model takes and gives, and their JSON in the `signature` of an `MLmodel` file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from millrace.errors import MlflowException
from mlflow.types.data_type import TYPE_NAMES, DataType, named_data_type
from mlflow.types.nested import (
    ANY_TYPE,
    ARRAY_TYPE,
    EXPECTED_TYPE_MESSAGE,
    MAP_TYPE,
    OBJECT_TYPE,
    SPARKML_VECTOR_TYPE,
    AnyDataType,
    AnyType,
    Array,
    BaseType,
    Map,
    Object,
    Property,
    SparkMLVector,
    type_from_dict,
    type_to_dict,
)
from mlflow.types.params import ParamSchema, ParamSpec

if TYPE_CHECKING:
    import numpy as np

__all__ = [
    "ANY_TYPE",
    "ARRAY_TYPE",
    "MAP_TYPE",
    "OBJECT_TYPE",
    "SPARKML_VECTOR_TYPE",
    "AnyType",
    "Array",
    "BaseType",
    "ColSpec",
    "DataType",
    "Map",
    "Object",
    "ParamSchema",
    "ParamSpec",
    "Property",
    "Schema",
    "SparkMLVector",
    "TensorSpec",
]


class ColSpec:
    """One column, or one value, of a model's input or output.

    Args:
        type: its type, or the name of a scalar type.
        name: the column's name; None where the model takes values by position.
        required: whether the column may be absent.
    """

    def __init__(self, type: object, name: str | int | None = None, required: bool = True) -> None:
        self._name = name
        self._required = required
        if isinstance(type, str):
            type = named_data_type(type, expected=f"DataType or one of {TYPE_NAMES}")
        if not isinstance(type, DataType | BaseType) or isinstance(type, Property):
            raise TypeError(EXPECTED_TYPE_MESSAGE.format(arg_name="type", passed_type=type))
        self._type: AnyDataType = type

    @property
    def type(self) -> AnyDataType:
        """Its type."""
        return self._type

    @property
    def name(self) -> Any:
        """The column's name, or None."""
        return self._name

    @name.setter
    def name(self, value: str | int | None) -> None:
        self._name = value

    @property
    def required(self) -> bool:
        """Whether the column may be absent."""
        return self._required

    def to_dict(self) -> dict[str, Any]:
        """The column as it stands in a signature's JSON."""
        named = {} if self.name is None else {"name": self.name}
        return {**type_to_dict(self.type), **named, "required": self.required}

    @classmethod
    def from_json_dict(cls, **kwargs: Any) -> ColSpec:
        """A column from its JSON form, given as keywords; `optional` is the older opposite of `required`."""
        if "type" not in kwargs:
            raise MlflowException.invalid_parameter_value("Missing keys in ColSpec JSON. Expected to find key `type`")
        required = kwargs.get("required")
        if required is None:
            required = not kwargs.get("optional", False)
        return cls(type_from_dict(kwargs), kwargs.get("name"), required)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ColSpec) and self.to_dict() == other.to_dict()

    __hash__ = None  # type: ignore[assignment]  # its name may change

    def __repr__(self) -> str:
        named = "" if self.name is None else f"{self.name!r}: "
        return f"{named}{self.type!r} ({'required' if self.required else 'optional'})"


class TensorSpec:
    """One tensor of a model's input or output.

    Args:
        type: a numpy type; text and bytes without a size (`np.dtype("str")`).
        shape: the lengths of its axes; -1 for any length.
        name: its name; None where it is the only one.
    """

    def __init__(self, type: np.dtype[Any], shape: tuple[int, ...] | list[int], name: str | None = None) -> None:
        import numpy as np

        if not isinstance(type, np.dtype):
            raise TypeError(f"Expected `dtype` to be instance of `{np.dtype}`, received `{type.__class__}`")
        if not isinstance(shape, tuple | list):
            raise TypeError(f"Expected `shape` to be instance of `{tuple}` or `{list}`, received `{shape.__class__}`")
        if type.char in ("U", "S") and type.itemsize:
            plain = "str" if type.char == "U" else "bytes"
            raise MlflowException(
                "MLflow does not support size information in flexible numpy data types. "
                f'Use np.dtype("{plain}") instead'
            )
        self._type = type
        self._shape = tuple(int(length) for length in shape)
        self._name = name

    @property
    def type(self) -> np.dtype[Any]:
        """Its numpy type."""
        return self._type

    @property
    def shape(self) -> tuple[int, ...]:
        """The lengths of its axes; -1 for any length."""
        return self._shape

    @property
    def name(self) -> str | None:
        """Its name, or None."""
        return self._name

    @property
    def required(self) -> bool:
        """True: tensors are never optional."""
        return True

    def to_dict(self) -> dict[str, Any]:
        """The tensor as it stands in a signature's JSON."""
        named = {} if self.name is None else {"name": self.name}
        spec = {"dtype": self.type.name, "shape": list(self.shape)}
        return {**named, "type": "tensor", "tensor-spec": spec}

    @classmethod
    def from_json_dict(cls, **kwargs: Any) -> TensorSpec:
        """A tensor from its JSON form, given as keywords."""
        import numpy as np

        if not {"tensor-spec", "type"} <= set(kwargs):
            raise MlflowException.invalid_parameter_value(
                "Missing keys in TensorSpec JSON. Expected to find keys `tensor-spec` and `type`"
            )
        if kwargs["type"] != "tensor":
            raise MlflowException.invalid_parameter_value("Type mismatch, TensorSpec expects `tensor` as the type")
        spec = kwargs["tensor-spec"]
        if not {"dtype", "shape"} <= set(spec):
            raise MlflowException.invalid_parameter_value(
                "Missing keys in TensorSpec JSON. Expected to find keys `dtype` and `shape`"
            )
        return cls(np.dtype(spec["dtype"]), spec["shape"], kwargs.get("name"))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TensorSpec) and self.to_dict() == other.to_dict()

    def __hash__(self) -> int:
        return hash((self.name, self.shape, str(self.type)))

    def __repr__(self) -> str:
        named = "" if self.name is None else f"{self.name!r}: "
        return f"{named}Tensor({self.type.name!r}, {self.shape})"


class Schema:
    """The columns, or the tensors, that a model takes or gives.

    Args:
        inputs: `ColSpec`s or `TensorSpec`s, not both; all named or none.

    Raises:
        MlflowException: the list is empty, or mixes what does not go together.
    """

    def __init__(self, inputs: list[ColSpec] | list[TensorSpec] | list[ColSpec | TensorSpec]) -> None:
        if not isinstance(inputs, list):
            raise MlflowException.invalid_parameter_value(
                f"Inputs of Schema must be a list, got type {type(inputs).__name__}"
            )
        if not inputs:
            raise MlflowException.invalid_parameter_value("Creating Schema with empty inputs is not allowed.")
        names = [each.name for each in inputs]
        unnamed = [name is None for name in names]
        if any(unnamed) and not all(unnamed):
            raise MlflowException.invalid_parameter_value(
                "Creating Schema with a combination of named and unnamed inputs is not allowed. "
                f"Got input names {names}"
            )
        tensors = [isinstance(each, TensorSpec) for each in inputs]
        if any(tensors) and not all(tensors):
            raise MlflowException.invalid_parameter_value(
                # The braces are MLflow's own: error texts are API.
                "Creating Schema with a combination of {0} and {1} is not supported. "
                "Please choose one of ColSpec or TensorSpec"
            )
        if all(tensors) and len(inputs) > 1 and any(unnamed):
            raise MlflowException.invalid_parameter_value(
                "Creating Schema with multiple unnamed TensorSpecs is not supported. "
                "Please provide names for each TensorSpec."
            )
        if all(unnamed) and any(each.required is False for each in inputs):
            raise MlflowException.invalid_parameter_value(
                "Creating Schema with unnamed optional inputs is not supported. "
                "Please name all inputs or make all inputs required."
            )
        self._inputs: list[Any] = list(inputs)

    @property
    def inputs(self) -> list[Any]:
        """The columns or tensors, in order."""
        return self._inputs

    def __len__(self) -> int:
        return len(self._inputs)

    def __iter__(self) -> Any:
        return iter(self._inputs)

    def is_tensor_spec(self) -> bool:
        """Whether it is made of tensors."""
        return isinstance(self._inputs[0], TensorSpec)

    def has_input_names(self) -> bool:
        """Whether the columns or tensors are named."""
        return self._inputs[0].name is not None

    def input_names(self) -> list[Any]:
        """The names, or the positions where there are none."""
        return [position if each.name is None else each.name for position, each in enumerate(self._inputs)]

    def required_input_names(self) -> list[Any]:
        """The names of those that must be there."""
        return [name for name, each in zip(self.input_names(), self._inputs, strict=True) if each.required]

    def optional_input_names(self) -> list[Any]:
        """The names of those that may be absent."""
        return [name for name, each in zip(self.input_names(), self._inputs, strict=True) if not each.required]

    def input_types(self) -> list[Any]:
        """The types, in order."""
        return [each.type for each in self._inputs]

    def input_types_dict(self) -> dict[Any, Any]:
        """Name to type.

        Raises:
            MlflowException: there are no names.
        """
        if not self.has_input_names():
            raise MlflowException("Cannot get input types as a dict for schema without names.")
        return {each.name: each.type for each in self._inputs}

    def input_dict(self) -> dict[Any, Any]:
        """Name to column or tensor.

        Raises:
            MlflowException: there are no names.
        """
        if not self.has_input_names():
            raise MlflowException("Cannot get input dict for schema without names.")
        return {each.name: each for each in self._inputs}

    def numpy_types(self) -> list[np.dtype[Any]]:
        """The numpy types, in order.

        Raises:
            MlflowException: a column is not of a scalar type.
        """
        if self.is_tensor_spec():
            return [each.type for each in self._inputs]
        if all(isinstance(each.type, DataType) for each in self._inputs):
            return [each.type.to_numpy() for each in self._inputs]
        raise MlflowException("Failed to get numpy types as some of the inputs types are not DataType.")

    def pandas_types(self) -> list[Any]:
        """The types of pandas columns, in order.

        Raises:
            MlflowException: it is made of tensors, or a column is not of a scalar type.
        """
        if self.is_tensor_spec():
            raise MlflowException("TensorSpec only supports numpy types, use numpy_types() instead")
        if all(isinstance(each.type, DataType) for each in self._inputs):
            return [each.type.to_pandas() for each in self._inputs]
        raise MlflowException("Failed to get pandas types as some of the inputs types are not DataType.")

    def to_dict(self) -> list[dict[str, Any]]:
        """A list with each column's or tensor's dict."""
        return [each.to_dict() for each in self._inputs]

    def to_json(self) -> str:
        """The schema as the JSON text that a signature holds."""
        return json.dumps(self.to_dict())

    @classmethod
    def from_json(cls, json_str: str) -> Schema:
        """A schema from the JSON text of a signature."""
        specs = json.loads(json_str)
        return cls([(TensorSpec if each["type"] == "tensor" else ColSpec).from_json_dict(**each) for each in specs])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Schema) and self.inputs == other.inputs

    __hash__ = None  # type: ignore[assignment]  # columns may be renamed

    def __repr__(self) -> str:
        return repr(self._inputs)
