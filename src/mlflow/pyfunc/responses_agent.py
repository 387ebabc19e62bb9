"""`ResponsesAgent`: agents that take and give the items of OpenAI's Responses API, as pydantic models; traced."""

from __future__ import annotations

import functools
from abc import ABCMeta, abstractmethod
from collections.abc import Callable, Generator, Iterator
from typing import Any

import mlflow
from mlflow.models.interface import ModelSignature
from mlflow.pyfunc.agents import as_json, example_of, taking_dicts, wrap_once
from mlflow.pyfunc.fixed import NO_STREAM, FixedInterface, request_of
from mlflow.pyfunc.model import PythonModel, PythonModelContext
from mlflow.types.responses import (
    RESPONSES_AGENT_INPUT_EXAMPLE,
    RESPONSES_AGENT_INPUT_SCHEMA,
    RESPONSES_AGENT_OUTPUT_SCHEMA,
    ResponsesAgentRequest,
    ResponsesAgentResponse,
    ResponsesAgentStreamEvent,
    create_annotation_added,
    create_function_call_item,
    create_function_call_output_item,
    create_reasoning_item,
    create_text_delta,
    create_text_output_item,
    output_to_responses_items_stream,
    responses_agent_output_reducer,
    responses_to_cc,
    to_chat_completions_input,
)
from mlflow.types.responses_helpers import Message, OutputItem

_INVALID_DICT = (
    "Invalid dictionary input for a ResponsesAgent. Expected a dictionary with the ResponsesRequest schema. "
)
_INVALID_SAVED = (
    "Failed to save ResponsesAgent. Ensure your model's predict() method returns a ResponsesResponse object or a dict "
    "with the same schema."
)


class _ResponsesAgentPyfuncWrapper:
    """A loaded `ResponsesAgent`: takes and gives what JSON knows."""

    def __init__(self, responses_agent: Any, context: PythonModelContext) -> None:
        self.responses_agent = responses_agent
        self.context = context

    def get_raw_model(self) -> Any:
        """The user's object."""
        return self.responses_agent

    def predict(self, model_input: Any, params: dict[str, Any] | None = None) -> dict[str, Any]:
        """Answer a request.

        Raises:
            MlflowException: the agent gave something else than a `ResponsesAgentResponse`.
        """
        answer = self.responses_agent.predict(_converted(request_of(model_input)))
        return as_json(answer, ResponsesAgentResponse)

    def predict_stream(self, model_input: Any, params: dict[str, Any] | None = None) -> Generator[dict[str, Any]]:
        """Answer a request event by event.

        Raises:
            MlflowException: the agent gave something else than a `ResponsesAgentStreamEvent`.
        """
        for event in self.responses_agent.predict_stream(_converted(request_of(model_input))):
            yield as_json(event, ResponsesAgentStreamEvent)


def _converted(request: dict[str, Any]) -> ResponsesAgentRequest:
    return ResponsesAgentRequest(**{key: value for key, value in request.items() if value is not None})


def _check(model: PythonModel, context: PythonModelContext, example: dict[str, Any]) -> None:
    predict: Callable[..., Any] = model.predict
    as_json(predict(_converted(example)), ResponsesAgentResponse, _INVALID_SAVED)


def _traced(function: Callable[..., Any]) -> Callable[..., Any]:
    """A method each of whose calls is a span; as it is where the user traces it already.

    Pickled classes carry what is made here into MLflow: it may name nothing but what MLflow has too. So the call, not
    the class, makes the function that traces.
    """
    if hasattr(function, "__mlflow_traced__"):
        return function
    name = function.__name__
    streaming: dict[str, Any] = {"output_reducer": responses_agent_output_reducer} if name == "predict_stream" else {}

    @functools.wraps(function)
    def traced(self: Any, *args: Any, **kwargs: Any) -> Any:
        return mlflow.trace(function, name=name, span_type="AGENT", **streaming)(self, *args, **kwargs)

    return traced


class ResponsesAgent(PythonModel, metaclass=ABCMeta):
    """An agent of the user's own: derive a class, write `predict`, maybe `predict_stream`.

    Its signature is fixed: requests and answers are those of OpenAI's Responses API. Both methods also take the
    request as a dict, and each call is a span. Once loaded, or served, it takes and gives dicts. The `create_…`
    functions make the items and events that it answers with.
    """

    __module__ = "mlflow.pyfunc.model"  # where pickles look for it
    _skip_type_hint_validation = True
    _fixed = FixedInterface(
        name="ResponsesAgent",
        task="agent/v1/responses",
        loader_module="mlflow.pyfunc.loaders.responses_agent",
        signature=ModelSignature(RESPONSES_AGENT_INPUT_SCHEMA, RESPONSES_AGENT_OUTPUT_SCHEMA),
        example=lambda given: example_of(
            given, ResponsesAgentRequest, "ResponsesRequest", RESPONSES_AGENT_INPUT_EXAMPLE
        ),
        check=_check,
        wrap=_ResponsesAgentPyfuncWrapper,
    )

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        wrap_once(
            cls,
            ("predict", "predict_stream"),
            lambda method: taking_dicts(
                _traced(method), ResponsesAgentRequest, _INVALID_DICT, lambda request: (request,)
            ),
        )

    @abstractmethod
    def predict(  # type: ignore[override]  # the interface is MLflow's
        self, request: ResponsesAgentRequest
    ) -> ResponsesAgentResponse:
        """Answer a request."""

    def predict_stream(  # type: ignore[override]
        self, request: ResponsesAgentRequest
    ) -> Generator[ResponsesAgentStreamEvent, None, None]:
        """Answer a request event by event; agents that stream define it.

        Raises:
            NotImplementedError: the agent does not.
        """
        raise NotImplementedError(NO_STREAM)

    @staticmethod
    def responses_agent_output_reducer(chunks: list[ResponsesAgentStreamEvent | dict[str, Any]]) -> dict[str, Any]:
        """The whole response of a stream: the items that its events say are done."""
        return responses_agent_output_reducer(chunks)

    @staticmethod
    def create_text_delta(delta: str, item_id: str) -> dict[str, Any]:
        """The event of a piece of a text, for `ResponsesAgentStreamEvent(**…)`."""
        return create_text_delta(delta, item_id)

    @staticmethod
    def create_annotation_added(
        item_id: str, annotation: dict[str, Any], annotation_index: int | None = 0
    ) -> dict[str, Any]:
        """The event of a note on a text."""
        return create_annotation_added(item_id, annotation, annotation_index)

    @staticmethod
    def create_text_output_item(text: str, id: str, annotations: list[dict[str, Any]] | None = None) -> dict[str, Any]:
        """The item of a message of the agent."""
        return create_text_output_item(text, id, annotations)

    @staticmethod
    def create_reasoning_item(id: str, reasoning_text: str) -> dict[str, Any]:
        """The item of a thought."""
        return create_reasoning_item(id, reasoning_text)

    @staticmethod
    def create_function_call_item(id: str, call_id: str, name: str, arguments: str) -> dict[str, Any]:
        """The item of a call of a function, its arguments as JSON text."""
        return create_function_call_item(id, call_id, name, arguments)

    @staticmethod
    def create_function_call_output_item(call_id: str, output: str) -> dict[str, Any]:
        """The item of what a function answered."""
        return create_function_call_output_item(call_id, output)

    @staticmethod
    def _responses_to_cc(message: dict[str, Any]) -> list[dict[str, Any]]:
        return responses_to_cc(message)

    @staticmethod
    def prep_msgs_for_cc_llm(
        responses_input: list[dict[str, Any] | Message | OutputItem],
    ) -> list[dict[str, Any]]:
        """The items of a request as messages of chat completions."""
        return to_chat_completions_input(responses_input)

    @staticmethod
    def output_to_responses_items_stream(
        chunks: Iterator[dict[str, Any]], aggregator: list[dict[str, Any]] | None = None
    ) -> Generator[ResponsesAgentStreamEvent, None, None]:
        """The events of an agent's stream from a stream of chat completions.

        Args:
            chunks: chunks of chat completions, as dicts.
            aggregator: a list that gets each item that is done.
        """
        return output_to_responses_items_stream(chunks, aggregator)
