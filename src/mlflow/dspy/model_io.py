"""Saving, logging and loading of DSPy's programs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import cloudpickle

import mlflow
from millrace.errors import MlflowException
from mlflow.dspy.wrapper import DspyChatModelWrapper, DspyModelWrapper
from mlflow.environment.requirements import pinned_or_error
from mlflow.models.examples import InputExample
from mlflow.models.flavor import Flavor
from mlflow.models.interface import ModelSignature
from mlflow.models.model import Model, ModelInfo
from mlflow.models.saving import signature_from_example
from mlflow.types.schema import Array, ColSpec, DataType, Object, Property, Schema

FLAVOR_NAME = "dspy"
FLAVOR = Flavor(FLAVOR_NAME, module="dspy")
_CHAT = "llm/v1/chat"
_DATA = "data/model.pkl"
_SECRET = "api_key"


def get_default_pip_requirements() -> list[str]:
    """What a program needs, where it cannot be found out by loading it."""
    return [pinned_or_error("dspy")]


def save_model(
    model: Any,
    path: str,
    task: str | None = None,
    model_config: dict[str, Any] | None = None,
    code_paths: list[str] | None = None,
    mlflow_model: Model | None = None,
    conda_env: list[str] | str | None = None,
    signature: ModelSignature | None = None,
    input_example: Any = None,
    pip_requirements: list[str] | str | None = None,
    extra_pip_requirements: list[str] | str | None = None,
    metadata: dict[str, Any] | None = None,
    resources: Any = None,
) -> None:
    """Save a program to a local directory, with the settings of DSPy that hold now, but for keys of providers.

    Args:
        model: a `dspy.Module`.
        path: the directory; must not exist, or be empty.
        task: `"llm/v1/chat"` for a program that takes the messages of a chat as its only argument.
        model_config: settings of the user's own, kept with it.
        code_paths: files and folders of code that are copied into the model, and importable when it is loaded.
        mlflow_model: the `MLmodel` file's content to add to.
        conda_env: a conda environment, as a dict or a path; in place of the inferred requirements.
        signature: what the model takes and gives; found by predicting the example by default.
        input_example: an example of the input: a text, or a dict of arguments; see `mlflow.models.examples`.
        pip_requirements: requirements as lines or a path; in place of the inferred ones.
        extra_pip_requirements: requirements on top of the inferred ones.
        metadata: whatever the user wants to have in the `MLmodel` file.
        resources: what the model uses elsewhere.

    Raises:
        MlflowException: the directory is not empty, or there is no such task.
        ValueError: more than one way of describing the environment was used.
    """
    if task not in (None, _CHAT):
        raise MlflowException.invalid_parameter_value(
            f"Invalid task: {task} at `mlflow.dspy.save_model()` call. The task must be None or one of: ['{_CHAT}']"
        )
    FLAVOR.library()
    if task == _CHAT:
        signature = signature or _chat_signature()
        metadata = {"task": _CHAT, **(metadata or {})}
    kind = DspyChatModelWrapper if task == _CHAT else DspyModelWrapper
    wrapper = kind(model, _settings(), dict(model_config or {}))
    if signature is None and input_example is not None:
        signature = signature_from_example(InputExample(input_example), wrapper.predict)
    wrapper.output_schema = None if signature is None else signature.outputs
    with FLAVOR.saving(locals(), get_default_pip_requirements()) as saving:
        os.makedirs(saving.path("data"))
        with open(saving.path(_DATA), "wb") as file:
            _Pickler(file).dump(wrapper)
        is_streamable = wrapper.output_schema is not None and task is None
        saving.pyfunc("mlflow.dspy", predict=wrapper.predict, streamable=is_streamable)
        saving.flavor(model_path=_DATA, **({"inference_task": task} if task else {}))


def log_model(
    dspy_model: Any,
    artifact_path: str | None = None,
    task: str | None = None,
    model_config: dict[str, Any] | None = None,
    code_paths: list[str] | None = None,
    conda_env: list[str] | str | None = None,
    signature: ModelSignature | None = None,
    input_example: Any = None,
    registered_model_name: str | None = None,
    await_registration_for: int = 300,
    pip_requirements: list[str] | str | None = None,
    extra_pip_requirements: list[str] | str | None = None,
    metadata: dict[str, Any] | None = None,
    resources: Any = None,
    prompts: list[str] | None = None,
    name: str | None = None,
    params: dict[str, Any] | None = None,
    tags: dict[str, Any] | None = None,
    model_type: str | None = None,
    step: int = 0,
    model_id: str | None = None,
) -> ModelInfo:
    """Log a program: as a logged model, and as an output of the active run if there is one.

    Arguments as for `save_model` and `mlflow.models.Model.log`; `artifact_path` is the older word for `name`.

    Returns:
        What was logged; `model_info.model_uri` loads it.

    Raises:
        MlflowException: the arguments do not go together, or the store refused.
    """
    given = dict(locals())
    given["model"] = given.pop("dspy_model")
    return Model.log(flavor=mlflow.dspy, **given)


def load_model(model_uri: str, dst_path: str | None = None) -> Any:
    """Load a program, and let the settings of DSPy that it was saved with hold from now on.

    Args:
        model_uri: a local path, `models:/<model id>`, `models:/<name>/<version or stage>`, `models:/<name>@<alias>`,
            `runs:/<run id>/<path>`, or the URI of a directory on a server or in an object store.
        dst_path: an existing directory to download to; a temporary one by default.

    Raises:
        MlflowException: there is no such model, or it is of another flavor.
        OSError: there is nothing at a local path.
    """
    wrapper = _load(*FLAVOR.open(model_uri, dst_path))
    dspy = FLAVOR.library()
    # What listens here goes on listening.
    dspy.settings.configure(**{**wrapper.dspy_settings, "callbacks": dspy.settings.get("callbacks")})
    return wrapper.model


def _load_pyfunc(path: str) -> Any:
    """Load a program for pyfunc, which finds this function by the module's name."""
    return _load(*FLAVOR.opened(path))


def _load(directory: str, configuration: dict[str, Any]) -> Any:
    FLAVOR.library()
    with Path(directory, configuration["model_path"]).open("rb") as file:
        wrapper = cloudpickle.load(file)
    signature = Model.load(directory).signature
    if wrapper.output_schema is not None and signature is not None:
        wrapper.output_schema = signature.outputs
    callbacks = wrapper.dspy_settings.pop("callbacks", None) or []
    kept = [each for each in callbacks if not type(each).__module__.startswith("mlflow.")]
    if kept:
        wrapper.dspy_settings["callbacks"] = kept
    return wrapper


def _settings() -> dict[str, Any]:
    """The settings of DSPy, without what is of this process only."""
    config = dict(FLAVOR.library().settings.config)
    callbacks = config.pop("callbacks", None) or []
    config["callbacks"] = [each for each in callbacks if not type(each).__module__.startswith("mlflow.")]
    for name in ("trace", "mlflow_within"):
        config.pop(name, None)
    return config


class _Pickler(cloudpickle.Pickler):
    """Leaves out of models the keys of providers, and what they were asked."""

    def reducer_override(self, obj: Any) -> Any:
        """See `pickle.Pickler.reducer_override`."""
        base = getattr(FLAVOR.library(), "BaseLM", FLAVOR.library().LM)
        if isinstance(obj, base) and isinstance(getattr(obj, "kwargs", None), dict):
            kept = {name: value for name, value in obj.kwargs.items() if name != _SECRET}
            state = {**obj.__dict__, "kwargs": kept, **({"history": []} if "history" in obj.__dict__ else {})}
            return object.__reduce_ex__(obj, 2)[0], (type(obj),), state
        if isinstance(obj, Schema):
            return Schema.from_json, (obj.to_json(),)  # whoever loads it may have other classes below
        return super().reducer_override(obj)


def _chat_signature() -> ModelSignature:
    message = Object([Property("role", DataType.string), Property("content", DataType.string)])
    choice = Object(
        [Property("index", DataType.long), Property("message", message), Property("finish_reason", DataType.string)]
    )
    return ModelSignature(
        Schema([ColSpec(Array(message), name="messages")]), Schema([ColSpec(Array(choice), name="choices")])
    )
