"""Names of a package that are imported when they are first used, for its module-level `__getattr__`."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping
from typing import Any


def lazy_name(package: str, homes: Mapping[str, str], name: str) -> Any:
    """The value of a lazy name of a package, which has it as a plain attribute from then on.

    Args:
        package: the package's `__name__`.
        homes: its lazy names, and the module that each is taken from.
        name: the name that was asked for.

    Raises:
        AttributeError: the package has no such name.
    """
    if name not in homes:
        raise AttributeError(f"module {package!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(homes[name]), name)
    setattr(sys.modules[package], name, value)
    return value
