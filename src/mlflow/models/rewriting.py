"""Changing a model that was logged already: its signature and its requirements."""

from __future__ import annotations

import os
import tempfile
from typing import Literal

import yaml

import mlflow
from millrace.errors import MlflowException
from mlflow.environment.files import CONDA_FILE_NAME, REQUIREMENTS_FILE_NAME
from mlflow.environment.requirements import merged, parsed
from mlflow.models.interface import ModelSignature
from mlflow.models.model import MLMODEL_FILE_NAME, Model


def set_signature(model_uri: str, signature: ModelSignature) -> None:
    """Give a logged or saved model a signature, or another one.

    Args:
        model_uri: `models:/<model id>`, `runs:/<run id>/<path>`, or a local directory. Versions of registered models
            never change; register the model again.
        signature: what it takes and gives.

    Raises:
        MlflowException: the URI names a registered version, or no model.
    """
    if not isinstance(signature, ModelSignature):
        raise TypeError(f"`signature` must be a ModelSignature, got '{type(signature).__name__}'")
    _refuse_versions(model_uri, "set signature on")
    model = Model.load(model_uri)
    model.signature = signature
    with tempfile.TemporaryDirectory() as scratch:
        path = os.path.join(scratch, MLMODEL_FILE_NAME)
        model.save(path)
        _put(model_uri, path)


def update_model_requirements(model_uri: str, operation: Literal["add", "remove"], requirement_list: list[str]) -> None:
    """Add requirements to the environment of a logged or saved model, or remove some.

    Args:
        model_uri: as for `set_signature`.
        operation: `add` (a requirement replaces one of the same package) or `remove` (by package name).
        requirement_list: lines as for pip.

    Raises:
        MlflowException: the operation is neither, or the URI names a registered version, or no model.
    """
    if operation not in ("add", "remove"):
        raise MlflowException.invalid_parameter_value(f"Operation must be 'add' or 'remove', got {operation!r}.")
    _refuse_versions(model_uri, "update requirements of")
    with tempfile.TemporaryDirectory() as scratch:
        conda = mlflow.artifacts.download_artifacts(artifact_uri=_join(model_uri, CONDA_FILE_NAME), dst_path=scratch)
        pip = mlflow.artifacts.download_artifacts(
            artifact_uri=_join(model_uri, REQUIREMENTS_FILE_NAME), dst_path=scratch
        )
        with open(conda) as file:
            environment = yaml.safe_load(file)
        with open(pip) as file:
            lines = _changed(file.read().splitlines(), operation, requirement_list)
        for each in environment["dependencies"]:
            if isinstance(each, dict) and "pip" in each:
                each["pip"] = lines
        for name, text in (
            (CONDA_FILE_NAME, yaml.safe_dump(environment, default_flow_style=False)),
            (REQUIREMENTS_FILE_NAME, "\n".join(lines)),
        ):
            path = os.path.join(scratch, name)
            with open(path, "w") as file:
                file.write(text)
            _put(model_uri, path)


def _changed(lines: list[str], operation: str, given: list[str]) -> list[str]:
    names = {requirement.name.lower() if (requirement := parsed(line)) else line for line in given}
    kept = [line for line in lines if ((found := parsed(line)) is None or found.name.lower() not in names)]
    kept = [line for line in kept if line not in names]
    return merged(kept, given) if operation == "add" else kept


def _refuse_versions(model_uri: str, what: str) -> None:
    rest = str(model_uri).removeprefix("models:/")
    if rest != str(model_uri) and ("/" in rest.strip("/") or "@" in rest):
        raise MlflowException.invalid_parameter_value(
            f"Failed to {what} {model_uri!r}. Model URIs with the `models:/<name>/<version>` scheme are not supported."
        )


def _join(model_uri: str, name: str) -> str:
    return os.path.join(model_uri, name) if os.path.isdir(model_uri) else f"{model_uri.rstrip('/')}/{name}"


def _put(model_uri: str, path: str) -> None:
    """Put a file into a model's directory, wherever that is."""
    client = mlflow.MlflowClient()
    if model_uri.startswith("models:/"):
        model_id = model_uri.removeprefix("models:/").strip("/")
        client.log_model_artifact(model_id, path)
    elif model_uri.startswith("runs:/"):
        run_id, _, name = model_uri.removeprefix("runs:/").strip("/").partition("/")
        model = Model.load(model_uri)
        if model.model_id:
            client.log_model_artifact(model.model_id, path)
        else:
            client.log_artifact(run_id, path, name)
    else:
        with open(path, "rb") as source, open(os.path.join(model_uri, os.path.basename(path)), "wb") as target:
            target.write(source.read())
