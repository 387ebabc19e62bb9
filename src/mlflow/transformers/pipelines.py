"""Pipelines and their parts: what a user passes, how it is written, and how it is read again."""

from __future__ import annotations

import logging
import os
from typing import Any

from millrace.errors import MlflowException
from mlflow.models.flavor import Flavor
from mlflow.models.inference_tasks import EMBEDDINGS

FLAVOR_NAME = "transformers"
FLAVOR = Flavor(FLAVOR_NAME, module="transformers")
MODEL_DIRECTORY = "model"
COMPONENTS_DIRECTORY = "components"

_COMPONENTS = ("tokenizer", "feature_extractor", "image_processor", "processor")
_KEYS = ("model", "tokenizer", "feature_extractor", "image_processor", "torch_dtype")
_AUTO = {
    "tokenizer": "AutoTokenizer",
    "feature_extractor": "AutoFeatureExtractor",
    "image_processor": "AutoImageProcessor",
    "processor": "AutoProcessor",
}
_INFERENCE_TASKS = {EMBEDDINGS: "feature-extraction"}
"""Tasks with requests and answers of one form, and the pipeline's task below."""

_logger = logging.getLogger("mlflow.transformers")


def pipeline_of(given: Any, task: str | None) -> Any:
    """The pipeline that a user wants to save.

    Args:
        given: a pipeline, a dict of components, or the path of a checkpoint.
        task: the pipeline's task, where it has to be made.

    Raises:
        MlflowException: it is none of these, or misses something.
    """
    transformers = FLAVOR.library()
    if isinstance(given, transformers.Pipeline):
        return given
    pipeline_task = _INFERENCE_TASKS.get(task or "", task)
    if isinstance(given, str):
        if pipeline_task is None or not os.path.isdir(given):
            raise MlflowException.invalid_parameter_value(
                "The `task` argument must be specified when logging a model from a local checkpoint. Please provide "
                "the task type of the pipeline."
                if pipeline_task is None
                else f"There is no checkpoint at {given!r}: it is not a local directory."
            )
        return transformers.pipeline(pipeline_task, model=given)
    if not isinstance(given, dict):
        raise MlflowException.invalid_parameter_value(
            "The `transformers_model` must be one of the following types: \n (1) a transformers Pipeline\n (2) a "
            "dictionary of components for a transformers Pipeline\n (3) a path to a local/DBFS directory containing a "
            f"transformers model checkpoint.\nreceived: {type(given)}"
        )
    return _from_components(given, pipeline_task)


def _from_components(given: dict[str, Any], task: str | None) -> Any:
    transformers = FLAVOR.library()
    if given.get("model") is None:
        raise MlflowException.invalid_parameter_value(
            "The 'transformers_model' dictionary must have an entry for model"
        )
    unknown = [key for key in given if key not in _KEYS]
    if unknown:
        raise MlflowException.invalid_parameter_value(
            f"Invalid dictionary submitted for 'transformers_model'. The key(s) {unknown} are not permitted. Must be "
            f"one of: {set(_KEYS)}"
        )
    if task is None:
        raise MlflowException.invalid_parameter_value(
            "The task could not be inferred from the model. If you are saving a custom local model that is not "
            "available in the Hugging Face hub, please provide the `task` argument to the `log_model` or `save_model` "
            "function."
        )
    return transformers.pipeline(task, **given)


def inference_task(task: str | None, pipeline: Any) -> str | None:
    """The task with one form of requests that a user asked for, or None.

    Raises:
        MlflowException: there is no such task, or the pipeline cannot serve it.
    """
    if task is None or not task.startswith("llm/v1"):
        return None
    if _INFERENCE_TASKS.get(task) != pipeline.task:
        offered = [each for each, below in _INFERENCE_TASKS.items() if below == pipeline.task]
        raise MlflowException.invalid_parameter_value(
            f"The task {task!r} is not offered for pipelines of the task {pipeline.task!r}; offered are: {offered}."
        )
    return task


def write(pipeline: Any, directory: str, processor: Any = None, torch_dtype: Any = None) -> dict[str, Any]:
    """Write a pipeline's model and its other parts into a directory; answers what the `MLmodel` file says of them."""
    entry: dict[str, Any] = {
        "task": pipeline.task,
        "instance_type": type(pipeline).__name__,
        "source_model_name": pipeline.model.name_or_path,
        "pipeline_model_type": type(pipeline.model).__name__,
        "framework": getattr(pipeline, "framework", "pt"),
        "torch_dtype": str(torch_dtype or getattr(pipeline.model, "dtype", None)),
        "model_binary": MODEL_DIRECTORY,
        "transformers_version": FLAVOR.library().__version__,
    }
    pipeline.model.save_pretrained(os.path.join(directory, MODEL_DIRECTORY))
    parts = {name: getattr(pipeline, name, None) for name in _COMPONENTS}
    parts["processor"] = processor or parts["processor"]
    found = {name: part for name, part in parts.items() if part is not None}
    entry["components"] = [name for name in found if name != "processor"]
    for name, part in found.items():
        part.save_pretrained(os.path.join(directory, COMPONENTS_DIRECTORY, name))
        entry[f"{name}_type"] = type(part).__name__
    return entry


def read(directory: str, entry: dict[str, Any], device: Any = None, **keywords: Any) -> dict[str, Any]:
    """The model and the other parts that were written, and what else makes a pipeline of them: `task` and so on.

    Args:
        directory: the model's directory.
        entry: what its `MLmodel` file says.
        device: where the model is put.
        **keywords: for the model's `from_pretrained`.
    """
    transformers = FLAVOR.library()
    dtype = _dtype(keywords.pop("torch_dtype", None) or entry.get("torch_dtype"))
    parts: dict[str, Any] = {"task": entry["task"]}
    if entry.get("framework"):
        parts["framework"] = entry["framework"]
    if dtype is not None:
        parts["torch_dtype"] = keywords["torch_dtype"] = dtype
    local = entry.get("model_binary")
    source = os.path.join(directory, local) if local else entry["source_model_name"]
    revision = {} if local else {"revision": entry.get("source_model_revision")}
    kind = getattr(transformers, entry["pipeline_model_type"], transformers.AutoModel)
    model = kind.from_pretrained(source, **revision, **keywords)
    parts["model"] = model if device is None else model.to(device)
    names = [*entry.get("components", []), *(["processor"] if "processor_type" in entry else [])]
    for name in names:
        part = getattr(transformers, entry.get(f"{name}_type") or "", None) or getattr(transformers, _AUTO[name])
        path = os.path.join(directory, COMPONENTS_DIRECTORY, name)
        if os.path.isdir(path):
            parts[name] = part.from_pretrained(path)
        else:
            parts[name] = part.from_pretrained(
                entry.get(f"{name}_name") or source, revision=entry.get(f"{name}_revision")
            )
    return parts


def _dtype(named: Any) -> Any:
    """A type of torch by its name, such as `torch.float16`; None for none."""
    if not isinstance(named, str):
        return named
    import torch

    return getattr(torch, named.removeprefix("torch."), None)


def assembled(parts: dict[str, Any], **keywords: Any) -> Any:
    """A pipeline of parts."""
    parts = {name: part for name, part in parts.items() if name != "processor" or part is not None}
    return FLAVOR.library().pipeline(**parts, **keywords)
