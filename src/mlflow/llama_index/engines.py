"""How pyfunc asks engines, retrievers and workflows of LlamaIndex."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

from millrace.errors import MlflowException
from mlflow.environment.libraries import library

CHAT, QUERY, RETRIEVER = "chat", "query", "retriever"
ENGINE_TYPES = {CHAT, QUERY, RETRIEVER}


def check_engine_type(engine_type: str | None) -> None:
    """Check that an index can be asked in a way.

    Raises:
        ValueError: it cannot.
    """
    if engine_type not in ENGINE_TYPES:
        raise ValueError(
            f"Currently mlflow only supports the following engine types: {ENGINE_TYPES}. {engine_type} is not "
            "supported, so please use one of the above types."
        )


def predictor(model: Any, engine_type: str | None, config: dict[str, Any] | None) -> Predictor:
    """What asks a model.

    Args:
        model: an index, or what a script made: an engine, a retriever or a workflow.
        engine_type: how an index is asked.
        config: arguments for making the engine of an index.

    Raises:
        ValueError: an index cannot be asked so.
        MlflowException: the object is none of these.
    """
    options = config or {}
    if isinstance(model, library("llama_index.core.indices.base").BaseIndex):
        check_engine_type(engine_type)
        kinds = {CHAT: model.as_chat_engine, QUERY: model.as_query_engine, RETRIEVER: model.as_retriever}
        return predictor(kinds[str(engine_type)](**options), engine_type, None)
    ways: list[tuple[Any, Callable[[Any], Any]]] = [
        (library("llama_index.core.chat_engine.types").BaseChatEngine, lambda row: _chat(model, row)),
        (library("llama_index.core.base.base_query_engine").BaseQueryEngine, lambda row: str(model.query(_asked(row)))),
        (
            library("llama_index.core.base.base_retriever").BaseRetriever,
            lambda row: [each.to_dict() for each in model.retrieve(_asked(row))],
        ),
        (library("llama_index.core.workflow").Workflow, lambda row: _run(model, row)),
    ]
    for kind, ask in ways:
        if isinstance(model, kind):
            return Predictor(model, ask)
    raise MlflowException.invalid_parameter_value(
        f"An object of {type(model).__name__} cannot be asked: it is neither an index, an engine, a retriever nor a "
        "workflow."
    )


class Predictor:
    """A model behind the interface that every flavor gives pyfunc.

    Args:
        model: the engine, retriever or workflow.
        ask: asks it one question.
    """

    def __init__(self, model: Any, ask: Callable[[Any], Any]) -> None:
        self._model = model
        self._ask = ask

    def get_raw_model(self) -> Any:
        """The engine, retriever or workflow."""
        return self._model

    def predict(self, data: Any, params: dict[str, Any] | None = None) -> Any:
        """Ask one question, or each row of a DataFrame and item of a list; texts, or dicts of arguments."""
        rows = _rows(data)
        return [self._ask(row) for row in rows] if isinstance(rows, list) else self._ask(rows)


def _rows(data: Any) -> Any:
    """Rows as dicts or texts, where data is a table; one row as itself."""
    if hasattr(data, "to_dict") and hasattr(data, "columns"):
        rows = data.to_dict(orient="records")
        if list(data.columns) == [0]:
            rows = [row[0] for row in rows]
        return rows[0] if len(rows) == 1 else rows
    if type(data).__module__ == "numpy":
        rows = data.reshape(-1).tolist()
        return rows[0] if len(rows) == 1 else rows
    return data


def _asked(row: Any) -> Any:
    """A question of a query engine or retriever.

    Raises:
        TypeError: a dict has other names than a query has.
    """
    return library("llama_index.core").QueryBundle(**row) if isinstance(row, dict) else row


def _chat(engine: Any, row: Any) -> Any:
    if not isinstance(row, dict):
        return engine.chat(row).response
    message = library("llama_index.core.llms").ChatMessage
    given = dict(row)
    if given.get("chat_history") is not None:
        told = given["chat_history"]
        given["chat_history"] = [message(**each) if isinstance(each, dict) else each for each in told]
    return engine.chat(**given).response


def _run(workflow: Any, row: Any) -> Any:
    """Run a workflow to its end, also where an event loop is running already.

    Raises:
        TypeError: the input is no dict.
    """

    async def whole() -> Any:
        return await workflow.run(**row)

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(whole())
    found: list[Any] = []
    failed: list[BaseException] = []

    def elsewhere() -> None:
        try:
            found.append(asyncio.run(whole()))
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    if failed:
        raise failed[0]
    return found[0]
