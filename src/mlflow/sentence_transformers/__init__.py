"""Sentence Transformers: save, log and load models that turn sentences into vectors."""

from __future__ import annotations

import json
import logging
import os
from typing import Any

import mlflow
from millrace.errors import MlflowException
from millrace.settings import MLFLOW_DEFAULT_PREDICTION_DEVICE
from mlflow.environment.files import conda_env as make_conda_env
from mlflow.environment.requirements import pinned
from mlflow.models.flavor import Flavor
from mlflow.models.inference_tasks import EMBEDDINGS, embeddings_answer, embeddings_input, task_signature
from mlflow.models.interface import ModelSignature
from mlflow.models.model import Model, ModelInfo
from mlflow.types.data_type import DataType
from mlflow.types.schema import ColSpec, Schema, TensorSpec

FLAVOR_NAME = "sentence_transformers"
DATA_DIRECTORY = "model.sentence_transformer"
INFERENCE_CONFIG_FILE_NAME = "inference_config"
FLAVOR = Flavor(FLAVOR_NAME, module="sentence_transformers", package="sentence-transformers")

_logger = logging.getLogger("mlflow.sentence_transformers")


def get_default_pip_requirements() -> list[str]:
    """What the environment of a model needs beside MLflow: sentence-transformers, transformers and torch, pinned."""
    return [pinned("sentence-transformers"), pinned("transformers"), pinned("torch")]


def get_default_conda_env() -> dict[str, Any]:
    """The conda environment of a model: this Python, MLflow and `get_default_pip_requirements`."""
    return make_conda_env(get_default_pip_requirements())


def save_model(
    model: Any,
    path: str,
    task: str | None = None,
    inference_config: dict[str, Any] | None = None,
    code_paths: list[str] | None = None,
    mlflow_model: Model | None = None,
    signature: ModelSignature | None = None,
    input_example: Any = None,
    pip_requirements: list[str] | str | None = None,
    extra_pip_requirements: list[str] | str | None = None,
    conda_env: dict[str, Any] | str | None = None,
    metadata: dict[str, Any] | None = None,
) -> None:
    """Save a model to a local directory.

    Args:
        model: a `sentence_transformers.SentenceTransformer`.
        path: the directory; must not exist, or be empty.
        task: `llm/v1/embeddings`: pyfunc takes and gives what OpenAI's embeddings do; arrays by default.
        inference_config: settings for `encode` that are written beside the model.
        code_paths: files and folders of code that are copied into the model, and importable when it is loaded.
        mlflow_model: the `MLmodel` file's content to add to.
        signature: what the model takes and gives; found from the example, else sentences and a tensor.
        input_example: an example of the input; see `mlflow.models.examples`.
        pip_requirements: requirements as lines or a path; in place of the inferred ones.
        extra_pip_requirements: requirements on top of the inferred ones.
        conda_env: a conda environment, as a dict or a path; in place of the inferred requirements.
        metadata: whatever the user wants to have in the `MLmodel` file.

    Raises:
        MlflowException: the task is unknown, or the directory is not empty.
        ValueError: more than one way of describing the environment was used.
    """
    library = FLAVOR.library()
    if task is not None:
        metadata = _with_task(task, metadata)
        signature = signature or task_signature(task)
    elif signature is None and input_example is None:
        signature = _default_signature()
    with FLAVOR.saving(locals(), get_default_pip_requirements()) as saving:
        model.save(saving.path(DATA_DIRECTORY))
        if inference_config:
            with open(saving.path(INFERENCE_CONFIG_FILE_NAME), "w") as file:
                json.dump(inference_config, file, indent=2)
        saving.pyfunc(
            "mlflow.sentence_transformers",
            predict=_SentenceTransformerModelWrapper(model, task).predict,
            data=DATA_DIRECTORY,
            model_config={"task": task} if task else None,
        )
        inner = getattr(model[0], "auto_model", None)
        saving.flavor(
            source_model_name=getattr(inner, "name_or_path", ""),
            pipeline_model_type=type(inner).__name__,
            sentence_transformers_version=library.__version__,
        )


def _with_task(task: str, metadata: dict[str, Any] | None) -> dict[str, Any]:
    if task != EMBEDDINGS:
        raise MlflowException.invalid_parameter_value(
            f"Received invalid parameter value for `task` argument {task}. Task type could only be {EMBEDDINGS}"
        )
    if metadata and metadata.get("task", task) != task:
        raise MlflowException.invalid_parameter_value(
            f"Received invalid parameter value for `task` argument {task}. Task type is inconsistent with the task "
            f"value from metadata {metadata['task']}"
        )
    return {**(metadata or {}), "task": task}


def _default_signature() -> ModelSignature:
    import numpy as np

    return ModelSignature(Schema([ColSpec(DataType.string)]), Schema([TensorSpec(np.dtype("float64"), (-1,))]))


def log_model(
    model: Any,
    artifact_path: str | None = None,
    task: str | None = None,
    inference_config: dict[str, Any] | None = None,
    code_paths: list[str] | None = None,
    registered_model_name: str | None = None,
    signature: ModelSignature | None = None,
    input_example: Any = None,
    await_registration_for: int | None = 300,
    pip_requirements: list[str] | str | None = None,
    extra_pip_requirements: list[str] | str | None = None,
    conda_env: dict[str, Any] | str | None = None,
    metadata: dict[str, Any] | None = None,
    prompts: list[Any] | None = None,
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
    given = locals()
    if task is not None:
        given["metadata"] = _with_task(task, metadata)
    return Model.log(flavor=mlflow.sentence_transformers, **given)


def load_model(model_uri: str, dst_path: str | None = None) -> Any:
    """Load a model as a `SentenceTransformer`.

    Args:
        model_uri: a local path or any URI of a model.
        dst_path: an existing directory to download to; a temporary one by default.

    Raises:
        MlflowException: there is no such model, or it is of another flavor.
        OSError: there is nothing at a local path.
    """
    directory, _ = FLAVOR.open(model_uri, dst_path)
    return FLAVOR.library().SentenceTransformer(os.path.join(directory, DATA_DIRECTORY))


class _SentenceTransformerModelWrapper:
    """A model behind the interface that every flavor gives pyfunc."""

    def __init__(self, model: Any, task: str | None = None) -> None:
        self.model = model
        self.task = task

    def get_raw_model(self) -> Any:
        """The model."""
        return self.model

    def predict(self, data: Any, params: dict[str, Any] | None = None) -> Any:
        """Turn sentences into vectors.

        Args:
            data: a sentence, a list or Series of them, or a DataFrame, whose first column they are.
            params: for `encode`, by name.

        Returns:
            An array with a row for each sentence; for the task `llm/v1/embeddings` an answer as OpenAI gives it.
        """
        import pandas as pd

        if self.task == EMBEDDINGS and isinstance(data, dict | pd.DataFrame):
            sentences = embeddings_input(data)
            return embeddings_answer(sentences, self.model.encode(sentences, **(params or {})), self.model.tokenizer)
        if isinstance(data, pd.DataFrame):
            data = data[data.columns[0]]
        if isinstance(data, pd.Series):
            data = data.to_list()
        return self.model.encode(data, **(params or {}))


def _load_pyfunc(path: str, model_config: dict[str, Any] | None = None) -> _SentenceTransformerModelWrapper:
    """Load a model for pyfunc, which finds this function by the module's name."""
    config = model_config or {}
    device = config.get("device") or MLFLOW_DEFAULT_PREDICTION_DEVICE.get()
    return _SentenceTransformerModelWrapper(
        FLAVOR.library().SentenceTransformer(path, device=device), config.get("task")
    )
