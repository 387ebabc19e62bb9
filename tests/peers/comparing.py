"""Tell answers apart path by path, so that a test names what differs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def differences(expected: Any, found: Any, path: str) -> dict[str, str]:
    """What differs, by the path to it: both values in one text."""
    return dict(_walk(expected, found, path))


def _walk(expected: Any, found: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(expected, dict) and isinstance(found, dict):
        for key in sorted(expected.keys() | found.keys()):
            if key in expected and key in found:
                yield from _walk(expected[key], found[key], f"{path}/{key}")
            else:
                there = f"expected {expected[key]!r}" if key in expected else f"found {found[key]!r}"
                yield f"{path}/{key}", f"only {there}"
    elif isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        for index, (one, other) in enumerate(zip(expected, found, strict=True)):
            yield from _walk(one, other, f"{path}/{index}")
    elif expected != found or type(expected) is not type(found):
        yield path, f"expected {expected!r}, found {found!r}"
