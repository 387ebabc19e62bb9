"""Schemas from type hints, and checking of values against them.

Hints that are understood: bool, int, float, str, bytes, datetime, Any, list[…], dict[str, …], Optional[…], and
dataclasses and pydantic models with fields of these. A model's predict takes a list of rows, so its hint is `list[…]`.
"""

from __future__ import annotations

import datetime as dt
import types
from dataclasses import fields as dataclass_fields
from dataclasses import is_dataclass
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from millrace.errors import MlflowException
from mlflow.types.data_type import DataType
from mlflow.types.nested import AnyDataType, AnyType, Array, Map, Object, Property
from mlflow.types.schema import ColSpec, Schema

_SCALARS: dict[Any, DataType] = {
    bool: DataType.boolean,
    int: DataType.long,
    float: DataType.double,
    str: DataType.string,
    bytes: DataType.binary,
    dt.datetime: DataType.datetime,
    dt.date: DataType.datetime,
}

TypeFromExample = TypeVar("TypeFromExample")
"""The hint of an input that is what the model's input example is: a DataFrame, a Series or a list."""


class UnsupportedTypeHint(MlflowException):
    """A type hint that no schema can be made of."""

    code = "INVALID_PARAMETER_VALUE"


def optional_of(hint: Any) -> Any | None:
    """The `T` of `Optional[T]`; None for any other hint."""
    if get_origin(hint) in (Union, types.UnionType):
        rest = [each for each in get_args(hint) if each is not type(None)]
        if len(rest) == 1 and len(get_args(hint)) == 2:
            return rest[0]
    return None


def is_pydantic_model(hint: Any) -> bool:
    """Whether a hint is a class of pydantic models."""
    return isinstance(hint, type) and hasattr(hint, "model_fields") and hasattr(hint, "model_validate")


def type_of_hint(hint: Any) -> AnyDataType:
    """The type that a hint describes.

    Raises:
        UnsupportedTypeHint: it describes none.
    """
    if hint in _SCALARS:
        return _SCALARS[hint]
    if hint is Any:
        return AnyType()
    arguments = get_args(hint)
    if get_origin(hint) is list and len(arguments) == 1:
        return Array(type_of_hint(arguments[0]))
    if get_origin(hint) is dict and len(arguments) == 2 and arguments[0] is str:
        return Map(type_of_hint(arguments[1]))
    if get_origin(hint) in (Union, types.UnionType):
        inner = optional_of(hint)
        return type_of_hint(inner) if inner is not None else AnyType()
    if is_pydantic_model(hint):
        return Object(
            [_property(name, each.annotation, each.is_required()) for name, each in hint.model_fields.items()]
        )
    if is_dataclass(hint):
        return Object([_property(name, each, True) for name, each in get_type_hints(hint).items()])
    raise UnsupportedTypeHint(
        f"Unsupported type hint `{hint!r}`. Use bool, int, float, str, bytes, datetime, Any, list[...], "
        "dict[str, ...], a dataclass or a pydantic model."
    )


def _property(name: str, hint: Any, required: bool) -> Property:
    inner = optional_of(hint)
    return Property(name, type_of_hint(hint if inner is None else inner), required and inner is None)


def schema_of_dataclass(value: Any) -> Schema:
    """The schema whose columns are the fields of a dataclass."""
    hints = get_type_hints(value if isinstance(value, type) else type(value))
    properties = [_property(each.name, hints[each.name], True) for each in dataclass_fields(value)]
    return Schema([ColSpec(each.dtype, each.name, each.required) for each in properties])


def schema_of_hint(hint: Any) -> Schema | None:
    """The schema of an input or output with a hint; None where the hint says nothing, as `pandas.DataFrame` does.

    A `list[T]` is rows of T: a dict or object type of T is one column without a name.
    """
    try:
        if get_origin(hint) is list and get_args(hint):
            return Schema([ColSpec(type_of_hint(get_args(hint)[0]))])
        return Schema([ColSpec(type_of_hint(hint))])
    except UnsupportedTypeHint:
        return None


def model_validate(model: Any, values: Any) -> None:
    """Check values against a class of pydantic models; MLflow's pickles of agents refer to this function.

    Raises:
        pydantic.ValidationError: they do not fit.
    """
    if isinstance(values, dict) or not isinstance(values, model):
        model.model_validate(values)


# -- checking values ----------------------------------------------------------------------------------------
def convert_to_hint(data: Any, hint: Any) -> Any:
    """Data as a hint describes it: dicts become pydantic models or dataclasses, everything else stays.

    Raises:
        MlflowException: the data does not fit the hint.
    """
    if hint is Any:
        return data
    if hint in _SCALARS:
        if isinstance(data, hint) and not (isinstance(data, bool) and hint is not bool):
            return data
        raise MlflowException.invalid_parameter_value(f"Expected type {hint.__name__}, but got {type(data).__name__}")
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is list:
        return _convert_list(data, hint, arguments[0])
    if origin is dict:
        return _convert_dict(data, hint, arguments)
    if origin in (Union, types.UnionType):
        return _convert_union(data, hint, arguments)
    if is_pydantic_model(hint):
        return _convert_pydantic(data, hint)
    return data


def _shown(hint: Any) -> str:
    """A hint as its writer knows it, without the modules of its classes."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (list, dict):
        return f"{origin.__name__}[{', '.join(map(_shown, arguments))}]"
    return hint.__name__ if isinstance(hint, type) else str(hint)


def _convert_list(data: Any, hint: Any, item: Any) -> list[Any]:
    if not isinstance(data, list):
        raise MlflowException.invalid_parameter_value(f"Expected list, but got {type(data).__name__}")
    converted, refused = [], []
    for each in data:
        try:
            converted.append(convert_to_hint(each, item))
        except MlflowException as error:
            refused.append((str(each), error.message))
    if refused:
        raise MlflowException.invalid_parameter_value(
            f"Failed to validate data against type hint `{_shown(hint)}`, invalid elements: {refused}"
        )
    return converted


def _convert_dict(data: Any, hint: Any, arguments: tuple[Any, ...]) -> dict[Any, Any]:
    if not isinstance(data, dict):
        raise MlflowException.invalid_parameter_value(f"Expected dict, but got {type(data).__name__}")
    converted, refused = {}, {}
    for key, value in data.items():
        if not isinstance(key, arguments[0]):
            refused[str(key)] = f"Key must be a string, got type {type(key).__name__}"
            continue
        try:
            converted[key] = convert_to_hint(value, arguments[1])
        except MlflowException as error:
            refused[key] = error.message
    if refused:
        raise MlflowException.invalid_parameter_value(
            f"Failed to validate data against type hint `{_shown(hint)}`, invalid elements: {refused}"
        )
    return converted


def _convert_union(data: Any, hint: Any, arguments: tuple[Any, ...]) -> Any:
    if data is None and type(None) in arguments:
        return None
    for each in arguments:
        if each is type(None):
            continue
        try:
            return convert_to_hint(data, each)
        except MlflowException:
            continue
    raise MlflowException.invalid_parameter_value(f"Expected one of {hint}, but got {type(data).__name__}")


def _convert_pydantic(data: Any, hint: Any) -> Any:
    if isinstance(data, hint):
        return data
    if not isinstance(data, dict):
        raise MlflowException.invalid_parameter_value(
            f"Expecting example to be a dictionary or pydantic model instance for Pydantic type hint, got {type(data)}"
        )
    try:
        return hint.model_validate(data)
    except ValueError as error:
        raise MlflowException.invalid_parameter_value(
            f"Data doesn't match type hint, error: {error}. Expected fields in the type hint: {hint.model_fields}; "
            f"passed data: {data}."
        ) from error
