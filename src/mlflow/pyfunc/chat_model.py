"""`ChatModel`: models that take messages and answer as OpenAI's chat completions do, in dataclasses."""

from __future__ import annotations

from abc import ABCMeta, abstractmethod
from collections.abc import Callable, Generator
from typing import Any

from millrace.errors import MlflowException
from mlflow.models.interface import ModelSignature
from mlflow.pyfunc.fixed import NO_STREAM, FixedInterface, request_of
from mlflow.pyfunc.hints import parameters_of
from mlflow.pyfunc.model import PythonModel, PythonModelContext
from mlflow.types.llm import (
    CHAT_MODEL_INPUT_EXAMPLE,
    CHAT_MODEL_INPUT_SCHEMA,
    CHAT_MODEL_OUTPUT_SCHEMA,
    ChatCompletionChunk,
    ChatCompletionRequest,
    ChatCompletionResponse,
    ChatMessage,
    ChatParams,
)


class _ChatModelPyfuncWrapper:
    """A loaded `ChatModel`: takes and gives what JSON knows."""

    def __init__(self, chat_model: Any, context: PythonModelContext) -> None:
        self.chat_model = chat_model
        self.context = context

    def get_raw_model(self) -> Any:
        """The user's object."""
        return self.chat_model

    def predict(self, model_input: Any, params: dict[str, Any] | None = None) -> dict[str, Any]:
        """Answer a request.

        Raises:
            MlflowException: the model gave something else than a `ChatCompletionResponse`.
        """
        messages, how = _converted(request_of(model_input))
        answer = _call(self.chat_model.predict, self.context, messages, how)
        return _as_dict(answer, ChatCompletionResponse)

    def predict_stream(self, model_input: Any, params: dict[str, Any] | None = None) -> Generator[dict[str, Any]]:
        """Answer a request piece by piece.

        Raises:
            MlflowException: the model gave something else than a `ChatCompletionChunk`.
        """
        messages, how = _converted(request_of(model_input))
        for piece in _call(self.chat_model.predict_stream, self.context, messages, how):
            yield _as_dict(piece, ChatCompletionChunk)


def _converted(request: dict[str, Any]) -> tuple[list[ChatMessage], ChatParams]:
    given = {key: value for key, value in request.items() if value is not None}
    messages = given.pop("messages")
    return [ChatMessage.from_dict(each) for each in messages], ChatParams.from_dict(given)


def _call(
    function: Callable[..., Any], context: PythonModelContext, messages: list[ChatMessage], params: ChatParams
) -> Any:
    if "context" in parameters_of(function):
        return function(context, messages, params)
    return function(messages, params)


def _as_dict(answer: Any, kind: type[ChatCompletionResponse | ChatCompletionChunk]) -> dict[str, Any]:
    if not isinstance(answer, kind):
        raise MlflowException(
            f"Model returned an invalid response. Expected a {kind.__name__}, but got {type(answer)} instead."
        )
    return answer.to_dict()


def _example(given: Any) -> dict[str, Any]:
    """A request from a dict, from messages, or from a request and its parameters."""
    if given is None:
        return dict(CHAT_MODEL_INPUT_EXAMPLE)
    request, more = given if isinstance(given, tuple) and len(given) == 2 else (given, {})
    request = {"messages": request} if isinstance(request, list) else request
    if not isinstance(request, dict) or "messages" not in request or not isinstance(more, dict):
        raise MlflowException.invalid_parameter_value(
            "The input example of a ChatModel must be a dictionary with `messages`, or a list of messages, or a tuple "
            f"of one of these and a dictionary of parameters, got {given!r}."
        )
    names = {"messages", *ChatParams.keys()}
    known = {key: value for key, value in {**request, **more}.items() if key in names}
    checked = ChatCompletionRequest.from_dict(known).to_dict()
    return {key: checked[key] for key in known if key in checked}


def _check(model: PythonModel, context: PythonModelContext, example: dict[str, Any]) -> None:
    answer = _call(model.predict, context, *_converted(example))
    if not isinstance(answer, ChatCompletionResponse):
        raise MlflowException(
            "Failed to save ChatModel. Please ensure that the model's predict() method returns a "
            "ChatCompletionResponse object. If your predict() method currently returns a dict, you can instantiate a "
            "ChatCompletionResponse using `from_dict()`, e.g. `ChatCompletionResponse.from_dict(output)`"
        )


class ChatModel(PythonModel, metaclass=ABCMeta):
    """A model of the user's own that chats: derive a class, write `predict`, maybe `predict_stream`.

    Its signature is fixed, and so are its requests: `{"messages": […], "temperature": …}` and answers as of OpenAI's
    chat completions. Once loaded, or served, it takes and gives these as dicts.
    """

    __module__ = "mlflow.pyfunc.model"  # where pickles look for it
    _skip_type_hint_validation = True
    _fixed = FixedInterface(
        name="ChatModel",
        task="agent/v1/chat",
        loader_module="mlflow.pyfunc.loaders.chat_model",
        signature=ModelSignature(CHAT_MODEL_INPUT_SCHEMA, CHAT_MODEL_OUTPUT_SCHEMA),
        example=_example,
        check=_check,
        wrap=_ChatModelPyfuncWrapper,
    )

    @abstractmethod
    def predict(  # type: ignore[override]  # the interface is MLflow's
        self, context: Any, messages: list[ChatMessage], params: ChatParams
    ) -> ChatCompletionResponse:
        """Answer; an own `predict` may leave out `context`.

        Args:
            context: a `PythonModelContext`.
            messages: the chat so far.
            params: how to answer.
        """

    def predict_stream(  # type: ignore[override]
        self, context: Any, messages: list[ChatMessage], params: ChatParams
    ) -> Generator[ChatCompletionChunk, None, None]:
        """Answer piece by piece; models that stream define it.

        Raises:
            NotImplementedError: the model does not.
        """
        raise NotImplementedError(NO_STREAM)
