"""Saving, logging and loading of pmdarima's models."""

from __future__ import annotations

import os
import pickle
from typing import Any

import mlflow
from millrace.errors import MlflowException
from mlflow.environment.files import conda_env as make_conda_env
from mlflow.environment.requirements import pinned_or_error
from mlflow.models.flavor import Flavor
from mlflow.models.interface import ModelSignature
from mlflow.models.model import Model, ModelInfo

FLAVOR_NAME = "pmdarima"
FLAVOR = Flavor(FLAVOR_NAME, module="pmdarima")
FILE_NAME = "model.pmd"


def get_default_pip_requirements() -> list[str]:
    """What the environment of a model needs beside MLflow: pmdarima, pinned."""
    return [pinned_or_error("pmdarima")]


def get_default_conda_env() -> dict[str, Any]:
    """The conda environment of a model: this Python, MLflow and `get_default_pip_requirements`."""
    return make_conda_env(get_default_pip_requirements())


def save_model(
    pmdarima_model: Any,
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
    """Save a model to a local directory.

    Args:
        pmdarima_model: a fitted `pmdarima.ARIMA` or `pmdarima.pipeline.Pipeline`.
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
        with open(saving.path(FILE_NAME), "wb") as file:
            pickle.dump(pmdarima_model, file)
        saving.pyfunc("mlflow.pmdarima", predict=_PmdarimaModelWrapper(pmdarima_model).predict, data=FILE_NAME)
        saving.flavor(pmdarima_version=FLAVOR.version(), data=FILE_NAME, model_type=type(pmdarima_model).__name__)


def log_model(
    pmdarima_model: Any,
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
    """Log a model: as a logged model, and as an output of the active run if there is one.

    Arguments as for `save_model` and `mlflow.models.Model.log`; `artifact_path` is the older word for `name`.

    Returns:
        What was logged; `model_info.model_uri` loads it.

    Raises:
        MlflowException: the arguments do not go together, or the store refused.
    """
    given = dict(locals())
    return Model.log(flavor=mlflow.pmdarima, **given.pop("kwargs"), **given)


def load_model(model_uri: str, dst_path: str | None = None) -> Any:
    """Load a model as pmdarima's own object.

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
    FLAVOR.library()
    with open(os.path.join(directory, entry.get("data", FILE_NAME)), "rb") as file:
        return pickle.load(file)


class _PmdarimaModelWrapper:
    """A forecaster behind the interface that every flavor gives pyfunc: one row says what to forecast."""

    def __init__(self, pmdarima_model: Any) -> None:
        self.pmdarima_model = pmdarima_model

    def get_raw_model(self) -> Any:
        """The model itself."""
        return self.pmdarima_model

    def predict(self, dataframe: Any, params: dict[str, Any] | None = None) -> Any:
        """Forecast the periods after the training data.

        Args:
            dataframe: one row: `n_periods`, how many; `X`, the regressors of these periods; `return_conf_int`, whether
                to answer an interval; `alpha`, one minus the confidence of it, 0.05 by default.
            params: not used.

        Returns:
            A DataFrame with `yhat`, and with the columns `yhat_lower` and `yhat_upper` where they are asked for.

        Raises:
            MlflowException: there is not exactly one row, or no number of periods.
        """
        import pandas as pd

        if len(dataframe) != 1:
            raise MlflowException.invalid_parameter_value(
                f"The provided prediction pd.DataFrame contains {len(dataframe)} rows. Only 1 row should be supplied."
            )
        asked = dataframe.to_dict(orient="records")[0]
        periods = asked.get("n_periods")
        if not periods:
            raise MlflowException.invalid_parameter_value(
                f"The provided prediction configuration pd.DataFrame columns ({list(dataframe.columns)}) do not "
                "contain the required column `n_periods` for specifying future prediction periods to generate."
            )
        if not isinstance(periods, int):
            raise MlflowException.invalid_parameter_value(
                f"The provided `n_periods` value {periods} must be an integer.provided type: {type(periods)}"
            )
        regressors = asked.get("X")
        given = {} if regressors is None else {"X": pd.DataFrame(regressors)}
        interval = bool(asked.get("return_conf_int", False))
        found = self.pmdarima_model.predict(
            n_periods=periods, return_conf_int=interval, alpha=asked.get("alpha", 0.05), **given
        )
        if not interval:
            return pd.DataFrame({"yhat": list(found)})
        forecast, bounds = found
        return pd.DataFrame({"yhat": list(forecast), "yhat_lower": bounds[:, 0], "yhat_upper": bounds[:, 1]})


def predictor_of(model: Any) -> _PmdarimaModelWrapper:
    """A model as pyfunc predicts with it."""
    return _PmdarimaModelWrapper(model)


def _load_pyfunc(path: str) -> _PmdarimaModelWrapper:
    """Load a model for pyfunc, which finds this function by the module's name."""
    return _PmdarimaModelWrapper(_load(*FLAVOR.opened(path)))
