"""What all nouns share: frozen values that are entity, wire value and query result at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct, field


class Entity(Struct, frozen=True, omit_defaults=True):
    """A frozen value; iterates as (name, value) pairs, so that `dict(entity)` works."""

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        """Pairs of public property names and values, in alphabetical order, as MLflow's entities give them."""
        for name in sorted(_public_names(type(self))):
            yield name, getattr(self, name)

    @property
    def __dict__(self) -> dict[str, Any]:  # type: ignore[override]
        """The same, each name behind an underscore: scripts take MLflow's entities apart with `vars(run.info)`."""
        return {f"_{name}": value for name, value in self}


def _public_names(cls: type[Entity]) -> set[str]:
    """Names of the fields and properties of a class that users see; raw wire lists end in `_list`."""
    names = {name for name in cls.__struct_fields__ if not name.endswith("_list")}
    for base in cls.__mro__:
        names.update(name for name, value in vars(base).items() if isinstance(value, property))
    return {name for name in names if not name.startswith("_")}


class Pair(Entity, frozen=True, gc=False):
    """A key and a text value: the shape of params and of every kind of tag."""

    # gc=False: texts cannot refer back, and a page of runs has tens of thousands of these.

    key: str
    value: str = field(default_factory=str)  # not `""`, which would be left out on the wire


def as_dict(pairs: list[Any]) -> dict[str, str]:
    """The dict that users see for a list of key-value pairs."""
    return {pair.key: pair.value for pair in pairs}
