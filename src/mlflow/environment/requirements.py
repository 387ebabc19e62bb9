"""Lists of pip requirements: reading them from files and lists, and putting MLflow's own line in."""

from __future__ import annotations

import os
from collections.abc import Iterable
from importlib import metadata

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from millrace.errors import MlflowException
from mlflow.environment.libraries import library
from mlflow.version import MLFLOW_COMPATIBLE_VERSION

MLFLOW_REQUIREMENT = f"mlflow=={MLFLOW_COMPATIBLE_VERSION}"
"""What a model's environment asks for, so that a server can load it."""
CONSTRAINTS_FILE_NAME = "constraints.txt"
_MLFLOW_NAMES = ("mlflow", "mlflow-skinny", "mlflow-tracing")

PipRequirements = str | os.PathLike[str] | Iterable[str] | None


def read_requirements(given: PipRequirements, argument: str = "pip_requirements") -> tuple[list[str], list[str]]:
    """The requirements and the constraints in a list, or in a file as pip reads it.

    Args:
        given: a path, or lines such as `numpy>=1`, `-r file` and `-c file`; None is no line.
        argument: the name of the argument that it came by, for the error.

    Returns:
        Requirements, and constraints, both without comments, `-r` and `-c` files read in.

    Raises:
        TypeError: it is neither a path nor an iterable of lines.
        OSError: a file cannot be read.
    """
    if given is None:
        return [], []
    requirements: list[str] = []
    constraints: list[str] = []
    if isinstance(given, str | os.PathLike):
        _read_file(os.fspath(given), requirements, constraints)
    else:
        lines: list[str] = list(given) if isinstance(given, Iterable) else []
        if not isinstance(given, Iterable) or not all(isinstance(line, str) for line in lines):
            raise TypeError(
                f"`{argument}` must be either a string path to a pip requirements file on the local filesystem or an "
                f"iterable of pip requirement strings, but got `{type(given)}`"
            )
        _read_lines(lines, os.getcwd(), requirements, constraints)
    return _unique(requirements), _unique(constraints)


def _read_file(path: str, requirements: list[str], constraints: list[str]) -> None:
    with open(path) as file:
        lines = file.read().replace("\\\n", " ").splitlines()
    _read_lines(lines, os.path.dirname(path), requirements, constraints)


def _read_lines(lines: list[str], directory: str, requirements: list[str], constraints: list[str]) -> None:
    for raw in lines:
        line = raw.split(" #", 1)[0].strip()
        if not line or line.startswith("#"):
            continue
        option, _, rest = line.replace("=", " ", 1).partition(" ") if line.startswith("--") else line.partition(" ")
        if option in ("-r", "--requirement"):
            _read_file(os.path.join(directory, rest.strip()), requirements, constraints)
        elif option in ("-c", "--constraint"):
            _read_file(os.path.join(directory, rest.strip()), constraints, constraints)
        else:
            requirements.append(line)


def _unique(lines: list[str]) -> list[str]:
    return list(dict.fromkeys(lines))


def parsed(line: str) -> Requirement | None:
    """A requirement line, or None where it is a path, a URL or an option."""
    try:
        return Requirement(line)
    except InvalidRequirement:
        return None


def with_mlflow(requirements: list[str]) -> list[str]:
    """Requirements with MLflow's line first, unless one of them asks for MLflow already."""
    for line in requirements:
        requirement = parsed(line)
        if requirement and canonicalize_name(requirement.name) in _MLFLOW_NAMES:
            return requirements
    return [MLFLOW_REQUIREMENT, *requirements]


def pinned(distribution: str) -> str:
    """`name==version` of an installed distribution; the name alone where it is not installed.

    A local version's suffix (`+cpu`) is dropped: no index has it.
    """
    try:
        return f"{distribution}=={metadata.version(distribution).split('+', 1)[0]}"
    except metadata.PackageNotFoundError:
        return distribution


def pinned_or_error(req_str: str, version: str | None = None, module: str | None = None) -> str:
    """`name==version` of an installed package, for flavors outside of this package.

    Args:
        req_str: the distribution, with extras if wanted, e.g. `dask[complete]`.
        version: the version, where the caller knows it.
        module: the name it is imported by, where that differs from the distribution's.

    Raises:
        ModuleNotFoundError: neither a distribution nor a module with a `__version__` has that name.
    """
    if version is None:
        name = req_str.partition("[")[0].strip()
        try:
            version = metadata.version(name).split("+", 1)[0]
        except metadata.PackageNotFoundError:
            version = str(library(module or name, package=name).__version__)
    return f"{req_str}=={version}"


def merged(base: list[str], extra: list[str]) -> list[str]:
    """Both lists; where both ask for one distribution, one line with the conditions of both.

    Raises:
        MlflowException: the version that one pins is not one that the other allows.
    """
    lines: dict[str, str] = {}
    for line in [*base, *extra]:
        requirement = parsed(line)
        key = canonicalize_name(requirement.name) if requirement else line
        lines[key] = _combined(lines[key], line) if key in lines else line
    return list(lines.values())


def _combined(one: str, other: str) -> str:
    left, right = parsed(one), parsed(other)
    if one == other or left is None or right is None:
        return other
    pins = [each.version for side in (left, right) for each in side.specifier if each.operator == "=="]
    specifier = left.specifier & right.specifier
    if any(not specifier.contains(pin, prereleases=True) for pin in pins):
        raise MlflowException.invalid_parameter_value(
            f"The specified requirements versions are incompatible. Detected conflicts: \n{one} and {other}"
        )
    right.specifier = specifier
    right.extras |= left.extras
    return str(right)


def mismatches(requirements: list[str]) -> list[str]:
    """A sentence for every requirement that this Python does not meet."""
    found = []
    for line in requirements:
        requirement = parsed(line)
        if requirement is None or canonicalize_name(requirement.name) in _MLFLOW_NAMES:
            continue
        try:
            installed = metadata.version(requirement.name)
        except metadata.PackageNotFoundError:
            found.append(f"{requirement.name} (current: uninstalled, required: {line})")
            continue
        if requirement.specifier and not requirement.specifier.contains(installed.split("+", 1)[0], prereleases=True):
            found.append(f"{requirement.name} (current: {installed}, required: {line})")
    return found
