"""What was computed from the data, kept while the data stays as it is: a small cache with bounds."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Hashable, Sized
from typing import NamedTuple, TypeVar, cast

T = TypeVar("T")

MAX_ENTRIES = 64
MAX_BYTES = 64 << 20
_ITEM = 100
"""About how many bytes an item of a list or dict takes."""


class _Entry(NamedTuple):
    value: object
    nbytes: int


class Kept:
    """Values by key, all computed from one state of the data; another state drops them all.

    There is no lock that a fork could leave held: what two threads do at once is done twice at worst.
    """

    def __init__(self) -> None:
        self._now: tuple[object, dict[Hashable, _Entry]] = (None, {})

    def get(self, state: object, key: Hashable, make: Callable[[], T]) -> T:
        """What is kept for the key, or else what `make` gives; with a state of None nothing is kept.

        How large a value is, is told by its `nbytes`, or else by how many items it has.
        """
        if state is None:
            return make()
        known, entries = self._now
        if known != state:
            entries = {}
            self._now = (state, entries)
        found = entries.pop(key, None)
        if found is None:
            made = make()
            found = _Entry(made, _nbytes(made))
        entries[key] = found  # the least recently used one comes first
        _trim(entries)
        return cast("T", found.value)


def _trim(entries: dict[Hashable, _Entry]) -> None:
    listed = list(entries.items())
    total = sum(entry.nbytes for _, entry in listed)
    for count, (key, entry) in enumerate(listed):
        if total <= MAX_BYTES and len(listed) - count <= MAX_ENTRIES:
            return
        entries.pop(key, None)
        total -= entry.nbytes


def _nbytes(value: object) -> int:
    if isinstance(value, array):
        return len(value) * value.itemsize
    told = getattr(value, "nbytes", None)
    if isinstance(told, int):
        return told
    return _ITEM * (1 + len(value)) if isinstance(value, Sized) else _ITEM
