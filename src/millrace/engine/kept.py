"""What was computed from the data, kept while the data stays as it is: a small cache with bounds."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Hashable
from typing import Any, TypeVar, cast

T = TypeVar("T")

MAX_ENTRIES = 64
MAX_BYTES = 64 << 20
_SMALL = 1000
"""What something weighs that does not say it."""


class Kept:
    """Values by key, all computed from one state of the data; another state drops them all.

    There is no lock that a fork could leave held: what two threads do at once is done twice at worst.
    """

    def __init__(self) -> None:
        self._now: tuple[object, dict[Hashable, object]] = (None, {})

    def get(self, state: object, key: Hashable, make: Callable[[], T]) -> T:
        """What is kept for the key, or else what `make` gives; with a state of None nothing is kept.

        A value that is no array says in `nbytes` how large it is.
        """
        if state is None:
            return make()
        known, values = self._now
        if known != state:
            values = {}
            self._now = (state, values)
        if key in values:
            found = values.pop(key, None)
            if found is not None:
                values[key] = found  # the least recently used one comes first
                return cast("T", found)
        made = make()
        values[key] = made
        _trim(values)
        return made


def _trim(values: dict[Hashable, Any]) -> None:
    items = list(values.items())
    total = sum(_weight(value) for _, value in items)
    for count, (key, value) in enumerate(items):
        if total <= MAX_BYTES and len(items) - count <= MAX_ENTRIES:
            return
        values.pop(key, None)
        total -= _weight(value)


def _weight(value: Any) -> int:
    if isinstance(value, array):
        return len(value) * value.itemsize
    return int(getattr(value, "nbytes", _SMALL))
