"""Searches and listings read to their end, page by page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from msgspec.structs import replace

from millrace.calls import Call
from millrace.store.port import Store

R = TypeVar("R")


def pages(store: Store, call: Call[R]) -> Iterator[R]:
    """The answers to a call that has a `page_token`: this page, and all that follow it."""
    while True:
        page = store.call(call)
        yield page
        token = getattr(page, "next_page_token", None)
        if not token:
            return
        call = replace(call, page_token=token)
