"""Saving, logging and loading of Paddle's models: for prediction as a program, or for training as weights."""

from __future__ import annotations

import os
from typing import Any

import mlflow
from mlflow.environment.files import conda_env as make_conda_env
from mlflow.environment.requirements import pinned
from mlflow.models.flavor import Flavor
from mlflow.models.interface import ModelSignature
from mlflow.models.model import Model, ModelInfo

FLAVOR_NAME = "paddle"
MODEL_NAME = "model"
FLAVOR = Flavor(FLAVOR_NAME, module="paddle", package="paddlepaddle", needs_only_library=True)


def get_default_pip_requirements() -> list[str]:
    """What the environment of a model needs beside MLflow: paddlepaddle, pinned."""
    return [pinned("paddlepaddle")]


def get_default_conda_env() -> dict[str, Any]:
    """The conda environment of a model: this Python, MLflow and `get_default_pip_requirements`."""
    return make_conda_env(get_default_pip_requirements())


def save_model(
    pd_model: Any,
    path: str,
    training: bool = False,
    conda_env: dict[str, Any] | str | None = None,
    code_paths: list[str] | None = None,
    mlflow_model: Model | None = None,
    signature: ModelSignature | None = None,
    input_example: Any = None,
    pip_requirements: list[str] | str | None = None,
    extra_pip_requirements: list[str] | str | None = None,
    metadata: dict[str, Any] | None = None,
) -> None:
    """Save a model to a local directory.

    Args:
        pd_model: a `paddle.Model`, or a `paddle.nn.Layer` whose inputs are known (`paddle.jit.to_static`).
        path: the directory; must not exist, or be empty.
        training: of a `paddle.Model`, keep the weights and the optimizer's state, to train on; else its program, to
            predict with.
        conda_env: a conda environment, as a dict or a path; in place of the default requirements.
        code_paths: files and folders of code that are copied into the model, and importable when it is loaded.
        mlflow_model: the `MLmodel` file's content to add to.
        signature: what the model takes and gives; found by predicting the example by default.
        input_example: an example of the input; see `mlflow.models.examples`.
        pip_requirements: requirements as lines or a path; in place of the default ones.
        extra_pip_requirements: requirements on top of the default ones.
        metadata: whatever the user wants to have in the `MLmodel` file.

    Raises:
        TypeError: it is no model of Paddle.
        RuntimeError: the inputs of a `paddle.Model` are not known: name them, or train it first.
        ValueError: those of a layer are not, or more than one way of describing the environment was used.
        MlflowException: the directory is not empty.
    """
    paddle = FLAVOR.library()
    with FLAVOR.saving(locals(), get_default_pip_requirements()) as saving:
        target = saving.path(MODEL_NAME)
        is_high_level = isinstance(pd_model, paddle.Model)
        if is_high_level:
            pd_model.save(target, training=training)
        else:
            paddle.jit.save(pd_model, target)
        saving.flavor(pickled_model=MODEL_NAME, paddle_version=FLAVOR.version())
        # What was written is tried: of a `paddle.Model` the program, not the object, which trains.
        written = None if is_high_level and training else lambda data, params: _loaded(target).predict(data, params)
        saving.pyfunc("mlflow.paddle", predict=written, model_path=MODEL_NAME)


def log_model(
    pd_model: Any,
    artifact_path: str | None = None,
    training: bool = False,
    conda_env: dict[str, Any] | str | None = None,
    code_paths: list[str] | None = None,
    registered_model_name: str | None = None,
    signature: ModelSignature | None = None,
    input_example: Any = None,
    await_registration_for: int | None = 300,
    pip_requirements: list[str] | str | None = None,
    extra_pip_requirements: list[str] | str | None = None,
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
    return Model.log(flavor=mlflow.paddle, **locals())


def load_model(model_uri: str, model: Any = None, dst_path: str | None = None, **kwargs: Any) -> Any:
    """Load a model as Paddle's own object.

    Args:
        model_uri: a local path or any URI of a model.
        model: a prepared `paddle.Model` that gets the weights, of a model that was saved with `training=True`.
        dst_path: an existing directory to download to; a temporary one by default.
        **kwargs: for `paddle.jit.load`, or for the `load` of the `model`.

    Returns:
        The `model` where one was given, else a layer that predicts.

    Raises:
        TypeError: a `model` was given, and the saved one holds no weights to train on.
        MlflowException: there is no such model, or it is of another flavor.
        OSError: there is nothing at a local path.
    """
    directory, entry = FLAVOR.open(model_uri, dst_path)
    target = os.path.join(directory, entry["pickled_model"])
    if model is None:
        return FLAVOR.library().jit.load(target, **kwargs)
    if not os.path.exists(f"{target}.pdparams"):
        raise TypeError(
            "This model can't be loaded via `model.load` because a '.pdparams' file doesn't exist. Please leave "
            "`model` unspecified to load the model via `paddle.jit.load` or set `training` to True when saving a model."
        )
    model.load(target, **kwargs)
    return model


class _PaddleWrapper:
    """A layer behind the interface that every flavor gives pyfunc."""

    def __init__(self, pd_model: Any) -> None:
        self.pd_model = pd_model

    def get_raw_model(self) -> Any:
        """The layer."""
        return self.pd_model

    def predict(self, data: Any, params: dict[str, Any] | None = None) -> Any:
        """Predict rows.

        Args:
            data: a DataFrame, whose values become 32-bit floats, or an array, whose type stays.
            params: none.

        Returns:
            A DataFrame, with numbered rows and columns.

        Raises:
            TypeError: the input is of another kind.
        """
        import numpy as np
        import pandas as pd

        if isinstance(data, pd.DataFrame):
            values = data.to_numpy(dtype=np.float32)
        elif isinstance(data, np.ndarray):
            values = data
        elif isinstance(data, list | dict):
            raise TypeError(
                "The paddle flavor does not support List or Dict input types. Please use a pandas.DataFrame or a "
                "numpy.ndarray"
            )
        else:
            raise TypeError("Input data should be pandas.DataFrame or numpy.ndarray")
        self.pd_model.eval()
        return pd.DataFrame(self.pd_model(FLAVOR.library().to_tensor(values)).numpy())


def _loaded(target: str) -> _PaddleWrapper:
    return _PaddleWrapper(FLAVOR.library().jit.load(target))


def _load_pyfunc(path: str) -> _PaddleWrapper:
    """Load a model for pyfunc, which finds this function by the module's name."""
    directory, entry = FLAVOR.opened(path)
    return _loaded(os.path.join(directory, entry["pickled_model"]))
