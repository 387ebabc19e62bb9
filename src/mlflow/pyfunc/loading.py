"""Loading of models of any flavor behind one `predict`."""

from __future__ import annotations

import importlib
import inspect
import logging
import os
import platform
import sys
from pathlib import Path
from typing import Any

import yaml

from millrace.errors import MlflowException
from mlflow.environment.files import REQUIREMENTS_FILE_NAME, pip_requirements_of
from mlflow.environment.requirements import mismatches, read_requirements
from mlflow.models.model import MLMODEL_FILE_NAME, Model, local_directory
from mlflow.models.saving import add_code_to_path
from mlflow.pyfunc.loaded import FLAVOR_NAME, PyFuncModel

_logger = logging.getLogger("mlflow.pyfunc")


def load_model(
    model_uri: str,
    suppress_warnings: bool = False,
    dst_path: str | None = None,
    model_config: str | Path | dict[str, Any] | None = None,
) -> PyFuncModel:
    """Load a model of any flavor.

    Args:
        model_uri: a local path, `models:/<model id>`, `models:/<name>/<version or stage>`, `models:/<name>@<alias>`,
            `runs:/<run id>/<path>`, or the URI of a directory on a server or in an object store.
        suppress_warnings: do not warn of packages that differ from those that the model was saved with.
        dst_path: an existing directory to download to; a temporary one by default.
        model_config: settings, or the path of a YAML file with them, in place of those that it was saved with; only
            keys that it was saved with count.

    Returns:
        The model.

    Raises:
        MlflowException: there is no such model, or it has no `python_function` flavor.
        OSError: there is nothing at a local path.
    """
    directory = local_directory(model_uri, dst_path)
    meta = Model.load(os.path.join(directory, MLMODEL_FILE_NAME))
    flavor = meta.flavors.get(FLAVOR_NAME)
    if flavor is None:
        raise MlflowException(f'Model does not have the "{FLAVOR_NAME}" flavor', error_code="RESOURCE_DOES_NOT_EXIST")
    if not suppress_warnings:
        _warn_of_versions(flavor, directory)
    config = _merged_config(flavor.get("config"), model_config)
    if config:
        flavor["config"] = config
    add_code_to_path(directory, flavor.get("code"))
    data_path = os.path.join(directory, flavor["data"]) if flavor.get("data") else directory
    implementation = _load(flavor["loader_module"], data_path, config)
    streams = "predict_stream" if flavor.get("streamable") else None
    loaded = PyFuncModel(meta, implementation, predict_stream_fn=streams)
    loaded._directory = directory
    return loaded


def load_pyfunc(model_uri: str, suppress_warnings: bool = False) -> PyFuncModel:
    """The older name of `load_model`."""
    return load_model(model_uri, suppress_warnings)


def _load(loader_module: str, path: str, config: dict[str, Any] | None) -> Any:
    try:
        loader = importlib.import_module(loader_module)._load_pyfunc
    except ModuleNotFoundError as error:
        raise MlflowException(
            f"The model is loaded by the module {loader_module!r}, which cannot be imported here: {error}. Install the "
            "model's requirements (`mlflow.pyfunc.get_model_dependencies`), or the code that it was saved without.",
            error_code="RESOURCE_DOES_NOT_EXIST",
        ) from error
    takes_config = "model_config" in inspect.signature(loader).parameters
    return loader(path, model_config=config) if takes_config else loader(path)


def _merged_config(saved: dict[str, Any] | None, given: Any) -> dict[str, Any] | None:
    """Saved settings with those given in their place; unknown ones are dropped with a warning."""
    if isinstance(given, str | Path):
        with open(given) as file:
            given = yaml.safe_load(file)
    if not given:
        return saved
    if not saved:
        _logger.warning(
            f"Argument(s) {', '.join(given)} were ignored since the model's ``pyfunc`` flavor doesn't accept model "
            "configuration. Use ``model_config`` when logging the model to allow it."
        )
        return None
    unknown = [key for key in given if key not in saved]
    if unknown:
        _logger.warning(
            f"Argument(s) {', '.join(unknown)} were ignored since they are not valid keys in the corresponding section "
            "of the ``pyfunc`` flavor. Use ``model_config`` when logging the model to include the keys you plan to "
            f"indicate. Current allowed configuration includes {', '.join(saved)}"
        )
    return {**saved, **{key: value for key, value in given.items() if key in saved}}


def _warn_of_versions(flavor: dict[str, Any], directory: str) -> None:
    """Warn where this Python, or its packages, differ from those that the model was saved with."""
    saved = str(flavor.get("python_version", ""))
    if saved.split(".")[:2] != list(platform.python_version_tuple()[:2]) and saved:
        _logger.warning(
            f"The version of Python that the model was saved in, `Python {saved}`, differs from the version of Python "
            f"that is currently running, `Python {platform.python_version()}`, and may be incompatible"
        )
    path = os.path.join(directory, REQUIREMENTS_FILE_NAME)
    if not os.path.exists(path):
        return
    found = mismatches(read_requirements(path)[0])
    if found:
        listed = "\n".join(f" - {each}" for each in found)
        _logger.warning(
            "Detected one or more mismatches between the model's dependencies and the current Python environment:\n"
            f"{listed}\nTo fix the mismatches, call `mlflow.pyfunc.get_model_dependencies(model_uri)` to fetch the "
            "model's environment and install dependencies using the resulting environment file."
        )


def get_model_dependencies(model_uri: str, format: str = "pip") -> str:
    """The local path of the file that lists what a model needs.

    Args:
        model_uri: as for `load_model`.
        format: `pip` for `requirements.txt`, `conda` for `conda.yaml`.

    Raises:
        MlflowException: the format is neither, or the model has no such file.
    """
    path = pip_requirements_of(local_directory(model_uri), format)
    if format == "pip":
        prefix = "%" if "IPython" in sys.modules else ""
        _logger.info(
            "To install the dependencies that were used to train the model, run the following command: "
            f"'{prefix}pip install -r {path}'."
        )
    return path
