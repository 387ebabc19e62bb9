"""Saving, logging and loading of H2O's models, which live in H2O's server: `h2o.init()` starts one, by Java."""

from __future__ import annotations

import os
from typing import Any

import yaml

import mlflow
from mlflow.environment.files import conda_env as make_conda_env
from mlflow.environment.requirements import pinned_or_error
from mlflow.models.flavor import Flavor
from mlflow.models.interface import ModelSignature
from mlflow.models.model import Model, ModelInfo

FLAVOR_NAME = "h2o"
# To load a model only to see what it imports would start another server.
FLAVOR = Flavor(FLAVOR_NAME, module="h2o", needs_only_library=True)
FOLDER_NAME = "model.h2o"
SETTINGS_NAME = "h2o.yaml"


def get_default_pip_requirements() -> list[str]:
    """What the environment of a model needs beside MLflow: h2o, pinned, as a server reads its own version's models."""
    return [pinned_or_error("h2o")]


def get_default_conda_env() -> dict[str, Any]:
    """The conda environment of a model: this Python, MLflow and `get_default_pip_requirements`."""
    return make_conda_env(get_default_pip_requirements())


def save_model(
    h2o_model: Any,
    path: str,
    conda_env: dict[str, Any] | str | None = None,
    code_paths: list[str] | None = None,
    mlflow_model: Model | None = None,
    settings: dict[str, Any] | None = None,
    signature: ModelSignature | None = None,
    input_example: Any = None,
    pip_requirements: list[str] | str | None = None,
    extra_pip_requirements: list[str] | str | None = None,
    metadata: dict[str, Any] | None = None,
) -> None:
    """Save a model to a local directory, which the server that holds the model must be able to write.

    Args:
        h2o_model: the model.
        path: the directory; must not exist, or be empty.
        conda_env: a conda environment, as a dict or a path; in place of the inferred requirements.
        code_paths: files and folders of code that are copied into the model, and importable when it is loaded.
        mlflow_model: the `MLmodel` file's content to add to.
        settings: what is kept beside the model; `settings["init"]` are arguments of the `h2o.init` with which pyfunc
            starts a server for the model.
        signature: what the model takes and gives; found by predicting the example by default.
        input_example: an example of the input; see `mlflow.models.examples`.
        pip_requirements: requirements as lines or a path; in place of the default.
        extra_pip_requirements: requirements on top of the default.
        metadata: whatever the user wants to have in the `MLmodel` file.

    Raises:
        MlflowException: the directory is not empty.
        ValueError: more than one way of describing the environment was used.
    """
    with FLAVOR.saving(locals(), get_default_pip_requirements()) as saving:
        folder = saving.path(FOLDER_NAME)
        os.makedirs(folder)
        file = FLAVOR.library().save_model(model=h2o_model, path=folder, force=True)
        kept = {**(settings or {}), "full_file": file, "model_file": os.path.basename(file), "model_dir": folder}
        with open(os.path.join(folder, SETTINGS_NAME), "w", encoding="utf-8") as out:
            yaml.safe_dump(kept, out, default_flow_style=False)
        saving.pyfunc("mlflow.h2o", predict=_H2OModelWrapper(h2o_model).predict, data=FOLDER_NAME)
        saving.flavor(h2o_version=FLAVOR.version(), data=FOLDER_NAME)


def log_model(
    h2o_model: Any,
    artifact_path: str | None = None,
    conda_env: dict[str, Any] | str | None = None,
    code_paths: list[str] | None = None,
    registered_model_name: str | None = None,
    signature: ModelSignature | None = None,
    input_example: Any = None,
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
    """Log a model: as a logged model, and as an output of the active run if there is one.

    Arguments as for `save_model` and `mlflow.models.Model.log`; `artifact_path` is the older word for `name`.

    Returns:
        What was logged; `model_info.model_uri` loads it.

    Raises:
        MlflowException: the arguments do not go together, or the store refused.
    """
    given = dict(locals())
    return Model.log(flavor=mlflow.h2o, **given.pop("kwargs"), **given)


def load_model(model_uri: str, dst_path: str | None = None) -> Any:
    """Load a model into the server that `h2o` is connected to, as H2O's own object.

    Args:
        model_uri: a local path, `models:/<model id>`, `models:/<name>/<version or stage>`, `models:/<name>@<alias>`,
            `runs:/<run id>/<path>`, or the URI of a directory on a server or in an object store.
        dst_path: an existing directory to download to; a temporary one by default.

    Raises:
        MlflowException: there is no such model, or it is of another flavor.
        OSError: there is nothing at a local path.
    """
    return _load(*_folder(*FLAVOR.open(model_uri, dst_path)))


def _folder(directory: str, entry: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The folder with the library's own files, and what was kept beside them."""
    folder = os.path.join(directory, entry.get("data", FOLDER_NAME))
    with open(os.path.join(folder, SETTINGS_NAME), encoding="utf-8") as file:
        return folder, yaml.safe_load(file)


def _load(folder: str, settings: dict[str, Any]) -> Any:
    # The server reads the file: its own working directory counts, not this process's.
    return FLAVOR.library().load_model(os.path.abspath(os.path.join(folder, settings["model_file"])))


class _H2OModelWrapper:
    """A model behind the interface that every flavor gives pyfunc."""

    def __init__(self, h2o_model: Any) -> None:
        self.h2o_model = h2o_model

    def get_raw_model(self) -> Any:
        """H2O's own object."""
        return self.h2o_model

    def predict(self, dataframe: Any, params: dict[str, Any] | None = None) -> Any:
        """Predict the rows of a DataFrame.

        Returns:
            A DataFrame with the column `predict` and, of classifiers, one with the probability of each class; its
            index is that of the data.
        """
        frame = FLAVOR.library().H2OFrame(dataframe)
        predicted = self.h2o_model.predict(frame).as_data_frame()
        predicted.index = dataframe.index
        return predicted


def _load_pyfunc(path: str) -> _H2OModelWrapper:
    """Load a model for pyfunc, which finds this function by the module's name; starts a server if none is there."""
    folder, settings = _folder(*FLAVOR.opened(path))
    FLAVOR.library().init(**(settings.get("init") or {}))
    return _H2OModelWrapper(_load(folder, settings))
