"""The tree that a filter is parsed to."""

from __future__ import annotations

from typing import NamedTuple

Value = str | int | float | tuple[str, ...] | None
"""What a key is compared with: a text, a number, a list of texts (IN), or nothing (IS NULL)."""


class Comparison(NamedTuple):
    """A key of an entity compared with a value."""

    entity: str
    """attribute, metric, param, tag or dataset."""
    key: str
    op: str
    """=, !=, <, <=, >, >=, LIKE, ILIKE, IN, NOT IN, IS NULL or IS NOT NULL."""
    value: Value


class And(NamedTuple):
    """All parts hold."""

    parts: tuple[Node, ...]


class Or(NamedTuple):
    """At least one part holds."""

    parts: tuple[Node, ...]


class Not(NamedTuple):
    """The part does not hold: what lacks the key that the part asks for is among the matches."""

    part: Node


Node = Comparison | And | Or | Not
