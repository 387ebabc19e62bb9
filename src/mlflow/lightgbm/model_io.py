"""Saving, logging and loading of LightGBM's models."""

from __future__ import annotations

import os
from typing import Any

import mlflow
from mlflow.environment.files import conda_env as make_conda_env
from mlflow.environment.requirements import pinned_or_error
from mlflow.models.flavor import Flavor, Predictor
from mlflow.models.interface import ModelSignature
from mlflow.models.model import Model, ModelInfo

FLAVOR_NAME = "lightgbm"
FLAVOR = Flavor(FLAVOR_NAME, module="lightgbm")
BOOSTER_NAME = "model.lgb"
PICKLE_NAME = "model.pkl"


def get_default_pip_requirements(include_cloudpickle: bool = False) -> list[str]:
    """What the environment of a model needs beside MLflow: LightGBM, pinned; cloudpickle where asked."""
    return [pinned_or_error("lightgbm"), *([pinned_or_error("cloudpickle")] if include_cloudpickle else [])]


def get_default_conda_env(include_cloudpickle: bool = False) -> dict[str, Any]:
    """The conda environment of a model: this Python, MLflow and `get_default_pip_requirements`."""
    return make_conda_env(get_default_pip_requirements(include_cloudpickle))


def save_model(
    lgb_model: Any,
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
        lgb_model: a `lightgbm.Booster`, or an estimator such as `lightgbm.LGBMClassifier`.
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
    kind = type(lgb_model)
    is_booster = isinstance(lgb_model, FLAVOR.library().Booster)
    file_name = BOOSTER_NAME if is_booster else PICKLE_NAME
    # A pickle of LightGBM's own class holds the user's code only where it has functions of theirs, e.g. an objective.
    alike = kind if is_booster else None
    with FLAVOR.saving(locals(), get_default_pip_requirements(not is_booster), alike=alike) as saving:
        if is_booster:
            lgb_model.save_model(saving.path(file_name))
        else:
            _write_pickle(lgb_model, saving.path(file_name))
        saving.pyfunc("mlflow.lightgbm", predict=Predictor(lgb_model).predict, data=file_name)
        saving.flavor(lgb_version=FLAVOR.version(), data=file_name, model_class=f"{kind.__module__}.{kind.__name__}")


def log_model(
    lgb_model: Any,
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
    return Model.log(flavor=mlflow.lightgbm, **given.pop("kwargs"), **given)


def load_model(model_uri: str, dst_path: str | None = None) -> Any:
    """Load a model as LightGBM's own object.

    Args:
        model_uri: a local path, `models:/<model id>`, `models:/<name>/<version or stage>`, `models:/<name>@<alias>`,
            `runs:/<run id>/<path>`, or the URI of a directory on a server or in an object store.
        dst_path: an existing directory to download to; a temporary one by default.

    Raises:
        MlflowException: there is no such model, or it is of another flavor.
        OSError: there is nothing at a local path.
    """
    return _load(*FLAVOR.open(model_uri, dst_path))


def _write_pickle(model: Any, path: str) -> None:
    import cloudpickle

    with open(path, "wb") as file:
        cloudpickle.dump(model, file)


def _load(directory: str, entry: dict[str, Any]) -> Any:
    import cloudpickle

    lightgbm = FLAVOR.library()
    path = os.path.join(directory, entry.get("data", BOOSTER_NAME))
    # Models that are older than this key are boosters.
    if entry.get("model_class", "Booster").endswith("Booster"):
        return lightgbm.Booster(model_file=path)
    with open(path, "rb") as file:
        return cloudpickle.load(file)


def _load_pyfunc(path: str) -> Predictor:
    """Load a model for pyfunc, which finds this function by the module's name."""
    return Predictor(_load(*FLAVOR.opened(path)))
