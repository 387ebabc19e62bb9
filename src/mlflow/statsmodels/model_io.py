"""Saving, logging and loading of statsmodels's models."""

from __future__ import annotations

import os
from typing import Any

import mlflow
from millrace.errors import MlflowException
from mlflow.environment.files import conda_env as make_conda_env
from mlflow.environment.requirements import pinned_or_error
from mlflow.models.flavor import Flavor
from mlflow.models.interface import ModelSignature
from mlflow.models.model import Model, ModelInfo

FLAVOR_NAME = "statsmodels"
FLAVOR = Flavor(FLAVOR_NAME, module="statsmodels")
FILE_NAME = "model.statsmodels"


def get_default_pip_requirements() -> list[str]:
    """What the environment of a model needs beside MLflow: statsmodels, pinned."""
    return [pinned_or_error("statsmodels")]


def get_default_conda_env() -> dict[str, Any]:
    """The conda environment of a model: this Python, MLflow and `get_default_pip_requirements`."""
    return make_conda_env(get_default_pip_requirements())


def save_model(
    statsmodels_model: Any,
    path: str,
    conda_env: dict[str, Any] | str | None = None,
    code_paths: list[str] | None = None,
    mlflow_model: Model | None = None,
    remove_data: bool = False,
    signature: ModelSignature | None = None,
    input_example: Any = None,
    pip_requirements: list[str] | str | None = None,
    extra_pip_requirements: list[str] | str | None = None,
    metadata: dict[str, Any] | None = None,
) -> None:
    """Save a model to a local directory.

    Args:
        statsmodels_model: the results of a fit, e.g. those of `OLS(...).fit()`.
        path: the directory; must not exist, or be empty.
        conda_env: a conda environment, as a dict or a path; in place of the inferred requirements.
        code_paths: files and folders of code that are copied into the model, and importable when it is loaded.
        mlflow_model: the `MLmodel` file's content to add to.
        remove_data: leave the data of the fit out of the file, where the results can do without.
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
        statsmodels_model.save(saving.path(FILE_NAME), remove_data)
        saving.pyfunc("mlflow.statsmodels", predict=_StatsmodelsModelWrapper(statsmodels_model).predict, data=FILE_NAME)
        saving.flavor(statsmodels_version=FLAVOR.version(), data=FILE_NAME)


def log_model(
    statsmodels_model: Any,
    artifact_path: str | None = None,
    conda_env: dict[str, Any] | str | None = None,
    code_paths: list[str] | None = None,
    registered_model_name: str | None = None,
    remove_data: bool = False,
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
    """Log a model: as a logged model, and as an output of the active run if there is one.

    Arguments as for `save_model` and `mlflow.models.Model.log`; `artifact_path` is the older word for `name`.

    Returns:
        What was logged; `model_info.model_uri` loads it.

    Raises:
        MlflowException: the arguments do not go together, or the store refused.
    """
    given = dict(locals())
    return Model.log(flavor=mlflow.statsmodels, **given.pop("kwargs"), **given)


def load_model(model_uri: str, dst_path: str | None = None) -> Any:
    """Load a model as statsmodels's own object.

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
    pickles = FLAVOR.library("statsmodels.iolib.api")
    return pickles.load_pickle(os.path.join(directory, entry.get("data", FILE_NAME)))


class _StatsmodelsModelWrapper:
    """Results of a fit behind the interface that every flavor gives pyfunc."""

    def __init__(self, statsmodels_model: Any) -> None:
        self.statsmodels_model = statsmodels_model

    def get_raw_model(self) -> Any:
        """The results."""
        return self.statsmodels_model

    def predict(self, dataframe: Any, params: dict[str, Any] | None = None) -> Any:
        """Predict.

        Args:
            dataframe: regressors; for models of time series one row with `start` and `end`, what to predict.
            params: not used.

        Raises:
            MlflowException: a model of a time series got something else.
        """
        series = FLAVOR.library("statsmodels.tsa.base.tsa_model").TimeSeriesModel
        if not isinstance(self.statsmodels_model.model, series):
            return self.statsmodels_model.predict(dataframe)
        if len(dataframe) != 1 or not {"start", "end"} <= set(dataframe.columns):
            raise MlflowException(
                "prediction dataframes for a TimeSeriesModel must have exactly one row and include columns called "
                "start and end"
            )
        return self.statsmodels_model.predict(start=dataframe["start"][0], end=dataframe["end"][0])


def _load_pyfunc(path: str) -> _StatsmodelsModelWrapper:
    """Load a model for pyfunc, which finds this function by the module's name."""
    return _StatsmodelsModelWrapper(_load(*FLAVOR.opened(path)))
