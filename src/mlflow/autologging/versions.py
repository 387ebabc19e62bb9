"""Which versions of a library autologging was made for."""

from __future__ import annotations

import re


def _numbers(version: str) -> tuple[int, ...]:
    found = re.match(r"\d+(\.\d+)*", version)
    return tuple(int(part) for part in found.group().split(".")) if found else ()


def is_supported(version: str, minimum: str, below: str) -> bool:
    """Whether a version is at least `minimum` and before `below`; suffixes such as `.dev0` are not looked at."""
    return _numbers(minimum) <= _numbers(version) < _numbers(below)
