"""`ChatAgent`: agents that take messages and answer with messages, as pydantic models."""

from __future__ import annotations

from abc import ABCMeta, abstractmethod
from collections.abc import Generator
from typing import Any

from mlflow.models.interface import ModelSignature
from mlflow.pyfunc.agents import as_json, example_of, taking_dicts, wrap_once
from mlflow.pyfunc.fixed import NO_STREAM, FixedInterface, request_of
from mlflow.pyfunc.model import PythonModel, PythonModelContext
from mlflow.types.agent import (
    CHAT_AGENT_INPUT_EXAMPLE,
    CHAT_AGENT_INPUT_SCHEMA,
    CHAT_AGENT_OUTPUT_SCHEMA,
    ChatAgentChunk,
    ChatAgentMessage,
    ChatAgentRequest,
    ChatAgentResponse,
    ChatContext,
)

_INVALID_DICT = "Invalid dictionary input for a ChatAgent. Expected a dictionary with the ChatAgentRequest schema. "
_INVALID_SAVED = (
    "Failed to save ChatAgent. Ensure your model's predict() method returns a ChatAgentResponse object or a dict with "
    "the same schema."
)


class _ChatAgentPyfuncWrapper:
    """A loaded `ChatAgent`: takes and gives what JSON knows."""

    def __init__(self, chat_agent: Any, context: PythonModelContext | None = None) -> None:
        self.chat_agent = chat_agent
        self.context = context

    def get_raw_model(self) -> Any:
        """The user's object."""
        return self.chat_agent

    def predict(self, model_input: Any, params: dict[str, Any] | None = None) -> dict[str, Any]:
        """Answer a request.

        Raises:
            MlflowException: the agent gave something else than a `ChatAgentResponse`.
        """
        answer = self.chat_agent.predict(*_arguments(request_of(model_input)))
        return as_json(answer, ChatAgentResponse)

    def predict_stream(self, model_input: Any, params: dict[str, Any] | None = None) -> Generator[dict[str, Any]]:
        """Answer a request piece by piece.

        Raises:
            MlflowException: the agent gave something else than a `ChatAgentChunk`.
        """
        for piece in self.chat_agent.predict_stream(*_arguments(request_of(model_input))):
            yield as_json(piece, ChatAgentChunk)


def _arguments(
    request: dict[str, Any],
) -> tuple[list[ChatAgentMessage], ChatContext | None, dict[str, Any] | None]:
    context = request.get("context")
    return (
        [ChatAgentMessage(**each) for each in request["messages"]],
        ChatContext(**context) if context else None,
        request.get("custom_inputs"),
    )


def _check(model: PythonModel, context: PythonModelContext, example: dict[str, Any]) -> None:
    as_json(model.predict(*_arguments(example)), ChatAgentResponse, _INVALID_SAVED)


class ChatAgent(PythonModel, metaclass=ABCMeta):
    """An agent of the user's own: derive a class, write `predict`, maybe `predict_stream`.

    Its signature is fixed: `{"messages": […], "context": …, "custom_inputs": …}` in, messages out, each with an id.
    Both methods also take the whole request as one dict. Once loaded, or served, it takes and gives dicts.
    """

    __module__ = "mlflow.pyfunc.model"  # where pickles look for it
    _skip_type_hint_validation = True
    _fixed = FixedInterface(
        name="ChatAgent",
        task="agent/v2/chat",
        loader_module="mlflow.pyfunc.loaders.chat_agent",
        signature=ModelSignature(CHAT_AGENT_INPUT_SCHEMA, CHAT_AGENT_OUTPUT_SCHEMA),
        example=lambda given: example_of(given, ChatAgentRequest, "ChatAgentRequest", CHAT_AGENT_INPUT_EXAMPLE),
        check=_check,
        wrap=_ChatAgentPyfuncWrapper,
    )

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        wrap_once(
            cls,
            ("predict", "predict_stream"),
            lambda method: taking_dicts(
                method,
                ChatAgentRequest,
                _INVALID_DICT,
                lambda request: (request.messages, request.context, request.custom_inputs),
            ),
        )

    def _convert_messages_to_dict(self, messages: list[ChatAgentMessage]) -> list[dict[str, Any]]:
        return [each.model_dump(exclude_none=True) for each in messages]

    @abstractmethod
    def predict(  # type: ignore[override]  # the interface is MLflow's
        self,
        messages: list[ChatAgentMessage],
        context: ChatContext | None = None,
        custom_inputs: dict[str, Any] | None = None,
    ) -> ChatAgentResponse:
        """Answer.

        Args:
            messages: the chat so far.
            context: which conversation it is, and whose.
            custom_inputs: whatever the agent wants to be told beside.
        """

    def predict_stream(  # type: ignore[override]
        self,
        messages: list[ChatAgentMessage],
        context: ChatContext | None = None,
        custom_inputs: dict[str, Any] | None = None,
    ) -> Generator[ChatAgentChunk, None, None]:
        """Answer piece by piece; agents that stream define it.

        Raises:
            NotImplementedError: the agent does not.
        """
        raise NotImplementedError(NO_STREAM)
