"""Saving, logging and loading of XGBoost's boosters and estimators."""

from __future__ import annotations

import importlib
import inspect
import os
from typing import Any

import mlflow
from mlflow.environment.files import conda_env as make_conda_env
from mlflow.environment.requirements import pinned_or_error
from mlflow.models.flavor import Flavor
from mlflow.models.interface import ModelSignature
from mlflow.models.model import Model, ModelInfo

FLAVOR_NAME = "xgboost"
FLAVOR = Flavor(FLAVOR_NAME, module="xgboost")


def get_default_pip_requirements() -> list[str]:
    """What the environment of a model needs beside MLflow: XGBoost, pinned."""
    return [pinned_or_error("xgboost")]


def get_default_conda_env() -> dict[str, Any]:
    """The conda environment of a model: this Python, MLflow and `get_default_pip_requirements`."""
    return make_conda_env(get_default_pip_requirements())


def save_model(
    xgb_model: Any,
    path: str,
    conda_env: dict[str, Any] | str | None = None,
    code_paths: list[str] | None = None,
    mlflow_model: Model | None = None,
    signature: ModelSignature | None = None,
    input_example: Any = None,
    pip_requirements: list[str] | str | None = None,
    extra_pip_requirements: list[str] | str | None = None,
    model_format: str = "ubj",
    metadata: dict[str, Any] | None = None,
) -> None:
    """Save a model to a local directory, in XGBoost's own format.

    Args:
        xgb_model: an `xgboost.Booster`, or an estimator such as `xgboost.XGBClassifier`.
        path: the directory; must not exist, or be empty.
        conda_env: a conda environment, as a dict or a path; in place of the inferred requirements.
        code_paths: files and folders of code that are copied into the model, and importable when it is loaded.
        mlflow_model: the `MLmodel` file's content to add to.
        signature: what the model takes and gives; found by predicting the example by default.
        input_example: an example of the input; see `mlflow.models.examples`.
        pip_requirements: requirements as lines or a path; in place of the inferred ones.
        extra_pip_requirements: requirements on top of the inferred ones.
        model_format: the format of XGBoost: `ubj` (binary JSON), `json`, or for older versions `xgb` or `deprecated`.
        metadata: whatever the user wants to have in the `MLmodel` file.

    Raises:
        MlflowException: the directory is not empty.
        ValueError: more than one way of describing the environment was used.
        ModuleNotFoundError: XGBoost is not installed.
    """
    file_name = f"model.{model_format}"
    kind = type(xgb_model)
    with FLAVOR.saving(locals(), get_default_pip_requirements(), alike=kind) as saving:
        xgb_model.save_model(saving.path(file_name))
        saving.pyfunc("mlflow.xgboost", predict=_XGBModelWrapper(xgb_model).predict, data=file_name)
        saving.flavor(
            xgb_version=FLAVOR.version(),
            data=file_name,
            model_class=f"{kind.__module__}.{kind.__name__}",
            model_format=model_format,
        )


def log_model(
    xgb_model: Any,
    artifact_path: str | None = None,
    conda_env: dict[str, Any] | str | None = None,
    code_paths: list[str] | None = None,
    registered_model_name: str | None = None,
    signature: ModelSignature | None = None,
    input_example: Any = None,
    await_registration_for: int | None = 300,
    pip_requirements: list[str] | str | None = None,
    extra_pip_requirements: list[str] | str | None = None,
    model_format: str = "ubj",
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
    return Model.log(flavor=mlflow.xgboost, **given.pop("kwargs"), **given)


def load_model(model_uri: str, dst_path: str | None = None) -> Any:
    """Load a model as XGBoost's own object: a booster, or an estimator where one was saved.

    Args:
        model_uri: a local path, `models:/<model id>`, `models:/<name>/<version or stage>`, `models:/<name>@<alias>`,
            `runs:/<run id>/<path>`, or the URI of a directory on a server or in an object store.
        dst_path: an existing directory to download to; a temporary one by default.

    Raises:
        MlflowException: there is no such model, or it is of another flavor.
        ModuleNotFoundError: XGBoost is not installed.
        OSError: there is nothing at a local path.
    """
    return _load(*FLAVOR.open(model_uri, dst_path))


def _load(directory: str, entry: dict[str, Any]) -> Any:
    xgboost = FLAVOR.library()
    # Models that are older than these keys are boosters in a file of this name.
    module, _, name = entry.get("model_class", "xgboost.core.Booster").rpartition(".")
    kind = xgboost.Booster if name == "Booster" else getattr(importlib.import_module(module), name)
    model = kind()
    model.load_model(os.path.join(directory, entry.get("data", "model.xgb")))
    return model


class _XGBModelWrapper:
    """A model behind the interface that every flavor gives pyfunc."""

    def __init__(self, xgb_model: Any) -> None:
        self.xgb_model = xgb_model

    def get_raw_model(self) -> Any:
        """The booster or estimator."""
        return self.xgb_model

    def predict(self, data: Any, params: dict[str, Any] | None = None) -> Any:
        """Predict, with those params that the model's own `predict` takes."""
        xgboost = FLAVOR.library()
        is_booster = isinstance(self.xgb_model, xgboost.Booster)
        takes = inspect.signature(self.xgb_model.predict).parameters
        known = {name: value for name, value in (params or {}).items() if name in takes}
        return self.xgb_model.predict(xgboost.DMatrix(data) if is_booster else data, **known)


def _load_pyfunc(path: str) -> _XGBModelWrapper:
    """Load a model for pyfunc, which finds this function by the module's name."""
    return _XGBModelWrapper(_load(*FLAVOR.opened(path)))
