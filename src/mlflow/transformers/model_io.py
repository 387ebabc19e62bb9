"""Saving, logging and loading of pipelines of the transformers library."""

from __future__ import annotations

import logging
import string
from typing import Any

import yaml

import mlflow
from millrace.errors import MlflowException
from millrace.settings import MLFLOW_DEFAULT_PREDICTION_DEVICE
from mlflow.environment.files import conda_env as make_conda_env
from mlflow.environment.files import write_text
from mlflow.environment.requirements import pinned
from mlflow.models.examples import InputExample
from mlflow.models.interface import ModelSignature
from mlflow.models.model import Model, ModelInfo
from mlflow.models.saving import signature_from_example
from mlflow.transformers.files import IMAGES
from mlflow.transformers.pipelines import FLAVOR, assembled, base_model, inference_task, pipeline_of, read, write
from mlflow.transformers.predicting import PROMPT_TASKS, TransformersPipeline
from mlflow.transformers.signatures import default_signature, vectors

_logger = logging.getLogger("mlflow.transformers")


def get_default_pip_requirements(model: Any) -> list[str]:
    """What the environment of a model needs beside MLflow: transformers and torch, pinned; accelerate where it is.

    Args:
        model: the pipeline's model; whatever it is computed with is torch.
    """
    found = [pinned("transformers"), pinned("torch")]
    if base_model(model) is not model:
        found.append(pinned("peft"))
    accelerate = pinned("accelerate")
    return [*found, accelerate] if "==" in accelerate else found


def get_default_conda_env(model: Any) -> dict[str, Any]:
    """The conda environment of a model: this Python, MLflow and `get_default_pip_requirements`."""
    return make_conda_env(get_default_pip_requirements(model))


def save_model(
    transformers_model: Any,
    path: str,
    processor: Any = None,
    task: str | None = None,
    torch_dtype: Any = None,
    model_card: Any = None,
    code_paths: list[str] | None = None,
    mlflow_model: Model | None = None,
    signature: ModelSignature | None = None,
    input_example: Any = None,
    pip_requirements: list[str] | str | None = None,
    extra_pip_requirements: list[str] | str | None = None,
    conda_env: dict[str, Any] | str | None = None,
    metadata: dict[str, Any] | None = None,
    model_config: dict[str, Any] | None = None,
    prompt_template: str | None = None,
    save_pretrained: bool = True,
    **kwargs: Any,
) -> None:
    """Save a pipeline to a local directory.

    Args:
        transformers_model: a pipeline, a dict of its components (`model`, `tokenizer`, `feature_extractor`,
            `image_processor`), or the path of a checkpoint.
        path: the directory; must not exist, or be empty.
        processor: a processor that belongs to it.
        task: the pipeline's task, where components or a checkpoint are given; or `llm/v1/chat`,
            `llm/v1/completions` or `llm/v1/embeddings`: pyfunc takes and gives what OpenAI's interface does.
        torch_dtype: the type of numbers that it is loaded with; the model's own by default.
        model_card: a `huggingface_hub.ModelCard`, written beside the model; none is fetched.
        code_paths: files and folders of code that are copied into the model, and importable when it is loaded.
        mlflow_model: the `MLmodel` file's content to add to.
        signature: what the model takes and gives; found from the example, else from the task.
        input_example: an example of the input; see `mlflow.models.examples`.
        pip_requirements: requirements as lines or a path; in place of the inferred ones.
        extra_pip_requirements: requirements on top of the inferred ones.
        conda_env: a conda environment, as a dict or a path; in place of the inferred requirements.
        metadata: whatever the user wants to have in the `MLmodel` file.
        model_config: arguments of every call by pyfunc, such as `max_new_tokens`.
        prompt_template: a text with `{prompt}` that pyfunc puts each input into.
        save_pretrained: False keeps only where on the hub the model is, and its revision, for a model that was loaded
            from there with all of its parts; others are saved whole, with a warning. So is a model with an adapter of
            PEFT always: the adapter is kept, and the base model is referred to.
        **kwargs: accepted for compatibility.

    Raises:
        MlflowException: there is nothing to save, the task is missing or unknown, or the directory is not empty.
        ValueError: more than one way of describing the environment was used.
    """
    pipeline = pipeline_of(transformers_model, task)
    served = inference_task(task, pipeline)
    if prompt_template is not None:
        _check_template(prompt_template, pipeline.task)
        metadata = {**(metadata or {}), "prompt_template": prompt_template}
        if pipeline.task == "text-generation":
            model_config = {"return_full_text": False, **(model_config or {})}
    if served is not None:
        metadata = {**(metadata or {}), "task": served}
    predictor = TransformersPipeline(pipeline, served, model_config, prompt_template)
    if signature is None:
        signature = _signature(predictor, input_example)
    with FLAVOR.saving(locals(), get_default_pip_requirements(pipeline.model)) as saving:
        # An adapter is small, its base model is not: that one is referred to where it can be.
        weights = save_pretrained and base_model(pipeline.model) is pipeline.model
        entry = write(pipeline, saving.directory, processor, torch_dtype, weights=weights)
        if not weights and "model_binary" in entry:
            _logger.warning(
                "The save_pretrained parameter is set to False, but the specified model does not have a valid "
                "HuggingFace Hub repository identifier. Therefore, the weights will be saved to disk anyway."
            )
        if served is not None:
            entry["inference_task"] = served
        _write_card(model_card, saving.path("model_card.md"), saving.path("model_card_data.yaml"))
        write_text(saving.path("LICENSE.txt"), _license(entry["source_model_name"]))
        saving.flavor(**entry)
        saving.pyfunc("mlflow.transformers", predict=None, model_config=model_config)


def _check_template(template: str, task: str) -> None:
    if task not in PROMPT_TASKS:
        raise MlflowException.invalid_parameter_value(
            f"Prompt templating is not supported for the `{task}` task type. Supported task types are: {PROMPT_TASKS}."
        )
    fields = [name for _, name, _, _ in string.Formatter().parse(template) if name is not None]
    if fields != ["prompt"]:
        raise MlflowException.invalid_parameter_value(
            "Argument `prompt_template` must be a string with a single format arg, 'prompt'. For example: 'Answer the "
            f"following question in a friendly tone. Q: {{prompt}}. A:'\nReceived {template}. "
        )


def _signature(predictor: TransformersPipeline, input_example: Any) -> ModelSignature | None:
    """What the example shows, else what the task says."""
    default = default_signature(predictor.pipeline.task, predictor.inference_task)
    if input_example is None or predictor.inference_task is not None or predictor.pipeline.task == IMAGES:
        return default
    if default is not None and len(default.inputs or ()) > 1:
        return default  # several columns, whatever the example's first row looks like
    found = signature_from_example(InputExample(input_example), predictor.predict)
    if found is not None and predictor.pipeline.task == "feature-extraction":
        found = ModelSignature(found.inputs, vectors(), found.params)  # as long as there are tokens
    return found or default


def _write_card(card: Any, text_path: str, data_path: str) -> None:
    if card is None:
        return
    write_text(text_path, card.text)
    with open(data_path, "w", encoding="utf-8") as file:
        yaml.safe_dump(card.data.to_dict(), file, default_flow_style=False)


def _license(name: str) -> str:
    return (
        f"A license file could not be found for the '{name}' repository. \nTo ensure that you are in compliance with "
        "the license requirements for this model, please visit the model repository here: "
        f"https://huggingface.co/{name}"
    )


def log_model(
    transformers_model: Any,
    artifact_path: str | None = None,
    processor: Any = None,
    task: str | None = None,
    torch_dtype: Any = None,
    model_card: Any = None,
    code_paths: list[str] | None = None,
    registered_model_name: str | None = None,
    signature: ModelSignature | None = None,
    input_example: Any = None,
    await_registration_for: int | None = 300,
    pip_requirements: list[str] | str | None = None,
    extra_pip_requirements: list[str] | str | None = None,
    conda_env: dict[str, Any] | str | None = None,
    metadata: dict[str, Any] | None = None,
    model_config: dict[str, Any] | None = None,
    prompt_template: str | None = None,
    save_pretrained: bool = True,
    prompts: list[Any] | None = None,
    name: str | None = None,
    params: dict[str, Any] | None = None,
    tags: dict[str, Any] | None = None,
    model_type: str | None = None,
    step: int = 0,
    model_id: str | None = None,
    **kwargs: Any,
) -> ModelInfo:
    """Log a pipeline: as a logged model, and as an output of the active run if there is one.

    Arguments as for `save_model` and `mlflow.models.Model.log`; `artifact_path` is the older word for `name`.

    Returns:
        What was logged; `model_info.model_uri` loads it.

    Raises:
        MlflowException: the arguments do not go together, or the store refused.
    """
    given = locals()
    return Model.log(flavor=mlflow.transformers, **given.pop("kwargs"), **given)


def load_model(
    model_uri: str, dst_path: str | None = None, return_type: str = "pipeline", device: Any = None, **kwargs: Any
) -> Any:
    """Load a pipeline, or its components.

    Args:
        model_uri: a local path or any URI of a model.
        dst_path: an existing directory to download to; a temporary one by default.
        return_type: `pipeline`, or `components` for a dict of them.
        device: where it computes, e.g. `cpu` or 0 for the first GPU.
        **kwargs: for `transformers.pipeline`; with `components`, for the model's `from_pretrained`.

    Raises:
        MlflowException: there is no such model, it is of another flavor, or the return type is unknown.
        OSError: there is nothing at a local path.
    """
    if return_type not in ("pipeline", "components"):
        raise MlflowException.invalid_parameter_value(
            f"The specified return_type mode '{return_type}' is unsupported. Please select one of: 'pipeline' or "
            "'components'."
        )
    directory, entry = FLAVOR.open(model_uri, dst_path)
    device = MLFLOW_DEFAULT_PREDICTION_DEVICE.get() if device is None else device
    if return_type == "components":
        return read(directory, entry, device, **kwargs)
    keywords = dict(kwargs) if device is None else {**kwargs, "device": device}
    return assembled(read(directory, entry), **keywords)


def _load_pyfunc(path: str, model_config: dict[str, Any] | None = None) -> TransformersPipeline:
    """Load a pipeline for pyfunc, which finds this function by the module's name."""
    directory, entry = FLAVOR.opened(path)
    config = dict(model_config or {})
    device = config.pop("device", None) or MLFLOW_DEFAULT_PREDICTION_DEVICE.get()
    pipeline = assembled(read(directory, entry), **({} if device is None else {"device": device}))
    metadata = Model.load(directory).metadata or {}
    template, name = metadata.get("prompt_template"), entry.get("source_model_name")
    return TransformersPipeline(pipeline, entry.get("inference_task"), config, template, name)
