"""Saving, logging and loading of scikit-learn's estimators."""

from __future__ import annotations

import logging
import os
import pickle
from typing import Any

import mlflow
from millrace.errors import MlflowException
from mlflow.environment.files import conda_env as make_conda_env
from mlflow.environment.requirements import pinned
from mlflow.models.flavor import Flavor
from mlflow.models.interface import ModelSignature
from mlflow.models.model import MLMODEL_FILE_NAME, Model, ModelInfo

FLAVOR_NAME = "sklearn"
SERIALIZATION_FORMAT_PICKLE = "pickle"
SERIALIZATION_FORMAT_CLOUDPICKLE = "cloudpickle"
SUPPORTED_SERIALIZATION_FORMATS = [SERIALIZATION_FORMAT_PICKLE, SERIALIZATION_FORMAT_CLOUDPICKLE]
PICKLE_NAME = "model.pkl"
FLAVOR = Flavor(FLAVOR_NAME, module="sklearn", package="scikit-learn", extra="sklearn")

_logger = logging.getLogger("mlflow.sklearn")


def get_default_pip_requirements(include_cloudpickle: bool = False) -> list[str]:
    """What the environment of an estimator needs beside MLflow: scikit-learn, pinned; cloudpickle where asked."""
    return [pinned("scikit-learn"), *([pinned("cloudpickle")] if include_cloudpickle else [])]


def get_default_conda_env(include_cloudpickle: bool = False) -> dict[str, Any]:
    """The conda environment of an estimator: this Python, MLflow and `get_default_pip_requirements`."""
    return make_conda_env(get_default_pip_requirements(include_cloudpickle))


def save_model(
    sk_model: Any,
    path: str,
    conda_env: dict[str, Any] | str | None = None,
    code_paths: list[str] | None = None,
    mlflow_model: Model | None = None,
    serialization_format: str = SERIALIZATION_FORMAT_CLOUDPICKLE,
    signature: ModelSignature | None = None,
    input_example: Any = None,
    pip_requirements: list[str] | str | None = None,
    extra_pip_requirements: list[str] | str | None = None,
    pyfunc_predict_fn: str = "predict",
    metadata: dict[str, Any] | None = None,
) -> None:
    """Save an estimator to a local directory.

    Args:
        sk_model: the estimator, pipeline or search.
        path: the directory; must not exist, or be empty.
        conda_env: a conda environment, as a dict or a path; in place of the inferred requirements.
        code_paths: files and folders of code that are copied into the model, and importable when it is loaded.
        mlflow_model: the `MLmodel` file's content to add to.
        serialization_format: `cloudpickle` (classes and functions of the script itself go along) or `pickle`.
        signature: what the model takes and gives; found by predicting the example by default.
        input_example: an example of the input; see `mlflow.models.examples`.
        pip_requirements: requirements as lines or a path; in place of the inferred ones.
        extra_pip_requirements: requirements on top of the inferred ones.
        pyfunc_predict_fn: the estimator's method that pyfunc's `predict` calls, e.g. `predict_proba`.
        metadata: whatever the user wants to have in the `MLmodel` file.

    Raises:
        MlflowException: the format is unknown, or the directory is not empty.
        ValueError: more than one way of describing the environment was used.
    """
    if serialization_format not in SUPPORTED_SERIALIZATION_FORMATS:
        raise MlflowException.invalid_parameter_value(
            f"Unrecognized serialization format: {serialization_format}. Please specify one of the following supported "
            f"formats: {SUPPORTED_SERIALIZATION_FORMATS}."
        )
    requirements = get_default_pip_requirements(serialization_format == SERIALIZATION_FORMAT_CLOUDPICKLE)
    with FLAVOR.saving(locals(), requirements) as saving:
        _write_pickle(sk_model, saving.path(PICKLE_NAME), serialization_format)
        if hasattr(sk_model, pyfunc_predict_fn):
            predict = _SklearnModelWrapper(sk_model, pyfunc_predict_fn).predict
            named = {"model_path": PICKLE_NAME, "predict_fn": pyfunc_predict_fn}
            saving.pyfunc("mlflow.sklearn", predict=predict, **named)
        else:
            _logger.warning(f"Model was missing function: {pyfunc_predict_fn}. Not logging python_function flavor!")
        saving.flavor(
            pickled_model=PICKLE_NAME,
            sklearn_version=FLAVOR.library().__version__,
            serialization_format=serialization_format,
        )


def _write_pickle(sk_model: Any, path: str, serialization_format: str) -> None:
    import cloudpickle

    library = cloudpickle if serialization_format == SERIALIZATION_FORMAT_CLOUDPICKLE else pickle
    with open(path, "wb") as file:
        library.dump(sk_model, file)


def log_model(
    sk_model: Any,
    artifact_path: str | None = None,
    conda_env: dict[str, Any] | str | None = None,
    code_paths: list[str] | None = None,
    serialization_format: str = SERIALIZATION_FORMAT_CLOUDPICKLE,
    registered_model_name: str | None = None,
    signature: ModelSignature | None = None,
    input_example: Any = None,
    await_registration_for: int | None = 300,
    pip_requirements: list[str] | str | None = None,
    extra_pip_requirements: list[str] | str | None = None,
    pyfunc_predict_fn: str = "predict",
    metadata: dict[str, Any] | None = None,
    params: dict[str, Any] | None = None,
    tags: dict[str, Any] | None = None,
    model_type: str | None = None,
    step: int = 0,
    model_id: str | None = None,
    name: str | None = None,
) -> ModelInfo:
    """Log an estimator: as a logged model, and as an output of the active run if there is one.

    Arguments as for `save_model` and `mlflow.models.Model.log`; `artifact_path` is the older word for `name`.

    Returns:
        What was logged; `model_info.model_uri` loads it.

    Raises:
        MlflowException: the arguments do not go together, or the store refused.
    """
    return Model.log(flavor=mlflow.sklearn, **locals())


def load_model(model_uri: str, dst_path: str | None = None) -> Any:
    """Load an estimator as scikit-learn's own object.

    Args:
        model_uri: a local path, `models:/<model id>`, `models:/<name>/<version or stage>`, `models:/<name>@<alias>`,
            `runs:/<run id>/<path>`, or the URI of a directory on a server or in an object store. Loading runs code
            that is in the model: load only what you trust.
        dst_path: an existing directory to download to; a temporary one by default.

    Raises:
        MlflowException: there is no such model, or it is of another flavor.
        OSError: there is nothing at a local path.
    """
    directory, flavor = FLAVOR.open(model_uri, dst_path)
    FLAVOR.library()
    return _read_pickle(
        os.path.join(directory, flavor["pickled_model"]),
        flavor.get("serialization_format", SERIALIZATION_FORMAT_PICKLE),
    )


def _read_pickle(path: str, serialization_format: str) -> Any:
    import cloudpickle

    if serialization_format not in SUPPORTED_SERIALIZATION_FORMATS:
        raise MlflowException.invalid_parameter_value(f"Unrecognized serialization format: {serialization_format}")
    library = cloudpickle if serialization_format == SERIALIZATION_FORMAT_CLOUDPICKLE else pickle
    with open(path, "rb") as file:
        return library.load(file)


class _SklearnModelWrapper:
    """An estimator behind the interface that every flavor gives pyfunc."""

    def __init__(self, sk_model: Any, predict_fn: str) -> None:
        self.sk_model = sk_model
        self._predict_fn = predict_fn

    def get_raw_model(self) -> Any:
        """The estimator."""
        return self.sk_model

    def predict(self, data: Any, params: dict[str, Any] | None = None) -> Any:
        """Call the method that was chosen when the model was saved; without params, as MLflow does."""
        return getattr(self.sk_model, self._predict_fn)(data)


def _load_pyfunc(path: str) -> _SklearnModelWrapper:
    """Load an estimator for pyfunc, which finds this function by the module's name."""
    directory = path if os.path.isdir(path) else os.path.dirname(path)
    flavors = Model.load(os.path.join(directory, MLMODEL_FILE_NAME)).flavors
    serialization_format = flavors.get(FLAVOR_NAME, {}).get("serialization_format", SERIALIZATION_FORMAT_PICKLE)
    flavor = flavors.get("python_function", {})
    file_path = os.path.join(path, flavor.get("model_path", PICKLE_NAME)) if os.path.isdir(path) else path
    return _SklearnModelWrapper(_read_pickle(file_path, serialization_format), flavor.get("predict_fn", "predict"))
