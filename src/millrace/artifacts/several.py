"""Doing something with many items at once, where each waits for a network."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def several(act: Callable[[T], R], items: Sequence[T], *, at_once: int, name: str) -> Iterator[R]:
    """The answers for each item, in order; one failure ends it, after what is under way.

    One after the other where the process is about to end, which starts no threads any more.

    Args:
        act: what to do with an item, from any thread.
        items: the items.
        at_once: how many at most at once.
        name: what the threads are called.
    """
    pool = ThreadPoolExecutor(max(1, min(at_once, len(items))), name)
    try:
        try:
            pool.submit(int)
        except RuntimeError:
            answers: Iterator[R] = map(act, items)
        else:
            answers = pool.map(act, items)
        yield from answers
    finally:
        pool.shutdown(cancel_futures=True)
