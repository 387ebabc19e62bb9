"""The three files that describe a model's environment: `conda.yaml`, `python_env.yaml`, `requirements.txt`."""

from __future__ import annotations

import logging
import os
import platform
from collections.abc import Callable
from importlib import metadata
from typing import Any

import yaml

from millrace.errors import MlflowException
from mlflow.environment.requirements import (
    CONSTRAINTS_FILE_NAME,
    PipRequirements,
    merged,
    mismatches,
    pinned,
    read_requirements,
    with_mlflow,
)

CONDA_FILE_NAME = "conda.yaml"
PYTHON_ENV_FILE_NAME = "python_env.yaml"
REQUIREMENTS_FILE_NAME = "requirements.txt"
PYTHON_VERSION = platform.python_version()
ENVIRONMENT_REFERENCE = {"conda": CONDA_FILE_NAME, "virtualenv": PYTHON_ENV_FILE_NAME}
"""What a flavor says of its environment in the `MLmodel` file."""

CondaEnv = dict[str, Any] | str | None

_logger = logging.getLogger(__name__)


def conda_env(requirements: list[str], *, constrained: bool = False) -> dict[str, Any]:
    """A conda environment with this Python and some pip requirements, MLflow's line added where it is missing."""
    lines = with_mlflow(requirements) + ([f"-c {CONSTRAINTS_FILE_NAME}"] if constrained else [])
    return {
        "name": "mlflow-env",
        "channels": ["conda-forge"],
        "dependencies": [f"python={PYTHON_VERSION}", _pip_dependency(), {"pip": lines}],
    }


def _pip_dependency() -> str:
    try:
        return f"pip<={metadata.version('pip')}"
    except metadata.PackageNotFoundError:
        return "pip"


def check_environment_arguments(
    conda: CondaEnv, pip_requirements: PipRequirements, extra_pip_requirements: PipRequirements
) -> None:
    """Check that at most one way of describing an environment was used.

    Raises:
        ValueError: more than one of the three was given.
    """
    if sum(each is not None for each in (conda, pip_requirements, extra_pip_requirements)) > 1:
        raise ValueError("Only one of `conda_env`, `pip_requirements`, and `extra_pip_requirements` can be specified")


def write_environment(
    directory: str,
    *,
    default: Callable[[], list[str]],
    conda: CondaEnv = None,
    pip_requirements: PipRequirements = None,
    extra_pip_requirements: PipRequirements = None,
) -> None:
    """Write the files that describe a model's environment.

    Args:
        directory: the model's directory.
        default: finds the requirements where the caller gave none; called only then.
        conda: a conda environment, as a dict or a path to its file; then `default` is not asked.
        pip_requirements: the requirements, as lines or a path; then `default` is not asked.
        extra_pip_requirements: requirements on top of the default ones.

    Raises:
        ValueError: more than one of the last three was given.
        MlflowException: the environment is malformed, or versions exclude each other.
    """
    check_environment_arguments(conda, pip_requirements, extra_pip_requirements)
    if conda is not None:
        environment, requirements, constraints = _from_conda(conda)
    else:
        if pip_requirements is not None:
            requirements, constraints = read_requirements(pip_requirements)
        else:
            extra, constraints = read_requirements(extra_pip_requirements, "extra_pip_requirements")
            requirements = merged(default(), extra)
        requirements = with_mlflow(requirements)
        environment = conda_env(requirements, constrained=bool(constraints))
    _warn_of_mismatches(requirements)
    if constraints:
        _write_lines(os.path.join(directory, CONSTRAINTS_FILE_NAME), constraints)
        requirements = [*requirements, f"-c {CONSTRAINTS_FILE_NAME}"]
    _write_lines(os.path.join(directory, REQUIREMENTS_FILE_NAME), requirements)
    with open(os.path.join(directory, CONDA_FILE_NAME), "w") as file:
        yaml.safe_dump(environment, file, default_flow_style=False)
    with open(os.path.join(directory, PYTHON_ENV_FILE_NAME), "w") as file:
        yaml.safe_dump(_python_env(), file, default_flow_style=False, sort_keys=False)


def _python_env() -> dict[str, Any]:
    return {
        "python": PYTHON_VERSION,
        "build_dependencies": [pinned(name) for name in ("pip", "setuptools", "wheel")],
        "dependencies": [f"-r {REQUIREMENTS_FILE_NAME}"],
    }


def _from_conda(given: dict[str, Any] | str) -> tuple[dict[str, Any], list[str], list[str]]:
    """A conda environment with MLflow's line, its pip requirements, and their constraints."""
    if isinstance(given, str | os.PathLike):
        with open(given) as file:
            given = yaml.safe_load(file)
    if not isinstance(given, dict):
        raise TypeError(f"Expected `conda_env` to be a dict or string, but got `{type(given)}`")
    dependencies = list(given.get("dependencies") or [])
    position = next((i for i, each in enumerate(dependencies) if isinstance(each, dict) and "pip" in each), None)
    if position is None:
        dependencies.append({"pip": []})
        position = len(dependencies) - 1
    requirements, constraints = read_requirements(dependencies[position]["pip"], "conda_env")
    requirements = with_mlflow(requirements)
    lines = [*requirements, *([f"-c {CONSTRAINTS_FILE_NAME}"] if constraints else [])]
    dependencies[position] = {"pip": lines}
    return {**given, "dependencies": dependencies}, requirements, constraints


def _write_lines(path: str, lines: list[str]) -> None:
    with open(path, "w") as file:
        file.write("\n".join(lines))


def _warn_of_mismatches(requirements: list[str]) -> None:
    found = mismatches(requirements)
    if found:
        listed = "\n".join(f" - {each}" for each in found)
        _logger.warning(
            "Detected one or more mismatches between the model's dependencies and the current Python environment:\n"
            f"{listed}\nTo fix the mismatches, call `mlflow.pyfunc.get_model_dependencies(model_uri)` to fetch the "
            "model's environment and install dependencies using the resulting environment file."
        )


def pip_requirements_of(directory: str, file_format: str) -> str:
    """The path of the file in a model's directory that lists what to install, in pip's or conda's format.

    Raises:
        MlflowException: the format is neither `pip` nor `conda`, or the model has no such file.
    """
    names = {"pip": REQUIREMENTS_FILE_NAME, "conda": CONDA_FILE_NAME}
    if file_format not in names:
        raise MlflowException.invalid_parameter_value(
            f"Illegal format argument '{file_format}'. Supported formats are 'pip' and 'conda'."
        )
    path = os.path.join(directory, names[file_format])
    if os.path.exists(path):
        return path
    conda = os.path.join(directory, CONDA_FILE_NAME)
    if file_format == "pip" and os.path.exists(conda):
        with open(conda) as file:
            requirements = _from_conda(yaml.safe_load(file))[1]
        _write_lines(path, requirements)
        return path
    raise MlflowException(
        f"The model has no {names[file_format]!r} file, so its dependencies are not known.",
        error_code="RESOURCE_DOES_NOT_EXIST",
    )
