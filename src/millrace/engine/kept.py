"""What was computed from the data, kept while that stays right: a small cache with bounds."""

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
    state: object
    since_ms: int
    """When it was known to be right."""


class Kept:
    """Values by key, each computed from one state of the data; in another state it is computed again, or looked at.

    There is no lock that a fork could leave held: what two threads do at once is done twice at worst.
    """

    def __init__(self) -> None:
        self._entries: dict[Hashable, _Entry] = {}

    def get(
        self,
        state: object,
        key: Hashable,
        make: Callable[[], T],
        *,
        holds: Callable[[T, int], bool] | None = None,
        now_ms: int = 0,
    ) -> T:
        """What is kept for the key, or else what `make` gives; with a state of None nothing is kept.

        Args:
            state: which state the data is in.
            key: what the value is called.
            make: computes the value.
            holds: tells of a value, and the time when it was right, whether it is right in this state, too. How
                large a value is, is told by its `nbytes`, or else by how many items it has.
            now_ms: the time now.
        """
        if state is None:
            return make()
        entries = self._entries
        found = entries.pop(key, None)
        if found is not None and found.state != state:
            value = cast("T", found.value)
            still = holds is not None and holds(value, found.since_ms)
            found = found._replace(state=state, since_ms=now_ms) if still else None
        if found is None:
            made = make()
            found = _Entry(made, _nbytes(made), state, now_ms)
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
