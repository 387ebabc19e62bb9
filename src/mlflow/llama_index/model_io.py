"""Saving, logging and loading of LlamaIndex's indices, and of engines, retrievers and workflows as models from code."""

from __future__ import annotations

import os
import shutil
from typing import Any

import mlflow
from millrace.errors import MlflowException
from mlflow.environment.requirements import pinned_or_error
from mlflow.llama_index import settings
from mlflow.llama_index.engines import Predictor, check_engine_type, predictor
from mlflow.models.code import load_model_from_code
from mlflow.models.flavor import Flavor
from mlflow.models.interface import ModelSignature
from mlflow.models.model import Model, ModelInfo

FLAVOR_NAME = "llama_index"
FLAVOR = Flavor(FLAVOR_NAME, module="llama_index.core", package="llama-index-core")
_INDEX = "index"


def save_model(
    llama_index_model: Any,
    path: str,
    engine_type: str | None = None,
    model_config: str | dict[str, Any] | None = None,
    code_paths: list[str] | None = None,
    mlflow_model: Model | None = None,
    signature: ModelSignature | None = None,
    input_example: Any = None,
    pip_requirements: list[str] | str | None = None,
    extra_pip_requirements: list[str] | str | None = None,
    conda_env: dict[str, Any] | str | None = None,
    metadata: dict[str, Any] | None = None,
) -> None:
    """Save an index, or the script that makes an engine, retriever or workflow, to a local directory.

    The global `Settings` (models, embeddings, parsers) are saved with it, but for keys of providers, and hold again
    once it is loaded.

    Args:
        llama_index_model: an index; or the path of a Python file that makes an object and names it by
            `mlflow.models.set_model`.
        path: the directory; must not exist, or be empty.
        engine_type: how an index is asked: `"chat"`, `"query"` or `"retriever"`.
        model_config: arguments for making the engine of an index; settings for the script's
            `mlflow.models.ModelConfig`.
        code_paths: files and folders of code that are copied into the model, and importable when it is loaded.
        mlflow_model: the `MLmodel` file's content to add to.
        signature: what the model takes and gives; found by predicting the example by default.
        input_example: an example of the input; see `mlflow.models.examples`.
        pip_requirements: requirements as lines or a path; in place of the inferred ones.
        extra_pip_requirements: requirements on top of the inferred ones.
        conda_env: a conda environment, as a dict or a path; in place of the inferred requirements.
        metadata: whatever the user wants to have in the `MLmodel` file.

    Raises:
        MlflowException: the directory is not empty, or the object is neither an index nor a script.
        ValueError: an index cannot be asked so, or more than one way of describing the environment was used.
    """
    is_script = isinstance(llama_index_model, str | os.PathLike)
    if is_script:
        script = os.path.abspath(llama_index_model)
        model = load_model_from_code(script, model_config)
    else:
        model = llama_index_model
        if not isinstance(model, FLAVOR.library("llama_index.core.indices.base").BaseIndex):
            raise MlflowException.invalid_parameter_value(
                "Saving a non-index object is only supported in the 'Model-from-Code' saving mode: write what makes it "
                "into a file that calls `mlflow.models.set_model(…)`, and pass the file's path."
            )
        check_engine_type(engine_type)
    config = model_config if isinstance(model_config, dict) and not is_script else None
    asked = predictor(model, engine_type, config)
    with FLAVOR.saving(locals(), [pinned_or_error("llama-index-core")]) as saving:
        code: dict[str, Any] = {}
        if is_script:
            shutil.copy(script, saving.path(os.path.basename(script)))
            code["model_code_path"] = script
        else:
            model.storage_context.persist(persist_dir=saving.path(_INDEX))
        settings.write(saving.path(settings.FILE))
        saving.pyfunc("mlflow.llama_index", predict=asked.predict, model_config=model_config, **code)
        saving.flavor(engine_type=engine_type, llama_index_version=FLAVOR.version())


def log_model(
    llama_index_model: Any,
    artifact_path: str | None = None,
    engine_type: str | None = None,
    model_config: dict[str, Any] | None = None,
    code_paths: list[str] | None = None,
    registered_model_name: str | None = None,
    signature: ModelSignature | None = None,
    input_example: Any = None,
    await_registration_for: int | None = 300,
    pip_requirements: list[str] | str | None = None,
    extra_pip_requirements: list[str] | str | None = None,
    conda_env: dict[str, Any] | str | None = None,
    metadata: dict[str, Any] | None = None,
    prompts: list[str] | None = None,
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
    given.update(given.pop("kwargs"))
    return Model.log(flavor=mlflow.llama_index, **given)


def load_model(model_uri: str, dst_path: str | None = None) -> Any:
    """Load an index, or what a model's script makes; the `Settings` that it was saved with hold from now on.

    Args:
        model_uri: a local path, `models:/<model id>`, `models:/<name>/<version or stage>`, `models:/<name>@<alias>`,
            `runs:/<run id>/<path>`, or the URI of a directory on a server or in an object store.
        dst_path: an existing directory to download to; a temporary one by default.

    Raises:
        MlflowException: there is no such model, or it is of another flavor.
        OSError: there is nothing at a local path.
    """
    return _load(FLAVOR.open(model_uri, dst_path)[0], None)


def _load(directory: str, config: dict[str, Any] | None) -> Any:
    core = FLAVOR.library()
    entry = Model.load(directory).flavors.get("python_function", {})
    saved = os.path.join(directory, settings.FILE)
    if os.path.exists(saved):
        settings.read(saved)
    script = entry.get("model_code_path")
    if script is not None:
        return load_model_from_code(os.path.join(directory, os.path.basename(script)), config or entry.get("config"))
    context = core.StorageContext.from_defaults(persist_dir=os.path.join(directory, _INDEX))
    return core.load_index_from_storage(context)


def _load_pyfunc(path: str, model_config: dict[str, Any] | None = None) -> Predictor:
    """Load a model for pyfunc, which finds this function by the module's name."""
    directory, configuration = FLAVOR.opened(path)
    return predictor(_load(directory, model_config), configuration.get("engine_type"), model_config)
