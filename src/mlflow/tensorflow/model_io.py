"""Saving, logging and loading of TensorFlow's modules, and of Keras models that compute with it."""

from __future__ import annotations

import importlib
import logging
import os
from typing import Any

import mlflow
from millrace.errors import MlflowException
from mlflow.environment.files import conda_env as make_conda_env
from mlflow.environment.requirements import pinned
from mlflow.models.flavor import Flavor
from mlflow.models.interface import ModelSignature
from mlflow.models.model import Model, ModelInfo

FLAVOR_NAME = "tensorflow"
FLAVOR = Flavor(FLAVOR_NAME, module="tensorflow")
DATA_DIRECTORY = "data"
MODULE_DIRECTORY = "tf2model"
CUSTOM_OBJECTS_FILE_NAME = "custom_objects.cloudpickle"
OF_KERAS = "keras"
OF_MODULES = "tf2-module"

_logger = logging.getLogger("mlflow.tensorflow")


def get_default_pip_requirements(include_cloudpickle: bool = False) -> list[str]:
    """What the environment of a model needs beside MLflow: TensorFlow, pinned; cloudpickle where asked."""
    name = "tensorflow-cpu" if "==" not in pinned("tensorflow") and "==" in pinned("tensorflow-cpu") else "tensorflow"
    # The same package: one that is installed under the other name has its version.
    found = [f"tensorflow=={pinned(name).rpartition('==')[2]}"]
    return [*found, pinned("cloudpickle")] if include_cloudpickle else found


def get_default_conda_env() -> dict[str, Any]:
    """The conda environment of a model: this Python, MLflow and `get_default_pip_requirements`."""
    return make_conda_env(get_default_pip_requirements())


def save_model(
    model: Any,
    path: str,
    conda_env: dict[str, Any] | str | None = None,
    code_paths: list[str] | None = None,
    mlflow_model: Model | None = None,
    custom_objects: dict[str, Any] | None = None,
    signature: ModelSignature | None = None,
    input_example: Any = None,
    pip_requirements: list[str] | str | None = None,
    extra_pip_requirements: list[str] | str | None = None,
    saved_model_kwargs: dict[str, Any] | None = None,
    keras_model_kwargs: dict[str, Any] | None = None,
    metadata: dict[str, Any] | None = None,
) -> None:
    """Save a Keras model or a `tf.Module` to a local directory.

    Args:
        model: a `keras.Model`, or a `tf.Module`.
        path: the directory; must not exist, or be empty.
        conda_env: a conda environment, as a dict or a path; in place of the inferred requirements.
        code_paths: files and folders of code that are copied into the model, and importable when it is loaded.
        mlflow_model: the `MLmodel` file's content to add to.
        custom_objects: name to class or function, for what Keras does not know by itself; pickled beside the model.
        signature: what the model takes and gives; found by predicting the example by default.
        input_example: an example of the input; see `mlflow.models.examples`.
        pip_requirements: requirements as lines or a path; in place of the inferred ones.
        extra_pip_requirements: requirements on top of the inferred ones.
        saved_model_kwargs: for `tf.saved_model.save`, of a module.
        keras_model_kwargs: for `keras.Model.save`; `save_format="h5"` writes the older format.
        metadata: whatever the user wants to have in the `MLmodel` file.

    Raises:
        MlflowException: it is neither, or the directory is not empty.
        ValueError: more than one way of describing the environment was used.
    """
    tensorflow = FLAVOR.library()
    is_keras = isinstance(model, importlib.import_module("keras").Model)
    if not is_keras and not isinstance(model, tensorflow.Module):
        raise MlflowException(f"Unknown model type: {type(model)}")
    with FLAVOR.saving(locals(), get_default_pip_requirements(include_cloudpickle=is_keras)) as saving:
        if is_keras:
            save_format = _write_keras(model, saving.path(DATA_DIRECTORY), custom_objects, keras_model_kwargs or {})
            saving.flavor(
                data=DATA_DIRECTORY,
                model_type=OF_KERAS,
                keras_version=tensorflow.__version__,
                save_format=save_format,
            )
            predict = _KerasModelWrapper(model, signature).predict
            saving.pyfunc("mlflow.tensorflow", predict=predict, data=DATA_DIRECTORY)
        else:
            tensorflow.saved_model.save(model, saving.path(MODULE_DIRECTORY), **(saved_model_kwargs or {}))
            saving.flavor(saved_model_dir=MODULE_DIRECTORY, model_type=OF_MODULES)
            saving.pyfunc("mlflow.tensorflow", predict=_TF2ModuleWrapper(model).predict)


def _write_keras(model: Any, directory: str, custom_objects: dict[str, Any] | None, keywords: dict[str, Any]) -> str:
    """Write a Keras model into a folder; answers the format, `tf` for Keras' own one."""
    os.makedirs(directory)
    save_format = keywords.get("save_format", "tf")
    model.save(os.path.join(directory, "model.h5" if save_format == "h5" else "model.keras"), **keywords)
    for name, text in (("keras_module.txt", "tensorflow.keras"), ("save_format.txt", save_format)):
        with open(os.path.join(directory, name), "w") as file:
            file.write(text)
    if custom_objects:
        import cloudpickle

        with open(os.path.join(directory, CUSTOM_OBJECTS_FILE_NAME), "wb") as pickled:
            cloudpickle.dump(custom_objects, pickled)
    return save_format


def log_model(
    model: Any,
    artifact_path: str | None = None,
    custom_objects: dict[str, Any] | None = None,
    conda_env: dict[str, Any] | str | None = None,
    code_paths: list[str] | None = None,
    signature: ModelSignature | None = None,
    input_example: Any = None,
    registered_model_name: str | None = None,
    await_registration_for: int | None = 300,
    pip_requirements: list[str] | str | None = None,
    extra_pip_requirements: list[str] | str | None = None,
    saved_model_kwargs: dict[str, Any] | None = None,
    keras_model_kwargs: dict[str, Any] | None = None,
    metadata: dict[str, Any] | None = None,
    name: str | None = None,
    params: dict[str, Any] | None = None,
    tags: dict[str, Any] | None = None,
    model_type: str | None = None,
    step: int = 0,
    model_id: str | None = None,
) -> ModelInfo:
    """Log a model: as a logged model, and as an output of the active run if there is one.

    Arguments as for `save_model` and `mlflow.models.Model.log`; `artifact_path` is the older word for `name`.

    Returns:
        What was logged; `model_info.model_uri` loads it.

    Raises:
        MlflowException: the arguments do not go together, or the store refused.
    """
    return Model.log(flavor=mlflow.tensorflow, **locals())


def load_model(
    model_uri: str,
    dst_path: str | None = None,
    saved_model_kwargs: dict[str, Any] | None = None,
    keras_model_kwargs: dict[str, Any] | None = None,
) -> Any:
    """Load a Keras model, or a module as TensorFlow's own object.

    Args:
        model_uri: a local path or any URI of a model.
        dst_path: an existing directory to download to; a temporary one by default.
        saved_model_kwargs: for `tf.saved_model.load`, of a module.
        keras_model_kwargs: for `keras.saving.load_model`, of a Keras model.

    Raises:
        MlflowException: there is no such model, or it is of another flavor.
        OSError: there is nothing at a local path.
    """
    directory, entry = FLAVOR.open(model_uri, dst_path)
    return _read(directory, entry, saved_model_kwargs, keras_model_kwargs)


def _read(
    directory: str,
    entry: dict[str, Any],
    saved_model_kwargs: dict[str, Any] | None = None,
    keras_model_kwargs: dict[str, Any] | None = None,
) -> Any:
    tensorflow = FLAVOR.library()
    if entry.get("model_type") == OF_MODULES:
        path = os.path.join(directory, entry["saved_model_dir"])
        return tensorflow.saved_model.load(path, **(saved_model_kwargs or {}))
    data = os.path.join(directory, entry.get("data", DATA_DIRECTORY))
    keywords = dict(keras_model_kwargs or {})
    pickled = os.path.join(data, CUSTOM_OBJECTS_FILE_NAME)
    if os.path.exists(pickled):
        import cloudpickle

        with open(pickled, "rb") as file:
            keywords["custom_objects"] = {**cloudpickle.load(file), **keywords.get("custom_objects", {})}
    for name in ("model.keras", "model.h5", "model"):
        path = os.path.join(data, name)
        if os.path.exists(path):
            return importlib.import_module("keras").saving.load_model(path, **keywords)
    raise MlflowException(f"There is no Keras model in {data!r}.", error_code="RESOURCE_DOES_NOT_EXIST")


class _TF2ModuleWrapper:
    """A module behind the interface that every flavor gives pyfunc."""

    def __init__(self, model: Any) -> None:
        self.model = model

    def get_raw_model(self) -> Any:
        """The module."""
        return self.model

    def predict(self, data: Any, params: dict[str, Any] | None = None) -> Any:
        """Call the module with an array or a list, as a tensor; one tensor is answered as an array.

        Raises:
            MlflowException: the input is of another kind.
        """
        import numpy as np

        tensorflow = FLAVOR.library()
        if not isinstance(data, np.ndarray | list):
            raise MlflowException(
                f"Unsupported input data type: {type(data)}, the input data must be numpy array or a list.",
                error_code="INVALID_PARAMETER_VALUE",
            )
        found = self.model(tensorflow.convert_to_tensor(data))
        return found.numpy() if tensorflow.is_tensor(found) else found


class _KerasModelWrapper:
    """A Keras model behind the interface that every flavor gives pyfunc."""

    def __init__(self, model: Any, signature: ModelSignature | None) -> None:
        self.model = model
        self.signature = signature

    def get_raw_model(self) -> Any:
        """The model."""
        return self.model

    def predict(self, data: Any, params: dict[str, Any] | None = None) -> Any:
        """Predict.

        Args:
            data: an array, a dict of arrays, or a DataFrame: its values, or, where the signature has named tensors, a
                dict of them.
            params: left out, as MLflow does.

        Returns:
            A DataFrame with the rows' index for a DataFrame, else what the model gives.
        """
        import numpy as np
        import pandas as pd

        if not isinstance(data, pd.DataFrame):
            return self.model.predict(data, verbose=0)
        inputs = self.signature.inputs if self.signature is not None else None
        if inputs is not None and inputs.is_tensor_spec() and inputs.has_input_names():
            named = {name: np.array(data[name].tolist()) for name in inputs.input_names()}
            return self.model.predict(named, verbose=0)
        found = pd.DataFrame(self.model.predict(data.to_numpy(), verbose=0))
        found.index = data.index
        return found


def _load_pyfunc(path: str) -> Any:
    """Load a model for pyfunc, which finds this function by the module's name."""
    directory, entry = FLAVOR.opened(path)
    model = _read(directory, entry)
    if entry.get("model_type") == OF_MODULES:
        return _TF2ModuleWrapper(model)
    return _KerasModelWrapper(model, Model.load(directory).signature)
