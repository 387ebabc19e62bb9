"""Saving, logging and loading of spaCy's models."""

from __future__ import annotations

import logging
import os
from typing import Any

import mlflow
from millrace.errors import MlflowException
from mlflow.environment.files import conda_env as make_conda_env
from mlflow.environment.requirements import pinned_or_error
from mlflow.models.flavor import Flavor
from mlflow.models.interface import ModelSignature
from mlflow.models.model import Model, ModelInfo

FLAVOR_NAME = "spacy"
FLAVOR = Flavor(FLAVOR_NAME, module="spacy")
FOLDER_NAME = "model.spacy"

_logger = logging.getLogger("mlflow.spacy")


def get_default_pip_requirements() -> list[str]:
    """What the environment of a model needs beside MLflow: spaCy, pinned."""
    return [pinned_or_error("spacy")]


def get_default_conda_env() -> dict[str, Any]:
    """The conda environment of a model: this Python, MLflow and `get_default_pip_requirements`."""
    return make_conda_env(get_default_pip_requirements())


def save_model(
    spacy_model: Any,
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
        spacy_model: a pipeline, `spacy.language.Language`.
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
        spacy_model.to_disk(saving.path(FOLDER_NAME))
        if _is_categorizer(spacy_model):
            saving.pyfunc("mlflow.spacy", predict=_SpacyModelWrapper(spacy_model).predict, data=FOLDER_NAME)
        else:
            _logger.warning(
                "Only pipelines with a text categorizer can be loaded by pyfunc: this one has the spacy flavor only, "
                "and is loaded by `mlflow.spacy.load_model`."
            )
        saving.flavor(spacy_version=FLAVOR.version(), data=FOLDER_NAME)


def log_model(
    spacy_model: Any,
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
    return Model.log(flavor=mlflow.spacy, **given.pop("kwargs"), **given)


def load_model(model_uri: str, dst_path: str | None = None) -> Any:
    """Load a model as spaCy's own object.

    Args:
        model_uri: a local path, `models:/<model id>`, `models:/<name>/<version or stage>`, `models:/<name>@<alias>`,
            `runs:/<run id>/<path>`, or the URI of a directory on a server or in an object store.
        dst_path: an existing directory to download to; a temporary one by default.

    Raises:
        MlflowException: there is no such model, or it is of another flavor.
        OSError: there is nothing at a local path.
    """
    return _load(*FLAVOR.open(model_uri, dst_path))


def _is_categorizer(spacy_model: Any) -> bool:
    kind = FLAVOR.library("spacy.pipeline").TextCategorizer
    return any(isinstance(component, kind) for _, component in spacy_model.pipeline)


def _load(directory: str, entry: dict[str, Any]) -> Any:
    return FLAVOR.library().load(os.path.join(directory, entry.get("data", FOLDER_NAME)))


class _SpacyModelWrapper:
    """A text categorizer behind the interface that every flavor gives pyfunc."""

    def __init__(self, spacy_model: Any) -> None:
        self.spacy_model = spacy_model

    def get_raw_model(self) -> Any:
        """The pipeline."""
        return self.spacy_model

    def predict(self, dataframe: Any, params: dict[str, Any] | None = None) -> Any:
        """Categorize the texts in the one column of a DataFrame.

        Returns:
            A DataFrame with the column `predictions`: a dict of category to score for each row.

        Raises:
            MlflowException: there is not exactly one column.
        """
        import pandas as pd

        if len(dataframe.columns) != 1:
            raise MlflowException("Shape of input dataframe must be (n_rows, 1column)")
        return pd.DataFrame({"predictions": dataframe.iloc[:, 0].apply(lambda text: self.spacy_model(text).cats)})


def _load_pyfunc(path: str) -> _SpacyModelWrapper:
    """Load a model for pyfunc, which finds this function by the module's name."""
    return _SpacyModelWrapper(_load(*FLAVOR.opened(path)))
