"""Saving, logging and loading of PyTorch's modules, scripted ones included, and of state dicts."""

from __future__ import annotations

import importlib
import logging
import os
import tempfile
import zipfile
from types import ModuleType
from typing import Any

import mlflow
from millrace.errors import MlflowException
from millrace.settings import MLFLOW_DEFAULT_PREDICTION_DEVICE
from mlflow.environment.files import conda_env as make_conda_env
from mlflow.environment.requirements import pinned
from mlflow.models.flavor import Flavor
from mlflow.models.interface import ModelSignature
from mlflow.models.model import Model, ModelInfo, local_directory
from mlflow.pytorch import pickle_module as mlflow_pickle_module

FLAVOR_NAME = "pytorch"
DATA_DIRECTORY = "data"
MODEL_FILE_NAME = "model.pth"
PICKLE_MODULE_FILE_NAME = "pickle_module_info.txt"
STATE_DICT_FILE_NAME = "state_dict.pth"
EXTRA_FILES = "extra_files"
FLAVOR = Flavor(FLAVOR_NAME, module="torch", extra="torch")

_logger = logging.getLogger("mlflow.pytorch")


def get_default_pip_requirements() -> list[str]:
    """What the environment of a module needs beside MLflow: torch and cloudpickle, pinned."""
    return [pinned("torch"), pinned("cloudpickle")]


def get_default_conda_env() -> dict[str, Any]:
    """The conda environment of a module: this Python, MLflow and `get_default_pip_requirements`."""
    return make_conda_env(get_default_pip_requirements())


def save_model(
    pytorch_model: Any,
    path: str,
    conda_env: dict[str, Any] | str | None = None,
    mlflow_model: Model | None = None,
    code_paths: list[str] | None = None,
    pickle_module: ModuleType | None = None,
    signature: ModelSignature | None = None,
    input_example: Any = None,
    extra_files: list[str] | None = None,
    pip_requirements: list[str] | str | None = None,
    extra_pip_requirements: list[str] | str | None = None,
    metadata: dict[str, Any] | None = None,
    **kwargs: Any,
) -> None:
    """Save a module to a local directory, as a whole: its class is looked for when it is loaded, or is pickled too.

    Args:
        pytorch_model: a `torch.nn.Module`, or a scripted one (`torch.jit.script`).
        path: the directory; must not exist, or be empty.
        conda_env: a conda environment, as a dict or a path; in place of the inferred requirements.
        mlflow_model: the `MLmodel` file's content to add to.
        code_paths: files and folders of code that are copied into the model, and importable when it is loaded.
        pickle_module: what `torch.save` pickles with; by default cloudpickle, which takes the classes of the script
            itself along.
        signature: what the model takes and gives; found by predicting the example by default.
        input_example: an example of the input; see `mlflow.models.examples`.
        extra_files: paths or URIs of files that are copied into the model's folder `extra_files`.
        pip_requirements: requirements as lines or a path; in place of the inferred ones.
        extra_pip_requirements: requirements on top of the inferred ones.
        metadata: whatever the user wants to have in the `MLmodel` file.
        **kwargs: for `torch.save`.

    Raises:
        TypeError: it is not a module, or `extra_files` is not a list.
        MlflowException: the directory is not empty, or a file cannot be copied.
        ValueError: more than one way of describing the environment was used.
    """
    torch = FLAVOR.library()
    if not isinstance(pytorch_model, torch.nn.Module):
        raise TypeError("Argument 'pytorch_model' should be a torch.nn.Module")
    if extra_files is not None and not isinstance(extra_files, list):
        raise TypeError("Extra files argument should be a list")
    pickle_module = pickle_module or mlflow_pickle_module
    with FLAVOR.saving(locals(), get_default_pip_requirements()) as saving:
        data = saving.path(DATA_DIRECTORY)
        os.makedirs(data)
        _write(pytorch_model, os.path.join(data, MODEL_FILE_NAME), pickle_module, kwargs)
        # Beside the model, too: whoever has only the data folder finds it there.
        with open(os.path.join(data, PICKLE_MODULE_FILE_NAME), "w") as file:
            file.write(pickle_module.__name__)
        files = _copy_extra_files(extra_files, saving.path(EXTRA_FILES)) if extra_files else {}
        saving.pyfunc(
            "mlflow.pytorch",
            # What was written is tried, not the module itself, whose mode and device are the user's.
            predict=lambda rows, params: _load_pyfunc(data).predict(rows, params),
            data=DATA_DIRECTORY,
            model_config={"device": None},
            pickle_module_name=pickle_module.__name__,
        )
        saving.flavor(model_data=DATA_DIRECTORY, pytorch_version=str(torch.__version__), **files)


def _write(pytorch_model: Any, path: str, pickle_module: ModuleType, kwargs: dict[str, Any]) -> None:
    import torch

    if isinstance(pytorch_model, torch.jit.ScriptModule):
        torch.jit.save(pytorch_model, path)
    else:
        torch.save(pytorch_model, path, pickle_module=pickle_module, **kwargs)


def _copy_extra_files(files: list[str], directory: str) -> dict[str, list[dict[str, str]]]:
    os.makedirs(directory)
    for each in files:
        mlflow.artifacts.download_artifacts(artifact_uri=os.fspath(each), dst_path=directory)
    return {EXTRA_FILES: [{"path": f"{EXTRA_FILES}/{os.path.basename(os.fspath(each))}"} for each in files]}


def log_model(
    pytorch_model: Any,
    artifact_path: str | None = None,
    conda_env: dict[str, Any] | str | None = None,
    code_paths: list[str] | None = None,
    pickle_module: ModuleType | None = None,
    registered_model_name: str | None = None,
    signature: ModelSignature | None = None,
    input_example: Any = None,
    await_registration_for: int | None = 300,
    extra_files: list[str] | None = None,
    pip_requirements: list[str] | str | None = None,
    extra_pip_requirements: list[str] | str | None = None,
    metadata: dict[str, Any] | None = None,
    name: str | None = None,
    params: dict[str, Any] | None = None,
    tags: dict[str, Any] | None = None,
    model_type: str | None = None,
    step: int = 0,
    model_id: str | None = None,
    **kwargs: Any,
) -> ModelInfo:
    """Log a module: as a logged model, and as an output of the active run if there is one.

    Arguments as for `save_model` and `mlflow.models.Model.log`; `artifact_path` is the older word for `name`.

    Returns:
        What was logged; `model_info.model_uri` loads it.

    Raises:
        MlflowException: the arguments do not go together, or the store refused.
    """
    given = locals()
    return Model.log(flavor=mlflow.pytorch, **given.pop("kwargs"), **given)


def load_model(model_uri: str, dst_path: str | None = None, **kwargs: Any) -> Any:
    """Load a module as PyTorch's own object, in evaluation mode.

    Args:
        model_uri: a local path or any URI of a model. Loading runs code that is in the model: load only what you
            trust.
        dst_path: an existing directory to download to; a temporary one by default.
        **kwargs: `device` moves the module there; the rest is for `torch.load`, e.g. `map_location`.

    Raises:
        MlflowException: there is no such model, or it is of another flavor.
        OSError: there is nothing at a local path.
    """
    directory, flavor = FLAVOR.open(model_uri, dst_path)
    return _read(os.path.join(directory, flavor["model_data"]), **kwargs)


def _read(path: str, device: str | None = None, **kwargs: Any) -> Any:
    """The module in a data folder, or in a file (of models that were saved long ago)."""
    torch = FLAVOR.library()
    if os.path.isdir(path):
        with open(os.path.join(path, PICKLE_MODULE_FILE_NAME)) as file:
            name = file.read().strip()
        path = os.path.join(path, MODEL_FILE_NAME)
    else:
        name = mlflow_pickle_module.__name__
    if "pickle_module" not in kwargs:
        kwargs["pickle_module"] = _import_pickle_module(name)
    elif kwargs["pickle_module"].__name__ != name:
        _logger.warning(
            "Attempting to load the PyTorch model with a pickle module, '%s', that does not match the pickle module "
            "that was used to save the model: '%s'.",
            kwargs["pickle_module"].__name__,
            name,
        )
    if _is_scripted(path):
        model = torch.jit.load(path, map_location=kwargs.get("map_location"))
    else:
        model = torch.load(path, **{"weights_only": False, **kwargs})
    return (model if device is None else model.to(device)).eval()


def _is_scripted(path: str) -> bool:
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        return any(name.endswith("/constants.pkl") for name in archive.namelist())


def _import_pickle_module(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise MlflowException(
            f"Failed to import the pickle module that was used to save the PyTorch model: {name!r}. Install it, or "
            "pass `pickle_module` to `load_model`.",
            error_code="RESOURCE_DOES_NOT_EXIST",
        ) from error


class _PyTorchWrapper:
    """A module behind the interface that every flavor gives pyfunc."""

    def __init__(self, pytorch_model: Any, device: str) -> None:
        self.pytorch_model = pytorch_model
        self.device = device

    def get_raw_model(self) -> Any:
        """The module."""
        return self.pytorch_model

    def predict(self, data: Any, params: dict[str, Any] | None = None) -> Any:
        """Predict rows.

        Args:
            data: a DataFrame, whose values become 32-bit floats, or an array, whose type stays.
            params: for the module's `forward`, by name.

        Returns:
            A DataFrame with the rows' index for a DataFrame, an array for an array.

        Raises:
            TypeError: the input or the module's output is of another kind.
            ValueError: a device is named here.
        """
        import numpy as np
        import pandas as pd
        import torch

        if params and "device" in params:
            raise ValueError(
                "device' can no longer be specified as an inference parameter. It must be specified at load time. "
                "Please specify the device at load time, for example: `mlflow.pyfunc.load_model(model_uri, "
                "model_config={'device': 'cuda'})`."
            )
        if isinstance(data, pd.DataFrame):
            values = data.to_numpy(dtype=np.float32)
        elif isinstance(data, np.ndarray):
            values = data
        elif isinstance(data, list | dict):
            raise TypeError(
                "The PyTorch flavor does not support List or Dict input types. Please use a pandas.DataFrame or a "
                "numpy.ndarray"
            )
        else:
            raise TypeError("Input data should be pandas.DataFrame or numpy.ndarray")
        with torch.no_grad():
            # A copy: torch warns of arrays that cannot be written to, such as those of pandas.
            output = self.pytorch_model(torch.from_numpy(values.copy()).to(self.device), **(params or {}))
        if not isinstance(output, torch.Tensor):
            raise TypeError(
                f"Expected PyTorch model to output a single output tensor, but got output of type '{type(output)}'"
            )
        found = output.cpu().numpy()
        if isinstance(data, pd.DataFrame):
            result = pd.DataFrame(found)
            result.index = data.index
            return result
        return found


def _load_pyfunc(path: str, model_config: dict[str, Any] | None = None) -> _PyTorchWrapper:
    """Load a module for pyfunc, which finds this function by the module's name."""
    torch = FLAVOR.library()
    device = (model_config or {}).get("device") or MLFLOW_DEFAULT_PREDICTION_DEVICE.get()
    if device is None:
        device = "cuda" if torch.cuda.is_available() else "cpu"
    # Read where it can be read, then moved: a model that was saved on a GPU loads without one.
    model = _read(path, map_location="cpu")
    return _PyTorchWrapper(model.to(device), device)


# -- state dicts ------------------------------------------------------------------------------------------------
def save_state_dict(state_dict: dict[str, Any], path: str, **kwargs: Any) -> None:
    """Save a state dict (of a module, an optimizer …) to a directory, as `state_dict.pth`.

    Args:
        state_dict: the state dict.
        path: the directory; made where it is not there.
        **kwargs: for `torch.save`.

    Raises:
        TypeError: it is not a dict.
    """
    torch = FLAVOR.library()
    if not isinstance(state_dict, dict):
        raise TypeError(f"Invalid object type for `state_dict`: {type(state_dict)}. Must be an instance of `dict`")
    os.makedirs(path, exist_ok=True)
    torch.save(state_dict, os.path.join(path, STATE_DICT_FILE_NAME), **kwargs)


def log_state_dict(state_dict: dict[str, Any], artifact_path: str, **kwargs: Any) -> None:
    """Log a state dict as an artifact of the active run, as `state_dict.pth` in a folder.

    Args:
        state_dict: the state dict.
        artifact_path: the folder within the run's artifacts.
        **kwargs: for `torch.save`.

    Raises:
        TypeError: it is not a dict.
    """
    with tempfile.TemporaryDirectory() as scratch:
        save_state_dict(state_dict, scratch, **kwargs)
        mlflow.log_artifacts(scratch, artifact_path)


def load_state_dict(state_dict_uri: str, **kwargs: Any) -> dict[str, Any]:
    """Load a state dict.

    Args:
        state_dict_uri: the path or the URI of the directory that it was saved or logged to.
        **kwargs: for `torch.load`.

    Raises:
        OSError: there is nothing at a local path.
    """
    torch = FLAVOR.library()
    directory = local_directory(state_dict_uri)
    found: dict[str, Any] = torch.load(os.path.join(directory, STATE_DICT_FILE_NAME), **kwargs)
    return found
