"""Models with their requirements inside, as wheels: they can be installed where no package index is in reach."""

from __future__ import annotations

import os
import platform
import shlex
import shutil
import subprocess
import sys
import tempfile
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import yaml

import mlflow
from millrace.errors import MlflowException
from millrace.settings import MLFLOW_WHEELED_MODEL_PIP_DOWNLOAD_OPTIONS
from mlflow.environment.files import CONDA_FILE_NAME, REQUIREMENTS_FILE_NAME
from mlflow.environment.requirements import read_requirements
from mlflow.models.model import Model, ModelInfo, local_directory

_FOLDER = "wheels"
_ORIGINAL = "original_requirements.txt"


def add_libraries_to_model(
    model_uri: str, run_id: str | None = None, registered_model_name: str | None = None
) -> ModelInfo:
    """Log a copy of a registered model that has its requirements inside, as wheels, and register it as a new version.

    The wheels are for this Python and system; pip downloads them, as its configuration and
    MLFLOW_WHEELED_MODEL_PIP_DOWNLOAD_OPTIONS say.

    Args:
        model_uri: `models:/<name>/<version or stage>` or `models:/<name>@<alias>`.
        run_id: the run that the copy is logged to; the active one by default, or a new one.
        registered_model_name: the registered model that gets the version; the same one by default.

    Returns:
        What was logged.

    Raises:
        MlflowException: the URI names no registered model, it has wheels already, or pip failed.
    """
    name = model_uri.removeprefix("models:/").partition("/")[0].partition("@")[0]
    if not model_uri.startswith("models:/") or name == model_uri.removeprefix("models:/"):
        raise MlflowException.invalid_parameter_value(
            f"`model_uri` must name a registered model, `models:/<name>/<version>`, got {model_uri!r}."
        )
    with tempfile.TemporaryDirectory() as scratch:
        source = shutil.copytree(local_directory(model_uri), os.path.join(scratch, "model"))
        if os.path.exists(os.path.join(source, _FOLDER)):
            raise MlflowException("Model libraries are already added", error_code="BAD_REQUEST")
        _add_wheels(Path(source))
        with _run(run_id):
            info = Model.log(
                None,
                flavor=_Copy,
                name=name,
                registered_model_name=registered_model_name or name,
                source=source,
            )
    return info


def _run(run_id: str | None) -> AbstractContextManager[object]:
    """The run that is logged to: the one that is named, else the active one, which goes on, else a new one."""
    active = mlflow.active_run()
    if active is not None and run_id in (None, active.info.run_id):
        return nullcontext()
    return mlflow.start_run(run_id=run_id, nested=active is not None)


class _Copy:
    """A flavor whose models are there already."""

    @staticmethod
    def save_model(path: str, mlflow_model: Model, source: str) -> None:
        """Copy a model's folder; its file gets the ids of the new logged model."""
        shutil.copytree(source, path)
        content: dict[str, Any] = Model.load(path).to_dict()
        new = mlflow_model.to_dict()
        for key in ("run_id", "model_id", "model_uuid", "artifact_path", "utc_time_created"):
            content[key] = new.get(key)
        content["wheels"] = {"platform": platform.platform()}
        copied = Model.from_dict(content)
        vars(mlflow_model).update(vars(copied))
        mlflow_model.save(os.path.join(path, "MLmodel"))


def _add_wheels(model: Path) -> None:
    """Put a wheel of each requirement, and of all that they need, into a model's folder, and require those."""
    wanted = model / REQUIREMENTS_FILE_NAME
    if not wanted.exists():
        raise MlflowException(f"The model has no {REQUIREMENTS_FILE_NAME}, so its libraries are not known.")
    wheels = model / _FOLDER
    wheels.mkdir()
    options = shlex.split(MLFLOW_WHEELED_MODEL_PIP_DOWNLOAD_OPTIONS.get())
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", *options, "--wheel-dir", str(wheels), "-r", str(wanted)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        told = (done.stderr or done.stdout).strip()[-2000:]
        raise MlflowException(f"An error occurred while downloading the dependency wheels: {told}")
    (model / _ORIGINAL).write_text("\n".join(read_requirements(wanted)[0]))
    lines = sorted(f"{_FOLDER}/{each.name}" for each in wheels.iterdir())
    wanted.write_text("".join(f"{line}\n" for line in lines))
    conda = model / CONDA_FILE_NAME
    if not conda.exists():
        return
    environment = yaml.safe_load(conda.read_text())
    for each in environment["dependencies"]:
        if isinstance(each, dict) and "pip" in each:
            each["pip"] = lines
    conda.write_text(yaml.safe_dump(environment, default_flow_style=False))
