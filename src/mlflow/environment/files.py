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


def conda_env(requirements: list[str]) -> dict[str, Any]:
    """A conda environment with this Python and some pip requirements, MLflow's line added where it is missing."""
    return {
        "name": "mlflow-env",
        "channels": ["conda-forge"],
        "dependencies": [f"python={PYTHON_VERSION}", _pip_dependency(), {"pip": with_mlflow(requirements)}],
    }


def extended_conda_env(
    path: str | None = None,
    additional_conda_deps: list[str] | None = None,
    additional_pip_deps: list[str] | None = None,
    additional_conda_channels: list[str] | None = None,
    install_mlflow: bool = True,
) -> dict[str, Any] | None:
    """A conda environment with this Python and what a flavor needs, for flavors outside of this package.

    Args:
        path: a file to write the environment to, as YAML; then nothing is returned.
        additional_conda_deps: conda dependencies, e.g. `["graphviz"]`.
        additional_pip_deps: pip requirements.
        additional_conda_channels: channels beside `conda-forge`.
        install_mlflow: add MLflow's line to the pip requirements, unless one of them asks for MLflow already.
    """
    lines = list(additional_pip_deps or ())
    lines = with_mlflow(lines) if install_mlflow else lines
    environment = {
        "name": "mlflow-env",
        "channels": ["conda-forge", *(additional_conda_channels or ())],
        "dependencies": [
            f"python={PYTHON_VERSION}",
            *(additional_conda_deps or ()),
            _pip_dependency(),
            *([{"pip": lines}] if lines else []),
        ],
    }
    if path is None:
        return environment
    with open(path, "w") as file:
        yaml.safe_dump(environment, file, default_flow_style=False)
    return None


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
        environment, requirements, constraints = environment_of_conda(conda)
    else:
        found = default() if pip_requirements is None else None
        environment, requirements, constraints = environment_of_pip(found, pip_requirements, extra_pip_requirements)
    if constraints:
        write_text(os.path.join(directory, CONSTRAINTS_FILE_NAME), "\n".join(constraints))
    write_text(os.path.join(directory, REQUIREMENTS_FILE_NAME), "\n".join(requirements))
    with open(os.path.join(directory, CONDA_FILE_NAME), "w") as file:
        yaml.safe_dump(environment, file, default_flow_style=False)
    PythonEnv.current().to_yaml(os.path.join(directory, PYTHON_ENV_FILE_NAME))


class PythonEnv:
    """What `python_env.yaml` holds: a Python version, what builds packages there, and what is installed.

    Args:
        python: the version, e.g. `"3.11.7"`; this Python's by default.
        build_dependencies: requirement lines that are installed first.
        dependencies: requirement lines.
    """

    def __init__(
        self,
        python: str | None = None,
        build_dependencies: list[str] | None = None,
        dependencies: list[str] | None = None,
    ) -> None:
        self.python = python or PYTHON_VERSION
        self.build_dependencies = build_dependencies or []
        self.dependencies = dependencies or []

    @classmethod
    def current(cls) -> PythonEnv:
        """This Python, with the requirements that are in the file beside it."""
        build = [pinned(name) for name in ("pip", "setuptools", "wheel")]
        return cls(PYTHON_VERSION, build, [f"-r {REQUIREMENTS_FILE_NAME}"])

    @classmethod
    def from_dict(cls, dct: dict[str, Any]) -> PythonEnv:
        """An environment from its form in the file."""
        return cls(**dct)

    @classmethod
    def from_yaml(cls, path: str) -> PythonEnv:
        """Read a file."""
        with open(path) as file:
            return cls.from_dict(yaml.safe_load(file))

    def to_dict(self) -> dict[str, Any]:
        """The form in the file."""
        return dict(vars(self))

    def to_yaml(self, path: str) -> None:
        """Write a file."""
        with open(path, "w") as file:
            yaml.safe_dump(self.to_dict(), file, default_flow_style=False, sort_keys=False)


def environment_of_pip(
    default_pip_requirements: list[str] | None,
    pip_requirements: PipRequirements = None,
    extra_pip_requirements: PipRequirements = None,
) -> tuple[dict[str, Any], list[str], list[str]]:
    """The environment of a model from pip requirements; versions that differ from those here are a warning.

    Args:
        default_pip_requirements: what is used, with `extra_pip_requirements`, where `pip_requirements` is None.
        pip_requirements: all requirements, as lines or a path.
        extra_pip_requirements: requirements on top of the default ones.

    Returns:
        The conda environment; the lines of `requirements.txt`, MLflow's among them; the lines of `constraints.txt`.

    Raises:
        TypeError: requirements are neither a path nor lines.
        MlflowException: versions exclude each other.
    """
    if pip_requirements is not None:
        requirements, constraints = read_requirements(pip_requirements)
    else:
        extra, constraints = read_requirements(extra_pip_requirements, "extra_pip_requirements")
        requirements = merged(list(default_pip_requirements or ()), extra)
    requirements = with_mlflow(requirements)
    _warn_of_mismatches(requirements)
    requirements += [f"-c {CONSTRAINTS_FILE_NAME}"] if constraints else []
    return conda_env(requirements), requirements, constraints


def environment_of_conda(conda_env: dict[str, Any] | str) -> tuple[dict[str, Any], list[str], list[str]]:
    """The environment of a model from a conda environment (a dict, or the path of its file).

    Returns:
        As `environment_of_pip`.

    Raises:
        TypeError: it is neither a path nor a dict.
    """
    environment, requirements, constraints = _from_conda(conda_env)
    _warn_of_mismatches(requirements)
    return environment, requirements + ([f"-c {CONSTRAINTS_FILE_NAME}"] if constraints else []), constraints


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


def write_text(filename: str, data: str) -> None:
    """Write a text file in UTF-8."""
    with open(filename, "w", encoding="utf-8") as file:
        file.write(data)


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
        write_text(path, "\n".join(requirements))
        return path
    raise MlflowException(
        f"The model has no {names[file_format]!r} file, so its dependencies are not known.",
        error_code="RESOURCE_DOES_NOT_EXIST",
    )
