"""Finding out which packages a model really imports, by loading it in a process of its own."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import tempfile
from typing import NamedTuple

from millrace.errors import MlflowException
from millrace.settings import (
    MLFLOW_REQUIREMENTS_INFERENCE_RAISE_ERRORS,
    MLFLOW_REQUIREMENTS_INFERENCE_TIMEOUT,
)

_logger = logging.getLogger(__name__)


class Found(NamedTuple):
    """What a model was found to import."""

    requirements: list[str]
    all_of_it: bool
    """Whether it could be loaded, and its input example, if it has one, predicted."""


def infer_pip_requirements(
    model_uri: str,
    flavor: str,
    fallback: list[str] | None = None,
    timeout: int | None = None,
    extra_env_vars: dict[str, str] | None = None,
) -> list[str]:
    """The packages that a model imports when it is loaded and, with an input example, when it predicts.

    Args:
        model_uri: the local directory of the model.
        flavor: the name of its flavor, for messages.
        fallback: what to answer when it cannot be found out; then the reason is logged, not raised.
        timeout: seconds that it may take; MLFLOW_REQUIREMENTS_INFERENCE_TIMEOUT by default.
        extra_env_vars: environment variables for the process.

    Returns:
        Lines `name==version` in alphabetical order, without packages that others of them bring along; cloudpickle,
        numpy, pandas, scikit-learn and scipy are always named, because pickles depend on their versions.

    Raises:
        MlflowException: it failed, and there is no fallback.
    """
    return look_at(model_uri, flavor, fallback, timeout, extra_env_vars).requirements


def look_at(
    model_uri: str,
    flavor: str,
    fallback: list[str] | None = None,
    timeout: int | None = None,
    extra_env_vars: dict[str, str] | None = None,
) -> Found:
    """As `infer_pip_requirements`, and whether the answer holds for other models that import the same."""
    seconds = timeout or MLFLOW_REQUIREMENTS_INFERENCE_TIMEOUT.get()
    try:
        answer = _captured(os.fspath(model_uri), seconds, extra_env_vars or {})
        return Found(answer.packages, answer.predicted)
    except MlflowException as error:
        if fallback is None or MLFLOW_REQUIREMENTS_INFERENCE_RAISE_ERRORS.get():
            raise
        _logger.warning(
            "Encountered an unexpected error while inferring pip requirements "
            f"(model URI: {model_uri}, flavor: {flavor}). Fall back to return {fallback}. "
            f"Set logging level to DEBUG to see the full traceback. Reason: {error.message}"
        )
        _logger.debug("", exc_info=True)
        return Found(list(fallback), False)


def infer_code_files(directory: str) -> list[str]:
    """The Python files below the working directory that a model imports when it is loaded, relative to it.

    Raises:
        MlflowException: the model cannot be loaded.
    """
    return _captured(directory, MLFLOW_REQUIREMENTS_INFERENCE_TIMEOUT.get(), {}).files


class _Captured(NamedTuple):
    packages: list[str]
    files: list[str]
    predicted: bool


def _captured(directory: str, seconds: int, extra: dict[str, str]) -> _Captured:
    """Run the capturing module on a model's directory."""
    paths = [path or os.getcwd() for path in sys.path]
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), **extra}
    with tempfile.TemporaryDirectory() as scratch:
        answer = os.path.join(scratch, "packages.json")
        command = [sys.executable, "-m", "mlflow.environment.capture", directory, answer]
        try:
            done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=seconds, check=False)
        except subprocess.TimeoutExpired:
            raise MlflowException(f"Loading the model took longer than {seconds} seconds.") from None
        if done.returncode or not os.path.exists(answer):
            lines = done.stderr.strip().splitlines() or ["no output"]
            raise MlflowException(f"Loading the model in a process of its own failed: {lines[-1]}")
        with open(answer) as file:
            return _Captured(**json.load(file))
