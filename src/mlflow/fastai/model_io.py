"""Saving, logging and loading of fastai's learners: as MLflow did up to its version 2, which later ones cannot read."""

from __future__ import annotations

import os
import warnings
from typing import Any

import mlflow
from mlflow.environment.files import conda_env as make_conda_env
from mlflow.environment.requirements import pinned_or_error
from mlflow.models.flavor import Flavor
from mlflow.models.interface import ModelSignature
from mlflow.models.model import Model, ModelInfo

FLAVOR_NAME = "fastai"
FLAVOR = Flavor(FLAVOR_NAME, module="fastai")
FILE_NAME = "model.fastai"


def get_default_pip_requirements() -> list[str]:
    """What the environment of a model needs beside MLflow: fastai, pinned."""
    return [pinned_or_error("fastai")]


def get_default_conda_env() -> dict[str, Any]:
    """The conda environment of a model: this Python, MLflow and `get_default_pip_requirements`."""
    return make_conda_env(get_default_pip_requirements())


def save_model(
    fastai_learner: Any,
    path: str,
    conda_env: dict[str, Any] | str | None = None,
    code_paths: list[str] | None = None,
    mlflow_model: Model | None = None,
    signature: ModelSignature | None = None,
    input_example: Any = None,
    pip_requirements: list[str] | str | None = None,
    extra_pip_requirements: list[str] | str | None = None,
    metadata: dict[str, Any] | None = None,
) -> None:
    """Save a learner to a local directory, without its data: as `Learner.export` does.

    Args:
        fastai_learner: a `fastai.learner.Learner`.
        path: the directory; must not exist, or be empty.
        conda_env: a conda environment, as a dict or a path; in place of the inferred requirements.
        code_paths: files and folders of code that are copied into the model, and importable when it is loaded.
        mlflow_model: the `MLmodel` file's content to add to.
        signature: what the model takes and gives; found by predicting the example by default.
        input_example: an example of the input; see `mlflow.models.examples`.
        pip_requirements: requirements as lines or a path; in place of the inferred ones.
        extra_pip_requirements: requirements on top of the inferred ones.
        metadata: whatever the user wants to have in the `MLmodel` file.

    Raises:
        MlflowException: the directory is not empty.
        ValueError: more than one way of describing the environment was used.
    """
    with FLAVOR.saving(locals(), get_default_pip_requirements()) as saving:
        fastai_learner.export(os.path.abspath(saving.path(FILE_NAME)))
        saving.pyfunc("mlflow.fastai", predict=_FastaiModelWrapper(fastai_learner).predict, data=FILE_NAME)
        saving.flavor(fastai_version=FLAVOR.version(), data=FILE_NAME)


def log_model(
    fastai_learner: Any,
    artifact_path: str | None = None,
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
    **kwargs: Any,
) -> ModelInfo:
    """Log a learner: as a logged model, and as an output of the active run if there is one.

    Arguments as for `save_model` and `mlflow.models.Model.log`; `artifact_path` is the older word for `name`.

    Returns:
        What was logged; `model_info.model_uri` loads it.

    Raises:
        MlflowException: the arguments do not go together, or the store refused.
    """
    given = dict(locals())
    return Model.log(flavor=mlflow.fastai, **given.pop("kwargs"), **given)


def load_model(model_uri: str, dst_path: str | None = None) -> Any:
    """Load a learner.

    Args:
        model_uri: a local path, `models:/<model id>`, `models:/<name>/<version or stage>`, `models:/<name>@<alias>`,
            `runs:/<run id>/<path>`, or the URI of a directory on a server or in an object store.
        dst_path: an existing directory to download to; a temporary one by default.

    Raises:
        MlflowException: there is no such model, or it is of another flavor.
        OSError: there is nothing at a local path.
    """
    return _load(*FLAVOR.open(model_uri, dst_path))


def _load(directory: str, entry: dict[str, Any]) -> Any:
    learners = FLAVOR.library("fastai.learner")
    with warnings.catch_warnings():
        # Whoever loads a model trusts it; fastai says so each time.
        warnings.filterwarnings("ignore", message="load_learner", category=UserWarning)
        return learners.load_learner(os.path.abspath(os.path.join(directory, entry.get("data", FILE_NAME))))


class _FastaiModelWrapper:
    """A learner behind the interface that every flavor gives pyfunc."""

    def __init__(self, learner: Any) -> None:
        self.learner = learner

    def get_raw_model(self) -> Any:
        """The learner."""
        return self.learner

    def predict(self, dataframe: Any, params: dict[str, Any] | None = None) -> Any:
        """Predict.

        Args:
            dataframe: rows as the learner was trained on, without what it is to find out.
            params: not used.

        Returns:
            A DataFrame with the column `predictions`: an array for each row, e.g. the probability of each class.
        """
        import pandas as pd

        with self.learner.no_bar(), self.learner.no_logging():
            found, _ = self.learner.get_preds(dl=self.learner.dls.test_dl(dataframe))
        return pd.DataFrame({"predictions": list(found.numpy())})


def _load_pyfunc(path: str) -> _FastaiModelWrapper:
    """Load a model for pyfunc, which finds this function by the module's name."""
    return _FastaiModelWrapper(_load(*FLAVOR.opened(path)))
