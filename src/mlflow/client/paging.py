"""Lists that remember where the next page starts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

T = TypeVar("T")


class PagedList(list[T]):
    """A list with the token of the page after it.

    Args:
        items: what is on this page.
        token: pass it as `page_token` to get the next page; None on the last page.
    """

    def __init__(self, items: Iterable[T], token: str | None) -> None:
        super().__init__(items)
        self.token = token

    def to_list(self) -> list[T]:
        """The items as a plain list."""
        return list(self)


def all_pages(search: Callable[[int, str | None], PagedList[T]], page_size: int, at_most: int | None) -> list[T]:
    """Everything that a search finds, page by page.

    Args:
        search: called with the size of a page and the token of the page; answers with a page.
        page_size: how many to ask for at once.
        at_most: stop after so many; None for all.
    """
    found: list[T] = []
    token: str | None = None
    while at_most is None or len(found) < at_most:
        size = page_size if at_most is None else min(page_size, at_most - len(found))
        page = search(size, token)
        found.extend(page)
        token = page.token
        if not token:
            break
    return found
