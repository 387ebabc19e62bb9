"""Dataclasses that check what they are made of, and take dicts where they hold dataclasses."""

from __future__ import annotations

import functools
import types
from dataclasses import asdict, fields, is_dataclass
from typing import Any, Literal, Self, Union, get_args, get_origin, get_type_hints


class _BaseDataclass:
    """A dataclass whose fields are checked against their type hints when it is made.

    Understood are `str`, `int`, `float`, `bool`, `Literal`, other such classes, and lists and dicts of these; each may
    be optional. Error texts are MLflow's.
    """

    def __post_init__(self) -> None:
        for name, hint, required in _checks(type(self)):
            value = getattr(self, name)
            if value is None:
                if required:
                    raise ValueError(f"`{name}` is required")
            else:
                setattr(self, name, _checked(name, value, hint))

    def to_dict(self) -> dict[str, Any]:
        """The fields that have a value, as JSON knows them."""
        return asdict(self, dict_factory=lambda pairs: {key: value for key, value in pairs if value is not None})  # pyright: ignore[reportArgumentType]

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """An object from its fields; unknown ones are ignored.

        Raises:
            ValueError: a field does not fit its type.
        """
        known = {each.name for each in fields(cls)}  # pyright: ignore[reportArgumentType]
        return cls(**{name: value for name, value in data.items() if name in known})


@functools.cache
def _checks(cls: type) -> list[tuple[str, Any, bool]]:
    """The fields of a class that are checked: name, hint without None, and whether there must be a value."""
    hints = get_type_hints(cls)
    found = []
    for each in fields(cls):
        hint = hints[each.name]
        rest = [one for one in get_args(hint) if one is not types.NoneType]
        is_optional = get_origin(hint) in (Union, types.UnionType)
        found.append((each.name, rest[0] if is_optional else hint, not is_optional))
    return found


def _checked(name: str, value: Any, hint: Any) -> Any:
    """A value as its hint says.

    Raises:
        ValueError: it does not fit.
    """
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        if value not in arguments:
            raise ValueError(f"`{name}` must be one of {list(arguments)}, got {value}")
    elif origin is list:
        return _checked_list(name, value, arguments[0])
    elif origin is dict:
        return _checked_dict(name, value, arguments[1])
    elif is_dataclass(hint):
        return _made(name, value, hint)
    elif not isinstance(value, hint):
        raise ValueError(f"`{name}` must be of type {hint.__name__}, got {type(value).__name__}")
    return value


def _made(name: str, value: Any, cls: Any) -> Any:
    if isinstance(value, cls):
        return value
    if not isinstance(value, dict):
        raise ValueError(
            f"Expected `{name}` to be either an instance of `{cls.__name__}` or a dict matching the schema. "
            f"Received `{type(value).__name__}`"
        )
    try:
        return cls.from_dict(value)
    except TypeError as error:
        raise ValueError(f"Error when coercing {value} to {cls.__name__}: {error}") from None


def _checked_list(name: str, value: Any, item: Any) -> list[Any]:
    if isinstance(item, type) and is_dataclass(item):
        if not isinstance(value, list):
            raise ValueError(f"`{name}` must be a list")
        if not (all(isinstance(each, item) for each in value) or all(isinstance(each, dict) for each in value)):
            raise ValueError(f"Items in `{name}` must all have the same type: {item.__name__} or dict")
        return [_made(name, each, item) for each in value]
    if not isinstance(value, list):
        raise ValueError(f"`{name}` must be a list, got {type(value).__name__}")
    if not all(isinstance(each, item) for each in value):
        raise ValueError(f"All items in `{name}` must be of type {item.__name__}")
    return value


def _checked_dict(name: str, value: Any, item: Any) -> Any:
    if not isinstance(item, type) or not is_dataclass(item):
        return value  # of anything: what it may hold is for the class to say
    if not isinstance(value, dict):
        raise ValueError(f"`{name}` must be a dict")
    for each in value.values():
        if not isinstance(each, dict | item):
            raise ValueError(
                f"Items in `{name}` must be either an instance of `{item.__name__}` or a dict matching the schema. "
                f"Received `{type(each).__name__}`"
            )
    return {key: _made(name, each, item) for key, each in value.items()}
