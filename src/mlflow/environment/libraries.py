"""Optional libraries: imported when they are used, and missed in one sentence."""

from __future__ import annotations

import importlib
from importlib import metadata
from types import ModuleType


def library(module: str, *, package: str | None = None, extra: str | None = None) -> ModuleType:
    """Import an optional library.

    Args:
        module: what is imported, e.g. `"sklearn"`.
        package: what is installed, where it has another name, e.g. `"scikit-learn"`.
        extra: the extra of this package that brings it, e.g. `"sklearn"`.

    Raises:
        ModuleNotFoundError: it is not installed; one sentence says what to install.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{module}.".startswith(f"{error.name}."):
            raise  # it is there, and misses something itself
        package = package or module.partition(".")[0]
        choice = f"`pip install {package}`" + (f", or `pip install 'millrace[{extra}]'`" if extra else "")
        raise ModuleNotFoundError(
            f"This needs {package}, which is not installed: {choice}.", name=error.name, path=error.path
        ) from None


def version_of(package: str, module: str) -> str:
    """The version of an installed package; of the module itself where the package goes by another name."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return str(getattr(library(module, package=package), "__version__", ""))
