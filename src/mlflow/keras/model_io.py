"""Saving, logging and loading of Keras' models, whatever backend they compute with."""

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

FLAVOR_NAME = "keras"
DATA_DIRECTORY = "data"
MODEL_NAME = "model"
MODULE_FILE_NAME = "keras_module.txt"
FLAVOR = Flavor(FLAVOR_NAME, module="keras")

_logger = logging.getLogger("mlflow.keras")


def get_default_pip_requirements() -> list[str]:
    """What the environment of a model needs beside MLflow and its backend: Keras, pinned."""
    return [pinned("keras")]


def get_default_conda_env() -> dict[str, Any]:
    """The conda environment of a model: this Python, MLflow and `get_default_pip_requirements`."""
    return make_conda_env(get_default_pip_requirements())


def save_model(
    model: Any,
    path: str,
    save_exported_model: bool = False,
    conda_env: dict[str, Any] | str | None = None,
    mlflow_model: Model | None = None,
    signature: ModelSignature | None = None,
    input_example: Any = None,
    pip_requirements: list[str] | str | None = None,
    extra_pip_requirements: list[str] | str | None = None,
    save_model_kwargs: dict[str, Any] | None = None,
    metadata: dict[str, Any] | None = None,
) -> None:
    """Save a model to a local directory, in Keras' own format (`.keras`).

    Args:
        model: a `keras.Model`.
        path: the directory; must not exist, or be empty.
        save_exported_model: save what serves predictions only (TensorFlow's format; needs TensorFlow).
        conda_env: a conda environment, as a dict or a path; in place of the inferred requirements.
        mlflow_model: the `MLmodel` file's content to add to.
        signature: what the model takes and gives; found by predicting the example by default.
        input_example: an example of the input; see `mlflow.models.examples`.
        pip_requirements: requirements as lines or a path; in place of the inferred ones.
        extra_pip_requirements: requirements on top of the inferred ones.
        save_model_kwargs: for `keras.Model.save`.
        metadata: whatever the user wants to have in the `MLmodel` file.

    Raises:
        MlflowException: the directory is not empty.
        ValueError: an exported model has no signature, or more than one way of describing the environment was used.
    """
    keras = FLAVOR.library()
    if save_exported_model and signature is None:
        raise ValueError(
            "`signature` cannot be None when `save_exported_model=True` for `mlflow.keras.save_model()` method."
        )
    requirements = [*get_default_pip_requirements(), *_backend_requirements(keras.backend.backend())]
    with FLAVOR.saving(locals(), requirements) as saving:
        os.makedirs(saving.path(DATA_DIRECTORY))
        target = saving.path(os.path.join(DATA_DIRECTORY, MODEL_NAME))
        if save_exported_model:
            model.export(target, **(save_model_kwargs or {}))
        else:
            model.save(f"{target}.keras", **(save_model_kwargs or {}))
        with open(saving.path(os.path.join(DATA_DIRECTORY, MODULE_FILE_NAME)), "w") as file:
            file.write(keras.__name__)
        saving.flavor(
            data=DATA_DIRECTORY,
            keras_version=keras.__version__,
            keras_backend=keras.backend.backend(),
            save_exported_model=save_exported_model,
        )
        del saving.model.flavors[FLAVOR_NAME]["code"]  # the one flavor that takes no code along
        predict = None if save_exported_model else _KerasModelWrapper(model, signature).predict
        saving.pyfunc("mlflow.keras", predict=predict)


def _backend_requirements(backend: str) -> list[str]:
    return [] if backend == "numpy" else [pinned(backend)]


def log_model(
    model: Any,
    artifact_path: str | None = None,
    save_exported_model: bool = False,
    conda_env: dict[str, Any] | str | None = None,
    signature: ModelSignature | None = None,
    input_example: Any = None,
    registered_model_name: str | None = None,
    await_registration_for: int | None = 300,
    pip_requirements: list[str] | str | None = None,
    extra_pip_requirements: list[str] | str | None = None,
    save_model_kwargs: dict[str, Any] | None = None,
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
    return Model.log(flavor=mlflow.keras, **locals())


def load_model(
    model_uri: str,
    dst_path: str | None = None,
    custom_objects: dict[str, Any] | None = None,
    load_model_kwargs: dict[str, Any] | None = None,
) -> Any:
    """Load a model as Keras' own object.

    Args:
        model_uri: a local path or any URI of a model.
        dst_path: an existing directory to download to; a temporary one by default.
        custom_objects: name to class or function, for what Keras does not know by itself.
        load_model_kwargs: for `keras.saving.load_model`.

    Raises:
        MlflowException: there is no such model, or it is of another flavor, or of another backend.
        OSError: there is nothing at a local path.
    """
    directory, flavor = FLAVOR.open(model_uri, dst_path)
    return _read(directory, flavor, custom_objects, load_model_kwargs)


def _read(
    directory: str,
    flavor: dict[str, Any],
    custom_objects: dict[str, Any] | None = None,
    load_model_kwargs: dict[str, Any] | None = None,
) -> Any:
    keras = FLAVOR.library()
    saved, here = flavor.get("keras_backend"), keras.backend.backend()
    if saved is not None and saved != here:
        _logger.warning(
            "The model was saved with the Keras backend %r, and %r is used here: set KERAS_BACKEND before Keras is "
            "imported if it does not load.",
            saved,
            here,
        )
    data = os.path.join(directory, flavor.get("data", DATA_DIRECTORY))
    with open(os.path.join(data, MODULE_FILE_NAME)) as file:
        module = importlib.import_module(file.read().strip())
    path = os.path.join(data, MODEL_NAME)
    if flavor.get("save_exported_model"):
        tensorflow = importlib.import_module("tensorflow")
        return tensorflow.saved_model.load(path)
    keywords = dict(load_model_kwargs or {})
    if custom_objects:
        keywords["custom_objects"] = custom_objects
    return module.saving.load_model(f"{path}.keras", **keywords)


class _KerasModelWrapper:
    """A model behind the interface that every flavor gives pyfunc."""

    def __init__(self, model: Any, signature: ModelSignature | None, *, exported: bool = False) -> None:
        self._model = model
        self._signature = signature
        self._exported = exported

    def get_raw_model(self) -> Any:
        """The model."""
        return self._model

    def predict(self, data: Any, params: dict[str, Any] | None = None) -> Any:
        """Predict.

        Args:
            data: an array, a dict of arrays, or a DataFrame: its values, or, where the signature has named tensors, a
                dict of them.
            params: left out, as MLflow does.

        Returns:
            A DataFrame with the rows' index for a DataFrame, else what the model gives.

        Raises:
            MlflowException: the model is an exported one, which takes no params.
        """
        import pandas as pd

        if isinstance(data, pd.DataFrame):
            found = pd.DataFrame(self._predict(self._values(data), params))
            found.index = data.index
            return found
        return self._predict(data, params)

    def _predict(self, data: Any, params: dict[str, Any] | None) -> Any:
        if not self._exported:
            # Quiet: a server that predicts has no use for a progress bar.
            return self._model.predict(data, verbose=0)
        if params:
            raise MlflowException.invalid_parameter_value("Exported Keras models take no params.")
        return self._model.serve(data).numpy()

    def _values(self, data: Any) -> Any:
        import numpy as np

        inputs = self._signature.inputs if self._signature is not None else None
        if inputs is None or not inputs.is_tensor_spec() or not inputs.has_input_names():
            return data.to_numpy()
        return {name: np.array(data[name].tolist()) for name in inputs.input_names()}


def _load_pyfunc(path: str) -> _KerasModelWrapper:
    """Load a model for pyfunc, which finds this function by the module's name."""
    directory, flavor = FLAVOR.opened(path)
    signature = Model.load(directory).signature
    return _KerasModelWrapper(_read(directory, flavor), signature, exported=bool(flavor.get("save_exported_model")))
