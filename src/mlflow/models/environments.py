"""Environments that are made for a model from its requirements, and running the `mlflow models` commands in them."""

from __future__ import annotations

import hashlib
import logging
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

import yaml

from millrace.errors import MlflowException
from millrace.settings import MLFLOW_ENV_ROOT
from mlflow.environment.files import PYTHON_ENV_FILE_NAME, REQUIREMENTS_FILE_NAME
from mlflow.environment.requirements import merged, read_requirements

MANAGERS = ("local", "virtualenv", "uv", "conda")

_logger = logging.getLogger("mlflow.utils.virtualenv")


def check_env_manager(name: str) -> None:
    """Check the name of an environment manager.

    Raises:
        MlflowException: it is unknown, or not offered here.
    """
    if name not in MANAGERS:
        raise MlflowException.invalid_parameter_value(
            f"Invalid value for `env_manager`: {name}. Must be one of {', '.join(MANAGERS)}."
        )
    if name == "conda":
        raise MlflowException(
            "`env_manager` conda is not offered: use virtualenv or uv, or install the model's conda.yaml into an "
            "environment yourself and use local there.",
            error_code="NOT_IMPLEMENTED",
        )


def environment_of(directory: str, *, env_manager: str, overrides: Iterable[str] = ()) -> str:
    """The Python of an environment with a model's requirements: kept from the last time, or made now.

    Environments lie in MLFLOW_ENV_ROOT, one for each set of requirements.

    Args:
        directory: the model's local directory.
        env_manager: `virtualenv` (this Python's own `venv` and pip) or `uv`.
        overrides: requirements on top of the model's, or in the place of one of the same package.

    Raises:
        MlflowException: the requirements cannot be installed.
    """
    path = os.path.join(directory, REQUIREMENTS_FILE_NAME)
    wanted = read_requirements(path)[0] if os.path.exists(path) else []
    extra = list(overrides)
    names = {each.split("=")[0].split("<")[0].split(">")[0].strip() for each in extra}
    kept = [each for each in wanted if each.split("=")[0].split("<")[0].split(">")[0].strip() not in names]
    lines = merged(kept, extra)
    version = _python_version(directory) if env_manager == "uv" else platform.python_version()
    key = hashlib.sha1("\n".join([env_manager, version, *lines]).encode()).hexdigest()
    home = Path(MLFLOW_ENV_ROOT.get() or "~/.mlflow/envs").expanduser() / f"mlflow-{key}"
    python = home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if (home / ".ready").exists():
        return str(python)
    _logger.info("Making the environment %s", home)
    shutil.rmtree(home, ignore_errors=True)
    with tempfile.NamedTemporaryFile("w", suffix=".txt", delete=False) as file:
        file.write("\n".join(lines))
    try:
        for command in _commands(env_manager, str(home), str(python), version, file.name if lines else None):
            _run(command)
    finally:
        os.unlink(file.name)
    (home / ".ready").touch()
    return str(python)


def _python_version(directory: str) -> str:
    path = os.path.join(directory, PYTHON_ENV_FILE_NAME)
    if not os.path.exists(path):
        return platform.python_version()
    with open(path) as file:
        return str(yaml.safe_load(file).get("python") or platform.python_version())


def _commands(env_manager: str, home: str, python: str, version: str, requirements: str | None) -> list[list[str]]:
    if env_manager == "uv":
        uv = shutil.which("uv")
        if uv is None:
            raise MlflowException("There is no `uv` on PATH: install it (`pip install uv`), or use virtualenv.")
        made = [[uv, "venv", "--quiet", "--python", version, home]]
        install = [uv, "pip", "install", "--quiet", "--python", python, "-r"]
    else:
        made = [[sys.executable, "-m", "venv", home]]
        install = [python, "-m", "pip", "install", "--quiet", "-r"]
    return [*made, [*install, requirements]] if requirements else made


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        told = (done.stderr or done.stdout).strip()[-2000:]
        raise MlflowException(f"The model's environment could not be made: `{' '.join(command)}` failed.\n{told}")


def models_command(python: str, directory: str, arguments: Iterable[str]) -> list[str]:
    """The command that runs `mlflow models …` with an environment's Python on a model's directory."""
    first, *rest = arguments
    return [python, "-m", "mlflow", "models", first, "-m", directory, "--env-manager", "local", *rest]


def run_in_environment(
    directory: str,
    arguments: Iterable[str],
    *,
    env_manager: str,
    text: str,
    overrides: Iterable[str] = (),
    variables: Mapping[str, str] | None = None,
) -> str:
    """Run an `mlflow models` command in a model's environment; answers what it wrote to standard output.

    Args:
        directory: the model's local directory.
        arguments: the command and its options, but for the model and the environment manager.
        env_manager: see `environment_of`.
        text: its standard input.
        overrides: see `environment_of`.
        variables: environment variables for it.

    Raises:
        MlflowException: the environment cannot be made, or the command failed.
    """
    python = environment_of(directory, env_manager=env_manager, overrides=overrides)
    command = models_command(python, directory, arguments)
    environ = {**os.environ, **(variables or {})}
    done = subprocess.run(command, input=text, env=environ, capture_output=True, text=True, check=False)
    if done.returncode:
        raise MlflowException(f"The model failed in its environment:\n{done.stderr.strip()[-3000:]}")
    return done.stdout
