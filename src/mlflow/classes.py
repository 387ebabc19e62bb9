"""Classes by their full names, as flavors write them into the `MLmodel` file."""

from __future__ import annotations

import importlib
from typing import Any


def full_class_name(obj: object) -> str:
    """The full name of the class of an object, e.g. `sklearn.linear_model._logistic.LogisticRegression`."""
    return f"{type(obj).__module__}.{type(obj).__name__}"


def class_named(fully_qualified_class_name: str) -> Any:
    """The class of a full name; its module is imported, which runs code: use it on names that you trust.

    Raises:
        ValueError: the name has no module.
        ModuleNotFoundError, AttributeError: there is no such class.
    """
    module, dot, name = fully_qualified_class_name.rpartition(".")
    if not dot:
        raise ValueError(f"{fully_qualified_class_name!r} is not the full name of a class, such as `package.Class`.")
    return getattr(importlib.import_module(module), name)
