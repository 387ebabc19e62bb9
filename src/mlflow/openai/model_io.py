"""Saving, logging and loading of calls of OpenAI's API: a task, a model, and what each request says."""

from __future__ import annotations

import os
import string
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import yaml

import mlflow
from millrace.errors import MlflowException
from millrace.settings import (
    OPENAI_API_BASE,
    OPENAI_API_KEY,
    OPENAI_API_TYPE,
    OPENAI_API_VERSION,
    OPENAI_DEPLOYMENT_NAME,
    OPENAI_ORGANIZATION,
)
from mlflow.models.flavor import Flavor
from mlflow.models.interface import ModelSignature
from mlflow.models.model import Model, ModelInfo
from mlflow.types import ColSpec, DataType, Schema, TensorSpec

FLAVOR_NAME = "openai"
FLAVOR = Flavor(FLAVOR_NAME, module="openai", extra="genai")
FILE_NAME = "model.yaml"
TASKS = ("chat.completions", "completions", "embeddings")
_BATCHES = {"completions": 20, "embeddings": 1024}
_AT_ONCE = 10


def save_model(
    model: Any,
    task: Any,
    path: str,
    conda_env: dict[str, Any] | str | None = None,
    code_paths: list[str] | None = None,
    mlflow_model: Model | None = None,
    signature: ModelSignature | None = None,
    input_example: Any = None,
    pip_requirements: list[str] | str | None = None,
    extra_pip_requirements: list[str] | str | None = None,
    metadata: dict[str, Any] | None = None,
    **kwargs: Any,
) -> None:
    """Save what a call of OpenAI's API asks, to a local directory; nothing is called, and no key is saved.

    As a pyfunc model it predicts texts: one request for each of them. `{names}` in `messages` or `prompt` are filled
    from columns; with one name or none, a text alone will do, which without names is the last message.

    Args:
        model: the name of OpenAI's model, or what `client.models.retrieve` gave.
        task: `chat.completions`, `completions` or `embeddings`, or the part of the client, e.g.
            `openai.chat.completions`.
        path: the directory; must not exist, or be empty.
        conda_env: a conda environment, as a dict or a path; in place of the inferred requirements.
        code_paths: files and folders of code that are copied into the model, and importable when it is loaded.
        mlflow_model: the `MLmodel` file's content to add to.
        signature: what the model takes and gives; by default the names in `messages` or `prompt`, and texts or vectors.
        input_example: an example of the input; see `mlflow.models.examples`.
        pip_requirements: requirements as lines or a path; in place of the inferred ones.
        extra_pip_requirements: requirements on top of the inferred ones.
        metadata: whatever the user wants to have in the `MLmodel` file.
        **kwargs: what each request says, e.g. `messages`, `prompt`, `temperature`.

    Raises:
        MlflowException: the directory is not empty, the task is another one, or `messages` are none.
        ValueError: more than one way of describing the environment was used.
    """
    asked = {**kwargs, "model": getattr(model, "id", model), "task": _task_name(task)}
    _check_messages(asked)
    _check_params(asked, signature)
    names = _names(asked)
    given = {**locals(), "signature": signature or _signature(asked["task"], names)}
    with FLAVOR.saving(given, [f"openai=={FLAVOR.version()}"], alike=FLAVOR_NAME) as saving:
        with open(saving.path(FILE_NAME), "w", encoding="utf-8") as file:
            yaml.safe_dump(asked, file)
        saving.pyfunc("mlflow.openai", predict=Predictor(asked).predict, data=FILE_NAME)
        saving.flavor(openai_version=FLAVOR.version(), data=FILE_NAME)


def log_model(
    model: Any,
    task: Any,
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
    return Model.log(flavor=mlflow.openai, **given)


def load_model(model_uri: str, dst_path: str | None = None) -> dict[str, Any]:
    """Load what was saved: a dict with `model`, `task` and what each request says.

    Args:
        model_uri: a local path, `models:/<model id>`, `models:/<name>/<version or stage>`, `models:/<name>@<alias>`,
            `runs:/<run id>/<path>`, or the URI of a directory on a server or in an object store.
        dst_path: an existing directory to download to; a temporary one by default.

    Raises:
        MlflowException: there is no such model, or it is of another flavor.
        OSError: there is nothing at a local path.
    """
    return _load(*FLAVOR.open(model_uri, dst_path))


def _load(directory: str, entry: dict[str, Any]) -> dict[str, Any]:
    with open(os.path.join(directory, entry.get("data", FILE_NAME)), encoding="utf-8") as file:
        found: dict[str, Any] = yaml.safe_load(file)
    return found


def _load_pyfunc(path: str) -> Predictor:
    """Load a model for pyfunc, which finds this function by the module's name."""
    FLAVOR.library()
    return Predictor(_load(*FLAVOR.opened(path)))


# -- what is asked ---------------------------------------------------------------------------------------------------
def _task_name(task: Any) -> str:
    """The name of a task, which may be given as a part of the client or its class."""
    if isinstance(task, str):
        name = task
    else:
        kind = task if isinstance(task, type) else task.__class__
        name = kind.__module__.removeprefix("openai.resources.")
        name = "chat.completions" if name.startswith("chat.completions") else name
    if name not in TASKS:
        raise MlflowException(f"Unsupported task: {name}")
    return name


def _check_messages(asked: dict[str, Any]) -> None:
    messages = asked.get("messages")
    if messages is None or asked["task"] != "chat.completions":
        return
    if not isinstance(messages, list) or not all(
        isinstance(each, dict) and {"role", "content"} <= each.keys() for each in messages
    ):
        raise MlflowException.invalid_parameter_value(
            "If `messages` is provided, it must be a list of dictionaries with keys 'role' and 'content'."
        )


def _check_params(asked: dict[str, Any], signature: ModelSignature | None) -> None:
    given = signature.params if signature is not None else None
    twice = [param.name for param in given or () if param.name in asked]
    if twice:
        raise MlflowException.invalid_parameter_value(
            f"Providing any of {twice} as parameters in the signature is not allowed because they were indicated as "
            "part of the OpenAI model. Either remove the argument when logging the model or remove the parameter from "
            "the signature."
        )


def _templates(asked: dict[str, Any]) -> list[str]:
    """The texts of a request that may have names to fill in."""
    if asked["task"] == "chat.completions":
        return [each["content"] for each in asked.get("messages") or () if isinstance(each["content"], str)]
    prompt = asked.get("prompt")
    return [prompt] if asked["task"] == "completions" and isinstance(prompt, str) else []


def _names(asked: dict[str, Any]) -> list[str]:
    """The names that are filled in, in the order of the alphabet."""
    parsed = (string.Formatter().parse(text) for text in _templates(asked))
    return sorted({name for parts in parsed for _, name, _, _ in parts if name})


def _signature(task: str, names: list[str]) -> ModelSignature:
    columns = [ColSpec(DataType.string, name) for name in names] if len(names) > 1 else [ColSpec(DataType.string)]
    if task != "embeddings":
        return ModelSignature(Schema(columns), Schema([ColSpec(DataType.string)]))
    return ModelSignature(Schema(columns), Schema([TensorSpec(np.dtype("float64"), (-1,))]))


# -- the client ------------------------------------------------------------------------------------------------------
def _client() -> Any:
    """A client of OpenAI's or Azure's, as the environment says, with the names that MLflow reads there.

    OPENAI_API_TYPE (`azure`, `azure_ad` or `azuread`: Azure's), OPENAI_API_KEY, OPENAI_API_BASE, OPENAI_ORGANIZATION,
    and of Azure OPENAI_API_VERSION and OPENAI_DEPLOYMENT_NAME; and those that the client itself knows.

    Raises:
        openai.OpenAIError: there is no key.
        ValueError: of Azure's, address or version are missing.
    """
    openai = FLAVOR.library()
    if (OPENAI_API_TYPE.get() or "").lower() in ("azure", "azure_ad", "azuread"):
        return openai.AzureOpenAI(
            api_key=OPENAI_API_KEY.get(),
            azure_endpoint=OPENAI_API_BASE.get(),
            api_version=OPENAI_API_VERSION.get(),
            azure_deployment=OPENAI_DEPLOYMENT_NAME.get(),
        )
    return openai.OpenAI(base_url=OPENAI_API_BASE.get(), organization=OPENAI_ORGANIZATION.get())


# -- predicting ------------------------------------------------------------------------------------------------------
class Predictor:
    """A call of the API behind the interface that every flavor gives pyfunc.

    Args:
        asked: what `load_model` answers.
    """

    def __init__(self, asked: dict[str, Any]) -> None:
        self._asked = asked
        self._names = _names(asked)

    def get_raw_model(self) -> dict[str, Any]:
        """What `load_model` answers."""
        return self._asked

    def predict(self, data: Any, params: dict[str, Any] | None = None) -> list[Any]:
        """Ask for each row; the environment says where, and by which key: see `_client`.

        Args:
            data: a DataFrame, a text, a dict, or a list of texts or dicts.
            params: go into each request, before what was saved.

        Returns:
            Texts, or vectors for `embeddings`, in the order of the rows.

        Raises:
            MlflowException: there is no column of texts, or a request failed.
        """
        request = {**self._asked, **(params or {})}
        task = request.pop("task")
        rows = self._rows(data)
        with _client() as client:
            if task == "chat.completions":
                return _at_once(lambda row: self._chat(client, request, row), rows)
            batches = [rows[at : at + _BATCHES[task]] for at in range(0, len(rows), _BATCHES[task])]
            ask = self._complete if task == "completions" else self._embed
            return [each for part in _at_once(lambda batch: ask(client, request, batch), batches) for each in part]

    def _chat(self, client: Any, request: dict[str, Any], row: dict[str, str]) -> str | None:
        messages = [
            {**each, "content": each["content"].format(**row)} if isinstance(each["content"], str) else each
            for each in request.get("messages") or ()
        ]
        if not self._names:
            messages.append({"role": "user", "content": row["content"]})
        answer = client.chat.completions.create(**{**request, "messages": messages})
        found: str | None = answer.choices[0].message.content
        return found

    def _complete(self, client: Any, request: dict[str, Any], rows: list[dict[str, str]]) -> list[str]:
        template = request.get("prompt") if self._names else "{content}"
        texts = [str(template).format(**row) for row in rows]
        return [choice.text for choice in client.completions.create(**{**request, "prompt": texts}).choices]

    def _embed(self, client: Any, request: dict[str, Any], rows: list[dict[str, str]]) -> list[list[float]]:
        texts = [row["content"] for row in rows]
        return [each.embedding for each in client.embeddings.create(**{**request, "input": texts}).data]

    def _rows(self, data: Any) -> list[dict[str, str]]:
        """The values of the names for each row; `content` is the text where there are no names."""
        names = self._names or ["content"]
        if hasattr(data, "to_dict") and hasattr(data, "columns"):
            columns = list(data.columns)
            records = data.to_dict(orient="records")
        else:
            records = [each if isinstance(each, dict) else {names[0]: each} for each in _listed(data)]
            columns = list(records[0]) if records else names
        if all(name in columns for name in names):
            return [{name: record[name] for name in names} for record in records]
        texts = [name for name in columns if all(isinstance(record[name], str) for record in records)]
        if len(names) > 1 or not texts:
            kinds = getattr(data, "dtypes", None)
            shown = dict(kinds) if kinds is not None else columns
            raise MlflowException.invalid_parameter_value(f"Could not find a string column in the input data: {shown}")
        return [{names[0]: record[texts[0]]} for record in records]


def _listed(data: Any) -> list[Any]:
    return [data] if isinstance(data, str | dict) else list(data)


def _at_once(ask: Callable[[Any], Any], parts: Iterable[Any]) -> list[Any]:
    """Ask for several parts at once; answers in their order.

    Raises:
        MlflowException: a request failed; those that were not sent yet are not.
    """

    def numbered(index: int, part: Any) -> Any:
        try:
            return ask(part)
        except Exception as error:
            raise MlflowException(f"Request #{index} failed with: {error}") from error

    with ThreadPoolExecutor(_AT_ONCE) as threads:
        asked = [threads.submit(numbered, *each) for each in enumerate(parts)]
        try:
            return [each.result() for each in asked]
        except MlflowException:
            threads.shutdown(wait=False, cancel_futures=True)
            raise
