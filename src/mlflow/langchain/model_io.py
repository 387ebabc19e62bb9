"""Saving, logging and loading of LangChain's runnables and LangGraph's graphs: as models from code, or as objects."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any

import mlflow
from millrace.errors import MlflowException
from mlflow.environment.libraries import version_of
from mlflow.environment.requirements import pinned_or_error
from mlflow.langchain import pickled
from mlflow.models.code import load_model_from_code
from mlflow.models.flavor import Flavor
from mlflow.models.interface import ModelSignature
from mlflow.models.model import Model, ModelInfo

FLAVOR_NAME = "langchain"
FLAVOR = Flavor(FLAVOR_NAME, module="langchain_core", package="langchain-core")


def save_model(
    lc_model: Any,
    path: str,
    conda_env: dict[str, Any] | str | None = None,
    code_paths: list[str] | None = None,
    mlflow_model: Model | None = None,
    signature: ModelSignature | None = None,
    input_example: Any = None,
    pip_requirements: list[str] | str | None = None,
    extra_pip_requirements: list[str] | str | None = None,
    metadata: dict[str, Any] | None = None,
    loader_fn: Any = None,
    persist_dir: str | None = None,
    model_config: dict[str, Any] | str | None = None,
    streamable: bool | None = None,
) -> None:
    """Save the script that makes a model, or the model itself, to a local directory.

    Args:
        lc_model: the path of a Python file that makes a runnable or graph and names it by `mlflow.models.set_model`; or
            an object, which is pickled: a RunnableLambda, RunnablePassthrough, ChatPromptTemplate, SimpleChatModel,
            or a RunnableSequence, RunnableParallel, RunnableBranch, RunnableAssign or RunnableBinding of such.
        path: the directory; must not exist, or be empty.
        conda_env: a conda environment, as a dict or a path; in place of the inferred requirements.
        code_paths: files and folders of code that are copied into the model, and importable when it is loaded.
        mlflow_model: the `MLmodel` file's content to add to.
        signature: what the model takes and gives; found by predicting the example by default.
        input_example: an example of the input; see `mlflow.models.examples`.
        pip_requirements: requirements as lines or a path; in place of the inferred ones.
        extra_pip_requirements: requirements on top of the inferred ones.
        metadata: whatever the user wants to have in the `MLmodel` file.
        loader_fn: refused: for chains of LangChain before 1.0.
        persist_dir: refused, likewise.
        model_config: settings for the script's `mlflow.models.ModelConfig`.
        streamable: whether it predicts piece by piece; whether it has `stream` by default.

    Raises:
        MlflowException: the directory is not empty, the script fails, or the object is of another kind.
        ValueError: more than one way of describing the environment was used.
    """
    if loader_fn is not None or persist_dir is not None:
        raise MlflowException.invalid_parameter_value(
            "`loader_fn` and `persist_dir` are for chains that LangChain 1.0 does not have any more: save from code "
            "what makes the model, by `mlflow.models.set_model`."
        )
    FLAVOR.library()
    script = os.path.abspath(lc_model) if isinstance(lc_model, str | os.PathLike) else None
    model = lc_model if script is None else load_model_from_code(script, model_config)
    if script is None:
        pickled.refuse(model)
    if streamable is None:
        streamable = hasattr(model, "stream")
    version = version_of("langchain", "langchain")
    with FLAVOR.saving(locals(), [pinned_or_error("langchain-core")]) as saving:
        how: dict[str, Any] = {"streamable": streamable}
        if script is None:
            how.update(vars(pickled.save(model, os.path.dirname(saving.path(pickled.MODEL)))))
            where: dict[str, Any] = how
        else:
            shutil.copy(script, saving.path(os.path.basename(script)))
            where = {**how, "model_code_path": script, "model_config": model_config}
        predict = Predictor(model).predict
        saving.pyfunc("mlflow.langchain", predict=predict, predict_stream_fn="predict_stream", **where)
        saving.flavor(langchain_version=version, **how)


def log_model(
    lc_model: Any,
    artifact_path: str | None = None,
    conda_env: dict[str, Any] | str | None = None,
    code_paths: list[str] | None = None,
    registered_model_name: str | None = None,
    signature: ModelSignature | None = None,
    input_example: Any = None,
    await_registration_for: int | None = 300,
    pip_requirements: list[str] | str | None = None,
    extra_pip_requirements: list[str] | str | None = None,
    metadata: dict[str, Any] | None = None,
    loader_fn: Any = None,
    persist_dir: str | None = None,
    run_id: str | None = None,
    model_config: dict[str, Any] | str | None = None,
    streamable: bool | None = None,
    resources: Any = None,
    prompts: list[str] | None = None,
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
    given = dict(locals())
    return Model.log(flavor=mlflow.langchain, **given)


def load_model(model_uri: str, dst_path: str | None = None) -> Any:
    """Load a model as the object that was saved, or that its script makes.

    Objects are pickles: load those of people whom you trust only.

    Args:
        model_uri: a local path, `models:/<model id>`, `models:/<name>/<version or stage>`, `models:/<name>@<alias>`,
            `runs:/<run id>/<path>`, or the URI of a directory on a server or in an object store.
        dst_path: an existing directory to download to; a temporary one by default.

    Raises:
        MlflowException: there is no such model, it is of another flavor, or of a kind that LangChain 1.0 has not.
        OSError: there is nothing at a local path.
    """
    return _load(FLAVOR.open(model_uri, dst_path)[0], None)


def _load(directory: str, config: dict[str, Any] | None) -> Any:
    FLAVOR.library()
    flavors = Model.load(directory).flavors
    entry = flavors.get("python_function", {})
    script = entry.get("model_code_path")
    if script is None:
        told = {**flavors.get(FLAVOR_NAME, {})}
        kind = told.get("model_type", "an object")
        return pickled.load(directory, pickled.Saved(told.get("model_data", ""), kind, told.get("model_load", "")))
    return load_model_from_code(os.path.join(directory, os.path.basename(script)), config or entry.get("config"))


def _load_pyfunc(path: str, model_config: dict[str, Any] | None = None) -> Predictor:
    """Load a model for pyfunc, which finds this function by the module's name."""
    return Predictor(_load(FLAVOR.opened(path)[0], model_config))


class Predictor:
    """A runnable behind the interface that every flavor gives pyfunc.

    Args:
        model: the runnable or graph.
    """

    def __init__(self, model: Any) -> None:
        self._model = model

    def get_raw_model(self) -> Any:
        """The runnable or graph."""
        return self._model

    def predict(self, data: Any, params: dict[str, Any] | None = None) -> Any:
        """Run the model: for one input, or for each row of a DataFrame or item of a list; messages become dicts."""
        rows = _rows(data)
        if isinstance(rows, list):
            return [_plain(answer) for answer in self._model.batch(rows, **_named(params))]
        return _plain(self._model.invoke(rows, **_named(params)))

    def predict_stream(self, data: Any, params: dict[str, Any] | None = None) -> Iterator[Any]:
        """Run the model for one input; answers come piece by piece.

        Raises:
            MlflowException: there is more than one input.
        """
        rows = _rows(data)
        if isinstance(rows, list):
            if len(rows) != 1:
                raise MlflowException(f"A stream is of one input, and here are {len(rows)}: stream them one by one.")
            rows = rows[0]
        return (_plain(piece) for piece in self._model.stream(rows, **_named(params)))


def _named(params: dict[str, Any] | None) -> dict[str, Any]:
    return dict(params or {})


def _rows(data: Any) -> Any:
    """Rows as dicts, where data is a table; else the data itself."""
    if hasattr(data, "to_dict") and hasattr(data, "columns"):
        return data.to_dict(orient="records")
    return data


def _plain(answer: Any) -> Any:
    """An answer with dicts in place of messages, also within lists and dicts."""
    if isinstance(answer, dict):
        return {name: _plain(value) for name, value in answer.items()}
    if isinstance(answer, list | tuple):
        return [_plain(each) for each in answer]
    is_message = isinstance(answer, FLAVOR.library("langchain_core.messages").BaseMessage)
    return answer.model_dump() if is_message else answer
