"""What saving and loading is for a flavor whose library writes one file or folder: all but the writing itself."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable
from types import ModuleType
from typing import Any

from mlflow.environment.files import ENVIRONMENT_REFERENCE, check_environment_arguments, write_environment
from mlflow.environment.inference import infer_pip_requirements
from mlflow.models.model import MLMODEL_FILE_NAME, Model, local_directory
from mlflow.models.saving import (
    add_code_to_path,
    check_code_paths,
    copy_code,
    describe_inputs,
    flavor_configuration,
    make_directory,
    write_mlmodel,
)
from mlflow.pyfunc.saving import add_to_model

Predict = Callable[[Any, dict[str, Any] | None], Any]


def save_flavor(
    flavor: str,
    path: str,
    write: Callable[[str], object],
    *,
    entry: dict[str, Any],
    requirements: list[str],
    predict: Predict | None = None,
    pyfunc: dict[str, Any] | None = None,
    infer: bool = True,
    **given: Any,
) -> None:
    """Make a model's directory: the library's own files, and all that stands in it for every flavor.

    Args:
        flavor: its name, that of its module below `mlflow` too.
        path: the directory; must not exist, or be empty.
        write: writes the library's files; gets the directory.
        entry: what the `MLmodel` file says of the flavor; the folder of code is added.
        requirements: the environment where what the model imports is not, or cannot be, looked at.
        predict: predicts data with params, to find the signature from the example.
        pyfunc: what the `MLmodel` file says for pyfunc's loader; None for a model that pyfunc cannot load.
        infer: find out what the model imports by loading it.
        **given: the arguments of every `save_model`: conda_env, code_paths, mlflow_model, signature, input_example,
            pip_requirements, extra_pip_requirements, metadata.

    Raises:
        MlflowException: the directory is not empty.
        ValueError: more than one way of describing the environment was used.
    """
    conda, pip, extra = (given.get(key) for key in ("conda_env", "pip_requirements", "extra_pip_requirements"))
    check_environment_arguments(conda, pip, extra)
    check_code_paths(given.get("code_paths"))
    model = given.get("mlflow_model") or Model()
    model.metadata = given["metadata"] if given.get("metadata") is not None else model.metadata
    directory = make_directory(path)
    code = copy_code(given.get("code_paths"), directory)
    example, signature = given.get("input_example"), given.get("signature")
    write(directory)
    describe_inputs(model, directory, signature=signature, input_example=example, predict=predict)
    if pyfunc is not None:
        environment = {"conda_env": ENVIRONMENT_REFERENCE["conda"], "python_env": ENVIRONMENT_REFERENCE["virtualenv"]}
        add_to_model(model, f"mlflow.{flavor}", code=code, **environment, **pyfunc)
    model.add_flavor(flavor, **entry, code=code)
    write_mlmodel(model, directory)
    write_environment(
        directory,
        default=lambda: _with(requirements, infer_pip_requirements(directory, flavor, requirements))
        if infer and pyfunc is not None
        else requirements,
        conda=conda,
        pip_requirements=pip,
        extra_pip_requirements=extra,
    )


def _with(always: list[str], found: list[str]) -> list[str]:
    """What was found, and what is needed in any case: a distribution may go by more than one name."""
    return sorted({*always, *found})


def open_flavor(model_uri: str, dst_path: str | None, flavor: str) -> tuple[str, dict[str, Any]]:
    """The local directory of a model, and what its `MLmodel` file says of a flavor; its code is importable then.

    Raises:
        MlflowException: there is no such model, or it does not have the flavor.
        OSError: there is nothing at a local path.
    """
    directory = local_directory(model_uri, dst_path)
    entry = flavor_configuration(directory, flavor)
    add_code_to_path(directory, entry.get("code"))
    return directory, entry


def beside(data_path: str, flavor: str) -> tuple[str, dict[str, Any]]:
    """The same for what pyfunc gives a loader: the directory, or the file or folder in it that `data` names."""
    directory = data_path
    while not os.path.exists(os.path.join(directory, MLMODEL_FILE_NAME)):
        parent = os.path.dirname(os.path.abspath(directory))
        if parent == directory:
            break
        directory = parent
    return directory, flavor_configuration(directory, flavor)


def library(flavor: str, module: str, distribution: str | None = None) -> ModuleType:
    """Import the library of a flavor.

    Args:
        flavor: its name.
        module: what is imported.
        distribution: what is installed, where that has another name.

    Raises:
        ModuleNotFoundError: it is not installed; the message says what to install.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name != module.partition(".")[0]:
            raise
        name = distribution or module
        raise ModuleNotFoundError(
            f"mlflow.{flavor} needs {name}, which is not installed: run `pip install {name}`.", name=error.name
        ) from None
