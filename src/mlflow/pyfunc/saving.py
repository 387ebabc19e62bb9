"""Saving and logging of models of the user's own."""

from __future__ import annotations

import logging
import os
import shutil
from typing import Any

import yaml

import mlflow
from millrace.errors import MlflowException
from mlflow.environment.files import (
    ENVIRONMENT_REFERENCE,
    PYTHON_VERSION,
    check_environment_arguments,
    write_environment,
)
from mlflow.environment.files import (
    conda_env as make_conda_env,
)
from mlflow.environment.inference import infer_code_files, infer_pip_requirements
from mlflow.environment.requirements import pinned
from mlflow.models.code import load_model_from_code
from mlflow.models.dependencies_schemas import note_schemas
from mlflow.models.examples import InputExample
from mlflow.models.interface import ModelSignature
from mlflow.models.model import Model, ModelInfo
from mlflow.models.saving import (
    CODE_DIRECTORY,
    check_code_paths,
    copy_code,
    copy_into,
    describe_inputs,
    make_directory,
    signature_from_example,
    write_mlmodel,
)
from mlflow.pyfunc.fixed import FixedInterface
from mlflow.pyfunc.loaded import FLAVOR_NAME
from mlflow.pyfunc.model import (
    CONFIG_KEY_ARTIFACT_RELATIVE_PATH,
    CONFIG_KEY_ARTIFACT_URI,
    CONFIG_KEY_ARTIFACTS,
    CONFIG_KEY_CLOUDPICKLE_VERSION,
    CONFIG_KEY_PYTHON_MODEL,
    PythonModel,
    PythonModelContext,
    as_python_model,
    call_predict,
)
from mlflow.pyfunc.utils.data_validation import validated
from mlflow.tracing.state import trace_disabled
from mlflow.types.nested import AnyType
from mlflow.types.schema import ColSpec, Schema
from mlflow.types.type_hints import TypeFromExample, convert_to_hint, schema_of_hint

PICKLE_NAME = "python_model.pkl"

_logger = logging.getLogger("mlflow.pyfunc")


def get_default_pip_requirements() -> list[str]:
    """What the environment of a pickled Python model needs beside MLflow: cloudpickle, pinned."""
    return [pinned("cloudpickle")]


def get_default_conda_env() -> dict[str, Any]:
    """The conda environment of a pickled Python model: this Python, MLflow and cloudpickle."""
    return make_conda_env(get_default_pip_requirements())


def add_to_model(
    model: Model,
    loader_module: str,
    data: str | None = None,
    code: str | None = None,
    conda_env: str | None = None,
    python_env: str | None = None,
    model_config: str | dict[str, Any] | None = None,
    model_code_path: str | None = None,
    **kwargs: Any,
) -> Model:
    """Let pyfunc load a model: say in its `MLmodel` file how.

    Args:
        model: the file's content; changed, and answered.
        loader_module: a module with `_load_pyfunc(path)`, whose answer has `predict`.
        data: the path that the loader gets, within the model's directory; the directory itself by default.
        code: the folder with code to import, within the model's directory.
        conda_env: the file with the conda environment, within the model's directory.
        python_env: the file with the Python environment, within the model's directory.
        model_config: settings for the loader.
        model_code_path: the script of a model from code.
        **kwargs: further keys for the loader.

    Returns:
        The model.
    """
    flavor: dict[str, Any] = {**kwargs, "loader_module": loader_module, "python_version": PYTHON_VERSION}
    given = {"code": code, "data": data, "config": model_config, "model_code_path": model_code_path}
    flavor |= {key: value for key, value in given.items() if value}
    environment = {"conda": conda_env, "virtualenv": python_env}
    if any(environment.values()):
        flavor["env"] = {key: value for key, value in environment.items() if value}
    return model.add_flavor(FLAVOR_NAME, **flavor)


def save_model(
    path: str,
    loader_module: str | None = None,
    data_path: str | None = None,
    code_paths: list[str] | None = None,
    infer_code_paths: bool = False,
    conda_env: dict[str, Any] | str | None = None,
    mlflow_model: Model | None = None,
    python_model: Any = None,
    artifacts: dict[str, str] | None = None,
    signature: ModelSignature | None = None,
    input_example: Any = None,
    pip_requirements: list[str] | str | None = None,
    extra_pip_requirements: list[str] | str | None = None,
    metadata: dict[str, Any] | None = None,
    model_config: dict[str, Any] | str | None = None,
    streamable: bool | None = None,
    resources: Any = None,
    auth_policy: Any = None,
    **kwargs: Any,
) -> None:
    """Save a model of the user's own to a local directory.

    Either `python_model` (with `artifacts`) or `loader_module` (with `data_path`) says what the model is.

    Args:
        path: the directory; must not exist, or be empty.
        loader_module: a module with `_load_pyfunc(path)`, whose answer has `predict`.
        data_path: a file or folder that is copied into the model, and whose copy the loader gets.
        code_paths: files and folders of code that are copied into the model, and importable when it is loaded.
        infer_code_paths: copy the Python files below the working directory that the model imports, in place of
            `code_paths`; those of the main script excepted.
        conda_env: a conda environment, as a dict or a path; in place of the inferred requirements.
        mlflow_model: the `MLmodel` file's content to add to; for flavors.
        python_model: a `PythonModel`, a function of one argument, or the path of a script that calls
            `mlflow.models.set_model`.
        artifacts: name to a path or URI; copied into the model; `context.artifacts` has the local paths.
        signature: what the model takes and gives; found from type hints or the example by default.
        input_example: an example of the input; see `mlflow.models.examples`.
        pip_requirements: requirements as lines or a path; in place of the inferred ones.
        extra_pip_requirements: requirements on top of the inferred ones.
        metadata: whatever the user wants to have in the `MLmodel` file.
        model_config: settings, or the path of a YAML file with them; `context.model_config` when loaded.
        streamable: whether the model can predict piece by piece; by default, whether it defines `predict_stream`.
        resources: what it needs where it is served: objects of `mlflow.models.resources`, or a YAML file's path.
        auth_policy: whose rights it uses where it is served; see `mlflow.models.auth_policy`.
        **kwargs: none; an unknown name is an error.

    Raises:
        MlflowException: the arguments do not go together, or the directory is not empty.
        ValueError: more than one way of describing the environment was used.
    """
    _check_arguments(loader_module, data_path, python_model, artifacts, kwargs)
    if infer_code_paths and code_paths:
        raise MlflowException.invalid_parameter_value(
            "Both `code_paths` and `infer_code_paths` are specified: pass one of them."
        )
    check_environment_arguments(conda_env, pip_requirements, extra_pip_requirements)
    check_code_paths(code_paths)
    script = os.path.abspath(python_model) if isinstance(python_model, str | os.PathLike) else None
    model_config = _read_config(model_config)
    if script is not None:
        python_model = load_model_from_code(script, model_config)
    own = None if python_model is None else as_python_model(python_model, signature)
    model = mlflow_model or Model()
    model.metadata = metadata if metadata is not None else model.metadata
    model.note_rights(resources, auth_policy)
    if own is not None and own._fixed is not None:
        signature, input_example = _fixed(own._fixed, model, signature, input_example)
        streamable = True if streamable is None else streamable
    note_schemas(model)
    directory = make_directory(path)
    code = copy_code(code_paths, directory)
    if own is None:
        describe_inputs(model, directory, signature=signature, input_example=input_example, predict=None)
        data = _copy_data(data_path, directory)
        environment = {"conda_env": ENVIRONMENT_REFERENCE["conda"], "python_env": ENVIRONMENT_REFERENCE["virtualenv"]}
        add_to_model(
            model, str(loader_module), data, code, model_config=model_config, streamable=bool(streamable), **environment
        )
    else:
        saved = _copy_artifacts(artifacts, directory)
        context = _context(saved, directory, model_config)
        # Before the example is tried: what `load_context` puts on the object does not belong into the pickle.
        flavor = _write_python_model(own, directory, script, saved)
        _describe(model, directory, signature, input_example, own, context)
        flavor |= {"streamable": _streams(own) if streamable is None else streamable, "code": code}
        model.add_flavor(FLAVOR_NAME, **flavor, **({"config": model_config} if model_config else {}))
    if infer_code_paths:
        write_mlmodel(model, directory)  # so that it can be loaded
        model.flavors[FLAVOR_NAME]["code"] = _copy_imported(directory)
    write_mlmodel(model, directory)
    defaults = [] if loader_module else get_default_pip_requirements()
    write_environment(
        directory,
        default=lambda: infer_pip_requirements(directory, FLAVOR_NAME, fallback=defaults),
        conda=conda_env,
        pip_requirements=pip_requirements,
        extra_pip_requirements=extra_pip_requirements,
    )


def _fixed(
    fixed: FixedInterface, model: Model, signature: ModelSignature | None, input_example: Any
) -> tuple[ModelSignature, dict[str, Any]]:
    """The signature and example of a model whose interface is fixed; its task is noted where there is no metadata.

    Raises:
        MlflowException: the caller gave a signature, or an example that is no request.
    """
    if signature is not None:
        raise MlflowException(
            f"{fixed.name} subclasses have a standard signature that is set automatically. Please remove the "
            "`signature` parameter from the call to log_model() or save_model()."
        )
    if model.metadata is None:
        model.metadata = {"task": fixed.task}
    return fixed.signature, fixed.example(input_example)


def _copy_imported(directory: str) -> str | None:
    """Copy the files that the model imports into its folder of code; answers the folder's name, None without any."""
    for path in (files := infer_code_files(directory)):
        target = os.path.join(directory, CODE_DIRECTORY, path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        shutil.copy(path, target)
    return CODE_DIRECTORY if files else None


def _context(saved: dict[str, dict[str, str]], directory: str, config: dict[str, Any] | None) -> PythonModelContext:
    paths = {name: os.path.join(directory, each[CONFIG_KEY_ARTIFACT_RELATIVE_PATH]) for name, each in saved.items()}
    return PythonModelContext(paths, config)


def _check_arguments(
    loader_module: Any, data_path: Any, python_model: Any, artifacts: Any, unknown: dict[str, Any]
) -> None:
    if unknown:
        raise TypeError(f"save_model() got unexpected keyword arguments: {unknown}")
    first = {"loader_module": loader_module, "data_path": data_path}
    second = {"artifacts": artifacts, "python_model": python_model}
    if any(each is not None for each in first.values()) and any(each is not None for each in second.values()):
        raise MlflowException.invalid_parameter_value(
            f"The following sets of parameters cannot be specified together: {first.keys()}  and {second.keys()}. "
            f"All parameters in one set must be `None`. Instead, found the following values: {first} and {second}"
        )
    if loader_module is None and python_model is None:
        message = (
            "Either `loader_module` or `python_model` must be specified. A `loader_module` should be a python module. "
            "A `python_model` should be a subclass of PythonModel"
        )
        raise MlflowException.invalid_parameter_value(message)


def _read_config(given: dict[str, Any] | str | None) -> dict[str, Any] | None:
    if isinstance(given, str | os.PathLike):
        if not os.path.isfile(given):
            raise MlflowException.invalid_parameter_value(f"The provided `model_config` path '{given}' does not exist.")
        with open(given) as file:
            return yaml.safe_load(file)
    if given is not None and not isinstance(given, dict):
        raise MlflowException.invalid_parameter_value(
            f"`model_config` must be a dict or the path of a YAML file, got {type(given).__name__}."
        )
    return given


@trace_disabled
def _describe(
    model: Model,
    directory: str,
    signature: ModelSignature | None,
    input_example: Any,
    python_model: PythonModel,
    context: PythonModelContext,
) -> None:
    """Write the example, and find the signature: the caller's, or from type hints, or from the example."""
    if python_model._fixed is not None:
        describe_inputs(model, directory, signature=signature, input_example=input_example, predict=None)
        _logger.info("Predicting on input example to validate output")
        python_model.load_context(context)
        python_model._fixed.check(python_model, context, input_example)
        return
    hints = python_model.predict_type_hints
    like_example = hints.input is TypeFromExample
    if signature is None and hints.input is not None and not like_example:
        signature = _signature_from_hints(python_model, context, hints, input_example)
    example = describe_inputs(model, directory, signature=signature, input_example=input_example, predict=None)
    if signature is None and example is not None:
        _logger.info("Inferring model signature from input example")
        python_model.load_context(context)
        model.signature = signature_from_example(
            example, lambda data, params: call_predict(python_model.predict, context, data, params)
        )
        if like_example and model.signature is not None:
            model.signature._is_type_hint_from_example = not isinstance(example.data, dict)


def _signature_from_hints(
    python_model: PythonModel, context: PythonModelContext, hints: Any, input_example: Any
) -> ModelSignature | None:
    """The signature that type hints describe; the output is of any type where it has no hint, or another one."""
    inputs = schema_of_hint(hints.input)
    if inputs is None:
        return None
    outputs = schema_of_hint(hints.output) if hints.output is not None else None
    if input_example is not None:
        _logger.info("Running the predict function to generate output based on input example")
        example = InputExample(input_example)
        try:
            data = validated(example.data, hints.input)
            python_model.load_context(context)
            answer = call_predict(python_model.predict, context, data, example.params)
            if outputs is not None:
                convert_to_hint(answer, hints.output)
        except Exception as error:
            _logger.warning(f"The input example, or what is predicted for it, does not fit the type hints: {error!r}")
            outputs = None
    signature = ModelSignature(inputs, outputs or Schema([ColSpec(AnyType())]))
    signature._is_signature_from_type_hint = True
    return signature


def _streams(python_model: PythonModel) -> bool:
    return type(python_model).predict_stream is not PythonModel.predict_stream


def _copy_data(data_path: str | None, directory: str) -> str | None:
    if data_path is None:
        return None
    target = os.path.join(directory, "data")
    os.makedirs(target, exist_ok=True)
    return f"data/{copy_into(data_path, target)}"


def _copy_artifacts(artifacts: dict[str, str] | None, directory: str) -> dict[str, dict[str, str]]:
    """Copy artifacts beside the model; name to path within the directory and URI."""
    if not artifacts:
        return {}
    saved = {}
    taken: set[str] = set()
    for name, uri in artifacts.items():
        uri = os.fspath(uri)
        local = uri if os.path.exists(uri) else mlflow.artifacts.download_artifacts(artifact_uri=uri)
        folder = "artifacts"
        if os.path.basename(os.path.abspath(local)) in taken:
            folder = f"artifacts/{name}"  # two artifacts of one file name
        os.makedirs(os.path.join(directory, folder), exist_ok=True)
        base = copy_into(local, os.path.join(directory, folder))
        taken.add(base)
        saved[name] = {CONFIG_KEY_ARTIFACT_RELATIVE_PATH: f"{folder}/{base}", CONFIG_KEY_ARTIFACT_URI: uri}
    return saved


def _write_python_model(
    python_model: PythonModel, directory: str, script: str | None, artifacts: dict[str, dict[str, str]]
) -> dict[str, Any]:
    """Write the pickle, or the script; answers what the flavor says of it."""
    import cloudpickle

    flavor: dict[str, Any] = {"python_version": PYTHON_VERSION, "env": dict(ENVIRONMENT_REFERENCE)}
    if artifacts:
        flavor[CONFIG_KEY_ARTIFACTS] = artifacts
    flavor[CONFIG_KEY_CLOUDPICKLE_VERSION] = cloudpickle.__version__
    if script is not None:
        shutil.copy(script, os.path.join(directory, os.path.basename(script)))
        return {**flavor, "loader_module": "mlflow.pyfunc.loaders.code_model", "model_code_path": script}
    with open(os.path.join(directory, PICKLE_NAME), "wb") as file:
        cloudpickle.dump(python_model, file)
    loader_module = python_model._fixed.loader_module if python_model._fixed else "mlflow.pyfunc.model"
    return {**flavor, "loader_module": loader_module, CONFIG_KEY_PYTHON_MODEL: PICKLE_NAME}


def log_model(
    artifact_path: str | None = None,
    loader_module: str | None = None,
    data_path: str | None = None,
    code_paths: list[str] | None = None,
    infer_code_paths: bool = False,
    conda_env: dict[str, Any] | str | None = None,
    python_model: Any = None,
    artifacts: dict[str, str] | None = None,
    registered_model_name: str | None = None,
    signature: ModelSignature | None = None,
    input_example: Any = None,
    await_registration_for: int | None = 300,
    pip_requirements: list[str] | str | None = None,
    extra_pip_requirements: list[str] | str | None = None,
    metadata: dict[str, Any] | None = None,
    model_config: dict[str, Any] | str | None = None,
    streamable: bool | None = None,
    resources: Any = None,
    auth_policy: Any = None,
    prompts: list[Any] | None = None,
    name: str | None = None,
    params: dict[str, Any] | None = None,
    tags: dict[str, Any] | None = None,
    model_type: str | None = None,
    step: int = 0,
    model_id: str | None = None,
) -> ModelInfo:
    """Log a model of the user's own: as a logged model, and as an output of the active run if there is one.

    Arguments as for `save_model` and `mlflow.models.Model.log`; `artifact_path` is the older word for `name`.

    Returns:
        What was logged; `model_info.model_uri` loads it.

    Raises:
        MlflowException: the arguments do not go together, or the store refused.
    """
    return Model.log(
        artifact_path=artifact_path,
        flavor=mlflow.pyfunc,
        registered_model_name=registered_model_name,
        await_registration_for=await_registration_for,
        metadata=metadata,
        prompts=prompts,
        name=name,
        model_type=model_type,
        params=params,
        tags=tags,
        step=step,
        model_id=model_id,
        loader_module=loader_module,
        data_path=data_path,
        code_paths=code_paths,
        infer_code_paths=infer_code_paths,
        conda_env=conda_env,
        python_model=python_model,
        artifacts=artifacts,
        signature=signature,
        input_example=input_example,
        pip_requirements=pip_requirements,
        extra_pip_requirements=extra_pip_requirements,
        model_config=model_config,
        streamable=streamable,
        resources=resources,
        auth_policy=auth_policy,
    )
