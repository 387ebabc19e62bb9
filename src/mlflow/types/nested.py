"""The types that hold other types: arrays, objects with named properties, maps, and any."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from millrace.errors import MlflowException
from mlflow.types.data_type import TYPE_NAMES, DataType, named_data_type

ARRAY_TYPE = "array"
OBJECT_TYPE = "object"
MAP_TYPE = "map"
ANY_TYPE = "any"
SPARKML_VECTOR_TYPE = "sparkml_vector"
EXPECTED_TYPE_MESSAGE = (
    "Expected mlflow.types.schema.Datatype, mlflow.types.schema.Array, mlflow.types.schema.Object, "
    "mlflow.types.schema.Map, mlflow.types.schema.AnyType or str for the '{arg_name}' argument, but got {passed_type!r}"
)


class BaseType(ABC):
    """A type that is not a plain scalar; equal types are those with equal JSON forms."""

    @abstractmethod
    def to_dict(self) -> dict[str, Any]:
        """The type as it stands in a signature's JSON."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, type(self)) and self.to_dict() == other.to_dict()

    def __hash__(self) -> int:
        return hash(repr(self))


AnyDataType = DataType | BaseType
"""What a column, an item or a property can be."""


def as_type(dtype: object, argument: str = "dtype", noun: str = "type") -> AnyDataType:
    """A type from a type or the name of a scalar type.

    Raises:
        MlflowException: it is neither; the sentence names the argument.
    """
    if isinstance(dtype, str):
        expected = f"DataType, Array, Object, Map or one of {TYPE_NAMES}"
        return named_data_type(dtype, expected=expected, noun=noun)
    if isinstance(dtype, DataType | BaseType) and not isinstance(dtype, Property):
        return dtype
    raise MlflowException.invalid_parameter_value(EXPECTED_TYPE_MESSAGE.format(arg_name=argument, passed_type=dtype))


def type_to_dict(dtype: AnyDataType) -> dict[str, Any]:
    """Any type as it stands in a signature's JSON."""
    return dtype.to_dict() if isinstance(dtype, BaseType) else {"type": dtype.name}


def type_from_dict(value: dict[str, Any]) -> AnyDataType:
    """Any type from its form in a signature's JSON; keys that are not the type's are ignored."""
    reader = _READERS.get(value["type"])
    return reader(**value) if reader else as_type(value["type"])


class Array(BaseType):
    """A list of values of one type.

    Args:
        dtype: the type of the items, or the name of a scalar type.
    """

    def __init__(self, dtype: object) -> None:
        self._dtype = as_type(dtype)

    @property
    def dtype(self) -> AnyDataType:
        """The type of the items."""
        return self._dtype

    def to_dict(self) -> dict[str, Any]:
        """`{"type": "array", "items": …}`."""
        return {"type": ARRAY_TYPE, "items": type_to_dict(self.dtype)}

    @classmethod
    def from_json_dict(cls, **kwargs: Any) -> Array:
        """An array from its JSON form, given as keywords."""
        if not {"items", "type"} <= set(kwargs):
            raise MlflowException.invalid_parameter_value(
                "Missing keys in Array JSON. Expected to find keys `items` and `type`"
            )
        if kwargs["type"] != ARRAY_TYPE:
            raise MlflowException.invalid_parameter_value("Type mismatch, Array expects `array` as the type")
        if not isinstance(kwargs["items"], dict):
            raise MlflowException.invalid_parameter_value("Expected items to be a dictionary of Object JSON")
        return cls(type_from_dict(kwargs["items"]))

    def __repr__(self) -> str:
        return f"Array({self.dtype!r})"


class Property(BaseType):
    """One named part of an object.

    Args:
        name: its name.
        dtype: its type, or the name of a scalar type.
        required: whether every object must have it.
    """

    def __init__(self, name: str, dtype: object, required: bool = True) -> None:
        if not isinstance(name, str):
            raise MlflowException.invalid_parameter_value(
                f"Expected name to be a string, got type {type(name).__name__}"
            )
        self._name = name
        self._dtype = as_type(dtype)
        self._required = required

    @property
    def name(self) -> str:
        """Its name."""
        return self._name

    @property
    def dtype(self) -> AnyDataType:
        """Its type."""
        return self._dtype

    @property
    def required(self) -> bool:
        """Whether every object must have it."""
        return self._required

    @required.setter
    def required(self, value: bool) -> None:
        self._required = value

    def to_dict(self) -> dict[str, Any]:
        """`{name: {"type": …, "required": …}}`."""
        return {self.name: {**type_to_dict(self.dtype), "required": self.required}}

    @classmethod
    def from_json_dict(cls, **kwargs: Any) -> Property:
        """A property from its JSON form, given as one keyword: its name."""
        if len(kwargs) != 1:
            raise MlflowException.invalid_parameter_value(
                f"Expected Property JSON to contain a single key as name, got {len(kwargs)} keys."
            )
        name, value = next(iter(kwargs.items()))
        if "type" not in value:
            raise MlflowException.invalid_parameter_value(
                f"Missing keys in Property `{name}`. Expected to find key `type`"
            )
        return cls(name, type_from_dict(value), value.get("required", True))

    def __lt__(self, other: Property) -> bool:
        return self.name < other.name

    def __repr__(self) -> str:
        return f"{self.name}: {self.dtype!r} ({'required' if self.required else 'optional'})"


class Object(BaseType):
    """A mapping with known names, each with a type of its own.

    Args:
        properties: at least one `Property`, with distinct names.
    """

    def __init__(self, properties: list[Property]) -> None:
        self.properties = properties

    @property
    def properties(self) -> list[Property]:
        """Its properties, in alphabetical order."""
        return self._properties

    @properties.setter
    def properties(self, value: list[Property]) -> None:
        if not isinstance(value, list):
            raise MlflowException.invalid_parameter_value(
                f"Expected properties to be a list, got type {type(value).__name__}"
            )
        if not value:
            raise MlflowException.invalid_parameter_value("Creating Object with empty properties is not allowed.")
        if any(not isinstance(each, Property) for each in value):
            raise MlflowException.invalid_parameter_value("Expected values to be instance of Property")
        names = [each.name for each in value]
        duplicates = sorted({name for name in names if names.count(name) > 1})
        if duplicates:
            raise MlflowException.invalid_parameter_value(f"Found duplicated property names: `{', '.join(duplicates)}`")
        self._properties = sorted(value)

    def to_dict(self) -> dict[str, Any]:
        """`{"type": "object", "properties": {name: …}}`."""
        merged: dict[str, Any] = {}
        for each in self.properties:
            merged.update(each.to_dict())
        return {"type": OBJECT_TYPE, "properties": merged}

    @classmethod
    def from_json_dict(cls, **kwargs: Any) -> Object:
        """An object from its JSON form, given as keywords."""
        if not {"properties", "type"} <= set(kwargs):
            raise MlflowException.invalid_parameter_value(
                "Missing keys in Object JSON. Expected to find keys `properties` and `type`"
            )
        if kwargs["type"] != OBJECT_TYPE:
            raise MlflowException.invalid_parameter_value("Type mismatch, Object expects `object` as the type")
        if not isinstance(kwargs["properties"], dict):
            raise MlflowException.invalid_parameter_value("Expected properties to be a dictionary of Property JSON")
        return cls([Property.from_json_dict(**{name: value}) for name, value in kwargs["properties"].items()])

    def __repr__(self) -> str:
        return "{" + ", ".join(map(repr, self.properties)) + "}"


class Map(BaseType):
    """A mapping from any text to values of one type.

    Args:
        value_type: the type of the values, or the name of a scalar type.
    """

    def __init__(self, value_type: object) -> None:
        self._value_type = as_type(value_type, "value_type", "value type")

    @property
    def value_type(self) -> AnyDataType:
        """The type of the values."""
        return self._value_type

    def to_dict(self) -> dict[str, Any]:
        """`{"type": "map", "values": …}`."""
        return {"type": MAP_TYPE, "values": type_to_dict(self.value_type)}

    @classmethod
    def from_json_dict(cls, **kwargs: Any) -> Map:
        """A map from its JSON form, given as keywords."""
        if not {"values", "type"} <= set(kwargs):
            raise MlflowException.invalid_parameter_value(
                "Missing keys in Array JSON. Expected to find keys `items` and `type`"
            )
        if kwargs["type"] != MAP_TYPE:
            raise MlflowException.invalid_parameter_value("Type mismatch, Map expects `map` as the type")
        if not isinstance(kwargs["values"], dict):
            raise MlflowException.invalid_parameter_value("Expected values to be a dictionary of Object JSON")
        return cls(type_from_dict(kwargs["values"]))

    def __repr__(self) -> str:
        return f"Map(str -> {self.value_type})"


class AnyType(BaseType):
    """A type that every value has, None included."""

    def to_dict(self) -> dict[str, Any]:
        """`{"type": "any"}`."""
        return {"type": ANY_TYPE}

    def __repr__(self) -> str:
        return "Any"


class SparkMLVector(BaseType):
    """Spark's vector column; kept so that signatures that name it can be read and written."""

    def to_dict(self) -> dict[str, Any]:
        """`{"type": "sparkml_vector"}`."""
        return {"type": SPARKML_VECTOR_TYPE}

    def __repr__(self) -> str:
        return "SparkML vector"


_READERS: dict[str, Any] = {
    ARRAY_TYPE: Array.from_json_dict,
    OBJECT_TYPE: Object.from_json_dict,
    MAP_TYPE: Map.from_json_dict,
    ANY_TYPE: lambda **_: AnyType(),
    SPARKML_VECTOR_TYPE: lambda **_: SparkMLVector(),
}
