"""Pipelines and their parts: what a user passes, how it is written, and how it is read again."""

from __future__ import annotations

import logging
import os
import sys
from typing import Any

from millrace.errors import MlflowException
from mlflow.environment.libraries import library
from mlflow.models.flavor import Flavor
from mlflow.models.inference_tasks import CHAT, COMPLETIONS, EMBEDDINGS

FLAVOR_NAME = "transformers"
FLAVOR = Flavor(FLAVOR_NAME, module="transformers")
MODEL_DIRECTORY = "model"
COMPONENTS_DIRECTORY = "components"
ADAPTER_DIRECTORY = "peft"

_COMPONENTS = ("feature_extractor", "tokenizer", "image_processor", "processor")
_KEYS = ("model", "tokenizer", "feature_extractor", "image_processor", "torch_dtype")
_AUTO = {
    "tokenizer": "AutoTokenizer",
    "feature_extractor": "AutoFeatureExtractor",
    "image_processor": "AutoImageProcessor",
    "processor": "AutoProcessor",
}
_INFERENCE_TASKS = {EMBEDDINGS: "feature-extraction", COMPLETIONS: "text-generation", CHAT: "text-generation"}
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
            f"The task provided is invalid. '{task}' is not a supported task for the {pipeline.task} pipeline. Must be "
            f"one of {offered}"
        )
    return task


def write(
    pipeline: Any, directory: str, processor: Any = None, torch_dtype: Any = None, *, weights: bool = True
) -> dict[str, Any]:
    """Write a pipeline's model and its other parts into a directory; answers what the `MLmodel` file says of them.

    Args:
        pipeline: the pipeline; of one with an adapter of PEFT both the base model and the adapter are kept.
        directory: where to.
        processor: a processor that belongs to it.
        torch_dtype: the type of numbers that it is loaded with; the model's own by default.
        weights: write the model; else only say where on the hub it is, if it is there (`is_of_hub`).
    """
    base = base_model(pipeline.model)
    parts = {name: getattr(pipeline, name, None) for name in _COMPONENTS}
    parts["processor"] = processor or parts["processor"]
    found = {name: part for name, part in parts.items() if part is not None}
    entry: dict[str, Any] = {
        "task": pipeline.task,
        "instance_type": type(pipeline).__name__,
        "source_model_name": base.name_or_path,
        "pipeline_model_type": type(base).__name__,
        "framework": getattr(pipeline, "framework", "pt"),
        "torch_dtype": str(torch_dtype or getattr(base, "dtype", None)),
        "transformers_version": FLAVOR.library().__version__,
        "components": [name for name in found if name != "processor"],
        **{f"{name}_type": type(part).__name__ for name, part in found.items()},
    }
    if base is not pipeline.model:
        pipeline.model.save_pretrained(os.path.join(directory, ADAPTER_DIRECTORY))
        entry["peft_adaptor"] = ADAPTER_DIRECTORY
    if weights or not is_of_hub(base, found):
        write_parts(pipeline.model, found, directory)
        return {**entry, "model_binary": MODEL_DIRECTORY}
    revision = base.config._commit_hash
    for name in found:
        entry |= {f"{name}_name": base.name_or_path, f"{name}_revision": revision}
    return {**entry, "source_model_revision": revision}


def write_parts(model: Any, parts: dict[str, Any], directory: str) -> None:
    """Write a model without its adapter, and the other parts, into a directory."""
    base = base_model(model)
    keywords = {} if base is model else {"state_dict": _without_adapter(model)}
    base.save_pretrained(os.path.join(directory, MODEL_DIRECTORY), **keywords)
    for name, part in parts.items():
        part.save_pretrained(os.path.join(directory, COMPONENTS_DIRECTORY, name))


def base_model(model: Any) -> Any:
    """The model below an adapter of PEFT; the model itself where there is none."""
    # Whoever has such a model has imported its library.
    peft = sys.modules.get("peft")
    return model.get_base_model() if peft is not None and isinstance(model, peft.PeftModel) else model


def _without_adapter(model: Any) -> dict[str, Any]:
    """The weights of a base model by their own names: an adapter put its own beside them, and moved them."""
    adapter = getattr(model.base_model, "prefix", None)  # e.g. `lora_`; those that change no layer have none
    weights = model.get_base_model().state_dict()
    return {
        name.replace(".base_layer.", "."): value
        for name, value in weights.items()
        if adapter is None or f".{adapter}" not in name
    }


def is_of_hub(model: Any, parts: dict[str, Any]) -> bool:
    """Whether a model and all of its parts are from one repository of the hub, and it is known which revision."""
    name = model.name_or_path
    if not name or os.path.exists(name) or getattr(model.config, "_commit_hash", None) is None:
        return False
    return all(getattr(part, "name_or_path", name) == name for part in parts.values())


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
    if entry.get("peft_adaptor"):
        adapter = os.path.join(directory, entry["peft_adaptor"])
        model = library("peft").PeftModel.from_pretrained(model, adapter)
    parts["model"] = model if device is None else model.to(device)
    for name in kept_names(entry):
        part = getattr(transformers, entry.get(f"{name}_type") or "", None) or getattr(transformers, _AUTO[name])
        path = os.path.join(directory, COMPONENTS_DIRECTORY, name)
        if os.path.isdir(path):
            parts[name] = part.from_pretrained(path)
        else:
            parts[name] = part.from_pretrained(
                entry.get(f"{name}_name") or source, revision=entry.get(f"{name}_revision")
            )
    return parts


def kept_names(entry: dict[str, Any]) -> list[str]:
    """The names of the parts beside the model that an `MLmodel` file speaks of."""
    return [*entry.get("components", []), *(["processor"] if "processor_type" in entry else [])]


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
