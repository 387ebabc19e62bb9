"""Saving, logging and loading of SHAP's explainers."""

from __future__ import annotations

import os
from typing import Any

import mlflow
from mlflow.environment.files import REQUIREMENTS_FILE_NAME
from mlflow.environment.files import conda_env as make_conda_env
from mlflow.environment.requirements import pinned_or_error, read_requirements
from mlflow.models.flavor import Flavor
from mlflow.models.interface import ModelSignature
from mlflow.models.model import MLMODEL_FILE_NAME, Model, ModelInfo
from mlflow.sklearn.model_io import load_model as load_sklearn_model
from mlflow.sklearn.model_io import save_model as save_sklearn_model

FLAVOR_NAME = "shap"
FLAVOR = Flavor(FLAVOR_NAME, module="shap")
FILE_NAME = "explainer.shap"
MODEL_FOLDER = "underlying_model"
UNKNOWN = "unknown"


def get_default_pip_requirements() -> list[str]:
    """What the environment of an explainer needs beside MLflow: SHAP, pinned."""
    return [pinned_or_error("shap")]


def get_default_conda_env() -> dict[str, Any]:
    """The conda environment of an explainer: this Python, MLflow and `get_default_pip_requirements`."""
    return make_conda_env(get_default_pip_requirements())


def get_underlying_model_flavor(model: Any) -> str:
    """The flavor that can save the model that an explainer explains: `sklearn`, or `unknown`.

    Args:
        model: an estimator, one of its methods, or either within `shap.models.Model`.
    """
    return "sklearn" if _estimator(model) is not None else UNKNOWN


def _estimator(model: Any) -> Any:
    """The estimator of scikit-learn that a model is, or whose method it is; None for other models."""
    try:
        from sklearn.base import BaseEstimator
    except ModuleNotFoundError:
        return None
    inner = getattr(model, "inner_model", model)
    owner = getattr(inner, "__self__", inner)
    return owner if isinstance(owner, BaseEstimator) else None


def save_explainer(
    explainer: Any,
    path: str,
    serialize_model_using_mlflow: bool = True,
    conda_env: dict[str, Any] | str | None = None,
    code_paths: list[str] | None = None,
    mlflow_model: Model | None = None,
    signature: ModelSignature | None = None,
    input_example: Any = None,
    pip_requirements: list[str] | str | None = None,
    extra_pip_requirements: list[str] | str | None = None,
    metadata: dict[str, Any] | None = None,
) -> None:
    """Save an explainer to a local directory.

    Args:
        explainer: a `shap.Explainer`.
        path: the directory; must not exist, or be empty.
        serialize_model_using_mlflow: save the model that is explained in its own flavor, where it is an estimator of
            scikit-learn; other models are saved by SHAP, within the explainer.
        conda_env: a conda environment, as a dict or a path; in place of the inferred requirements.
        code_paths: files and folders of code that are copied into the model, and importable when it is loaded.
        mlflow_model: the `MLmodel` file's content to add to.
        signature: what the explainer takes and gives; found by explaining the example by default.
        input_example: an example of the input; see `mlflow.models.examples`.
        pip_requirements: requirements as lines or a path; in place of the inferred ones.
        extra_pip_requirements: requirements on top of the inferred ones.
        metadata: whatever the user wants to have in the `MLmodel` file.

    Raises:
        MlflowException: the directory is not empty.
        ValueError: more than one way of describing the environment was used.
        ModuleNotFoundError: SHAP is not installed.
    """
    model = getattr(explainer, "model", None)
    flavor = get_underlying_model_flavor(model) if serialize_model_using_mlflow else None
    apart = flavor == "sklearn"
    # What the model needs is needed too; it is known once the model was saved.
    lines = list(read_requirements(pip_requirements)[0])
    given = {**locals(), "pip_requirements": lines if apart and pip_requirements is not None else pip_requirements}
    with FLAVOR.saving(given, get_default_pip_requirements()) as saving:
        if apart:
            save_sklearn_model(_estimator(model), saving.path(MODEL_FOLDER))
            lines += _requirements_of(saving.path(MODEL_FOLDER))
        with open(saving.path(FILE_NAME), "wb") as file:
            explainer.save(file, **({"model_saver": False} if apart else {}))
        saving.pyfunc(
            "mlflow.shap",
            predict=_SHAPWrapper(explainer).predict,
            model_path=FILE_NAME,
            underlying_model_flavor=flavor,
        )
        saving.flavor(shap_version=FLAVOR.version(), serialized_explainer=FILE_NAME, underlying_model_flavor=flavor)


def _requirements_of(directory: str) -> list[str]:
    lines = read_requirements(os.path.join(directory, REQUIREMENTS_FILE_NAME))[0]
    return [line for line in lines if not line.startswith("mlflow")]


save_model = save_explainer


def log_explainer(
    explainer: Any,
    artifact_path: str | None = None,
    serialize_model_using_mlflow: bool = True,
    conda_env: dict[str, Any] | str | None = None,
    code_paths: list[str] | None = None,
    registered_model_name: str | None = None,
    signature: ModelSignature | None = None,
    input_example: Any = None,
    await_registration_for: int | None = 300,
    pip_requirements: list[str] | str | None = None,
    extra_pip_requirements: list[str] | str | None = None,
    name: str | None = None,
    metadata: dict[str, Any] | None = None,
    params: dict[str, Any] | None = None,
    tags: dict[str, Any] | None = None,
    model_type: str | None = None,
    step: int = 0,
    model_id: str | None = None,
) -> ModelInfo:
    """Log an explainer: as a logged model, and as an output of the active run if there is one.

    Arguments as for `save_explainer` and `mlflow.models.Model.log`; `artifact_path` is the older word for `name`.

    Returns:
        What was logged; `model_info.model_uri` loads it.

    Raises:
        MlflowException: the arguments do not go together, or the store refused.
    """
    return Model.log(flavor=mlflow.shap, **locals())


def load_explainer(model_uri: str) -> Any:
    """Load an explainer, with the model that it explains.

    Args:
        model_uri: a local path, `models:/<model id>`, `models:/<name>/<version or stage>`, `models:/<name>@<alias>`,
            `runs:/<run id>/<path>`, or the URI of a directory on a server or in an object store.

    Raises:
        MlflowException: there is no such model, or it is of another flavor.
        OSError: there is nothing at a local path.
    """
    return _load(*FLAVOR.open(model_uri))


def _load(directory: str, entry: dict[str, Any]) -> Any:
    shap = FLAVOR.library()
    folder = os.path.join(directory, MODEL_FOLDER)
    path = os.path.join(directory, entry.get("serialized_explainer", FILE_NAME))
    with open(path, "rb") as file:
        if not os.path.exists(os.path.join(folder, MLMODEL_FILE_NAME)):
            return shap.Explainer.load(file)
        predict = load_sklearn_model(folder).predict
        return shap.Explainer.load(file, model_loader=lambda _: predict)


class _SHAPWrapper:
    """An explainer behind the interface that every flavor gives pyfunc."""

    def __init__(self, explainer: Any) -> None:
        self.explainer = explainer

    def get_raw_model(self) -> Any:
        """The explainer."""
        return self.explainer

    def predict(self, dataframe: Any, params: dict[str, Any] | None = None) -> Any:
        """The SHAP values of rows, an array of rows × features (× outputs)."""
        return self.explainer(getattr(dataframe, "values", dataframe)).values


def _load_pyfunc(path: str) -> _SHAPWrapper:
    """Load an explainer for pyfunc, which finds this function by the module's name."""
    return _SHAPWrapper(_load(*FLAVOR.opened(path)))
