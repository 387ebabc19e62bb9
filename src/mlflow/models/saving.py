"""What every flavor does when it saves a model: the directory, code files, input example, signature."""

from __future__ import annotations

import logging
import os
import shutil
import sys
from collections.abc import Callable
from typing import Any

from millrace.errors import MlflowException
from mlflow.models.enforcement import enforce_input, enforce_params
from mlflow.models.examples import InputExample
from mlflow.models.interface import ModelSignature
from mlflow.models.model import MLMODEL_FILE_NAME, Model
from mlflow.tracing.state import trace_disabled
from mlflow.types.inference import find_schema, infer_param_schema, warn_of_integers

CODE_DIRECTORY = "code"

# The logger's name is the one under which MLflow's users filter these messages.
_logger = logging.getLogger("mlflow.models.signature")


def make_directory(path: str) -> str:
    """Make a directory for a model; answers its path.

    Raises:
        MlflowException: something is there already.
    """
    path = os.fspath(path)
    if os.path.isfile(path) or (os.path.isdir(path) and os.listdir(path)):
        raise MlflowException(f"Path '{path}' already exists and is not empty", error_code="RESOURCE_ALREADY_EXISTS")
    os.makedirs(path, exist_ok=True)
    return path


def check_code_paths(code_paths: list[str] | None) -> None:
    """Check that code paths are a list.

    Raises:
        TypeError: they are not.
    """
    if code_paths is not None and not isinstance(code_paths, list):
        raise TypeError(f"Argument code_paths should be a list, not {type(code_paths)}")


def copy_code(code_paths: list[str] | None, path: str, default_subpath: str = CODE_DIRECTORY) -> str | None:
    """Copy files and folders of code into a folder beside a model; answers the folder's name, or None without any.

    Raises:
        TypeError: it is not a list.
        MlflowException: one of them cannot be copied, e.g. because it is not there.
    """
    check_code_paths(code_paths)
    if not code_paths:
        return None
    target = os.path.join(path, default_subpath)
    os.makedirs(target, exist_ok=True)
    for each in code_paths:
        try:
            copy_into(each, target)
        except OSError as error:
            raise MlflowException.invalid_parameter_value(
                f"Failed to copy the specified code path '{each}' into the model artifacts. It appears that your code "
                "path includes file(s) that cannot be copied. Please specify a code path that does not include such "
                "files and try again."
            ) from error
    return default_subpath


def copy_into(source: str, directory: str) -> str:
    """Copy a file or folder into a directory, without compiled Python; answers the copy's name."""
    name = os.path.basename(os.path.abspath(source))
    target = os.path.join(directory, name)
    if os.path.isdir(source):
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"), dirs_exist_ok=True)
    else:
        shutil.copy(source, target)
    return name


def add_code_to_path(directory: str, code: str | None) -> None:
    """Let Python import the code that was saved beside a model."""
    if not code:
        return
    path = os.path.abspath(os.path.join(directory, code))
    if os.path.isdir(path) and path not in sys.path:
        sys.path.insert(0, path)


def add_configured_code(local_path: str, conf: dict[str, Any], code_key: str = "code") -> None:
    """Let Python import the code that a flavor's entry in the `MLmodel` file names, if it names any."""
    add_code_to_path(local_path, conf.get(code_key))


def flavor_configuration(model_path: str, flavor_name: str) -> dict[str, Any]:
    """What the `MLmodel` file in a local directory says of a flavor.

    Raises:
        MlflowException: there is no such file, or the model does not have the flavor (RESOURCE_DOES_NOT_EXIST).
    """
    path = os.path.join(model_path, MLMODEL_FILE_NAME)
    if not os.path.exists(path):
        raise MlflowException(
            f'Could not find an "{MLMODEL_FILE_NAME}" configuration file at "{model_path}"',
            error_code="RESOURCE_DOES_NOT_EXIST",
        )
    found: dict[str, Any] | None = Model.load(path).flavors.get(flavor_name)
    if found is None:
        raise MlflowException(f'Model does not have the "{flavor_name}" flavor', error_code="RESOURCE_DOES_NOT_EXIST")
    return found


def save_example(mlflow_model: Model, input_example: Any, path: str) -> InputExample | None:
    """Write an input example beside a model and note it in the model; answers what was written, None for no example.

    Raises:
        MlflowException: the example is of a kind that cannot be written.
    """
    if input_example is None:
        return None
    example = InputExample(input_example)
    example.save(path)
    mlflow_model.saved_input_example_info = example.info
    return example


def describe_inputs(
    model: Model,
    directory: str,
    *,
    signature: ModelSignature | None,
    input_example: Any,
    predict: Callable[[Any, dict[str, Any] | None], Any] | None,
) -> InputExample | None:
    """Write the input example beside a model, and note it and the signature in the model.

    Args:
        model: the model.
        directory: its directory.
        signature: what the caller says that it takes and gives.
        input_example: an example, or None.
        predict: predicts data with params; used to find the signature where the caller gave only an example. None
            for a model that cannot predict here.

    Returns:
        The example that was written.
    """
    example = save_example(model, input_example, directory)
    if signature is None and example is not None and predict is not None:
        signature = signature_from_example(example, predict)
    if signature is not None:
        model.signature = signature
    return example


@trace_disabled
def signature_from_example(
    example: InputExample, predict: Callable[[Any, dict[str, Any] | None], Any]
) -> ModelSignature | None:
    """The signature of a model that predicts an example; None, with a warning, where it cannot."""
    import numpy as np
    import pandas as pd

    try:
        inputs = find_schema(example.data)
        params = infer_param_schema(example.params) if example.params else None
        data = enforce_input(example.data, inputs)
        output = predict(data, enforce_params(example.params, params) if params else None)
        if isinstance(data, pd.DataFrame) and isinstance(output, np.ndarray) and output.ndim == 1:
            output = pd.Series(output)  # one answer a row: a column, not a tensor
        signature = ModelSignature(inputs, find_schema(output) if output is not None else None, params)
    except Exception as error:
        _logger.warning(
            f"Failed to infer the model signature from the input example. Reason: {error!r}. To see the full "
            'traceback, set the logging level to DEBUG via `logging.getLogger("mlflow").setLevel(logging.DEBUG)`.',
            exc_info=_logger.isEnabledFor(logging.DEBUG),
        )
        return None
    warn_of_integers(inputs)
    return signature


def write_mlmodel(model: Model, directory: str) -> None:
    """Note the size of the files that are there, and write the `MLmodel` file."""
    size = sum(os.path.getsize(os.path.join(root, name)) for root, _, names in os.walk(directory) for name in names)
    model.model_size_bytes = size or None
    model.save(os.path.join(directory, MLMODEL_FILE_NAME))
