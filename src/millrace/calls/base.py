"""What a call is: a Struct with its route, its permission and its type of answer."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Any, ClassVar, Final, Generic, NamedTuple, TypeVar, get_args

from msgspec import Meta, Struct

R = TypeVar("R")
C = TypeVar("C", bound="type[Call[Any]]")

Required = Annotated[str, Meta(min_length=1)]
"""A text that must be given and not be empty."""


class Answer(Struct, frozen=True, omit_defaults=True):
    """What a call is answered with; absent and empty fields are left out on the wire."""

    has_nulls: ClassVar[bool] = False
    """Whether a null in it means that something is missing: then all of its numbers are numbers that JSON has."""


class Empty(Answer, frozen=True):
    """The answer of calls that only do something."""


class Binary(Answer, frozen=True):
    """An answer that travels as bytes, not as JSON."""

    data: bytes = b""


class Call(Struct, Generic[R], frozen=True, omit_defaults=True):
    """An operation as a value: its fields are the parameters, `R` is what a store answers it with."""


class Needs(NamedTuple):
    """The permission that a call needs: a level on a kind of thing."""

    level: str
    resource: str


class Read:
    """Permissions to look at things."""

    experiment: Final = Needs("read", "experiment")
    run: Final = Needs("read", "run")
    logged_model: Final = Needs("read", "logged_model")
    registered_model: Final = Needs("read", "registered_model")
    trace: Final = Needs("read", "trace")


class Edit:
    """Permissions to change things."""

    experiment: Final = Needs("edit", "experiment")
    run: Final = Needs("edit", "run")
    logged_model: Final = Needs("edit", "logged_model")
    registered_model: Final = Needs("edit", "registered_model")
    trace: Final = Needs("edit", "trace")


class Create:
    """Permissions to make things at the top: whoever may log in may have them."""

    experiment: Final = Needs("create", "experiment")
    registered_model: Final = Needs("create", "registered_model")


class Manage:
    """Permissions to delete, restore and rename things."""

    experiment: Final = Needs("manage", "experiment")
    run: Final = Needs("manage", "run")
    logged_model: Final = Needs("manage", "logged_model")
    registered_model: Final = Needs("manage", "registered_model")
    trace: Final = Needs("manage", "trace")


class Endpoint(NamedTuple):
    """Where a call travels.

    Fields in `path_fields` fill the path template; of a GET or DELETE without body the rest is the query string,
    else the JSON body.
    """

    call: type[Call[Any]]
    answer: type[Any]
    methods: tuple[str, ...]
    path: str
    version: str
    needs: Needs
    path_fields: tuple[str, ...]

    @property
    def name(self) -> str:
        """The name of the call."""
        return self.call.__name__

    @property
    def writes(self) -> bool:
        """Whether answering it may change something."""
        return self.needs.level != "read"

    @property
    def summary(self) -> str:
        """The first sentence of its docstring."""
        return (self.call.__doc__ or "").strip().split("\n")[0]


ENDPOINTS: dict[type[Call[Any]], Endpoint] = {}
"""Every call, with where it travels."""


def endpoint(methods: str, path: str, *, needs: Needs, version: str = "2.0") -> Callable[[C], C]:
    """Declare a call: the methods (`"GET"` or `"GET POST"`, the first is the one that clients send), the path below
    `/api/<version>/` with `{field}` for fields that travel in it, and the permission that it needs."""

    def declare(call: C) -> C:
        answer = next(
            get_args(base)[0] for base in vars(call)["__orig_bases__"] if getattr(base, "__origin__", None) is Call
        )
        fields = tuple(re.findall(r"{(\w+)}", path))
        ENDPOINTS[call] = Endpoint(call, answer, tuple(methods.split()), path, version, needs, fields)
        return call

    return declare
