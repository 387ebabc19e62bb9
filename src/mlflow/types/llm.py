"""What a `ChatModel` takes and gives: messages, parameters, tools, responses and their chunks.

The fields are those of OpenAI's chat completions, as far as MLflow knows them. Every class checks its fields when it is
made, takes dicts for the classes that it holds, and has `to_dict` and `from_dict`.
"""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, field, fields
from typing import Any, Literal

from mlflow.types.chat_schemas import (
    CHAT_MODEL_INPUT_SCHEMA,
    CHAT_MODEL_OUTPUT_SCHEMA,
    COMPLETIONS_MODEL_INPUT_SCHEMA,
    COMPLETIONS_MODEL_OUTPUT_SCHEMA,
    EMBEDDING_MODEL_INPUT_SCHEMA,
    EMBEDDING_MODEL_OUTPUT_SCHEMA,
)
from mlflow.types.checked import _BaseDataclass

JSON_SCHEMA_TYPES = ["string", "number", "integer", "object", "array", "boolean", "null"]
CHAT_MODEL_INPUT_EXAMPLE = {
    "messages": [{"role": "user", "content": "Hello!"}],
    "temperature": 1.0,
    "max_tokens": 10,
    "stop": ["\n"],
    "n": 1,
    "stream": False,
}

_JsonType = Literal["string", "number", "integer", "object", "array", "boolean", "null"]


def _new_id() -> str:
    return str(uuid.uuid4())


def _now() -> int:
    return int(time.time())


# -- tools --------------------------------------------------------------------------------------------------
@dataclass
class FunctionToolCallArguments(_BaseDataclass):
    """A function that the model wants called, and its arguments as JSON text."""

    name: str
    arguments: str

    def to_tool_call(self, id: str | None = None) -> ToolCall:
        """The same as a tool call; with an id of its own where none is given."""
        return ToolCall(function=self) if id is None else ToolCall(function=self, id=id)


@dataclass
class ToolCall(_BaseDataclass):
    """A call of a tool that the model asks for."""

    function: FunctionToolCallArguments
    id: str = field(default_factory=_new_id)
    type: str = "function"


@dataclass
class ParamType(_BaseDataclass):
    """A type of JSON schema."""

    type: _JsonType


@dataclass
class ParamProperty(ParamType):
    """One parameter of a tool, as JSON schema describes it."""

    description: str | None = None
    enum: list[str] | None = None
    items: ParamType | None = None


@dataclass
class ToolParamsSchema(_BaseDataclass):
    """The parameters of a tool, as JSON schema describes an object."""

    properties: dict[str, ParamProperty]
    type: Literal["object"] = "object"
    required: list[str] | None = None
    additionalProperties: bool | None = None


@dataclass
class FunctionToolDefinition(_BaseDataclass):
    """A function that a model may call."""

    name: str
    description: str | None = None
    parameters: ToolParamsSchema | None = None
    strict: bool = False

    def to_tool_definition(self) -> ToolDefinition:
        """The same as a tool, for `ChatParams.tools`."""
        return ToolDefinition(function=self)


@dataclass
class ToolDefinition(_BaseDataclass):
    """A tool that a model may call."""

    function: FunctionToolDefinition
    type: Literal["function"] = "function"


# -- messages -----------------------------------------------------------------------------------------------
def _refuse_content_and_refusal(content: str | None, refusal: str | None) -> None:
    if content is not None and refusal is not None:
        raise ValueError("Both `content` and `refusal` cannot be set")


@dataclass
class ChatMessage(_BaseDataclass):
    """A message of a chat: it has content, or a refusal, or calls of tools.

    Raises:
        ValueError: it has none of these, or content and a refusal, or a field is of another type.
    """

    role: str
    content: str | None = None
    refusal: str | None = None
    name: str | None = None
    tool_calls: list[ToolCall] | None = None
    tool_call_id: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        _refuse_content_and_refusal(self.content, self.refusal)
        if self.content is None and self.refusal is None and not self.tool_calls:
            raise ValueError("`content` is required")


@dataclass
class ChatChoiceDelta(_BaseDataclass):
    """A piece of a message that is streamed.

    Raises:
        ValueError: it has content and a refusal, or a field is of another type.
    """

    role: str | None = "assistant"
    content: str | None = None
    refusal: str | None = None
    name: str | None = None
    tool_calls: list[ToolCall] | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        _refuse_content_and_refusal(self.content, self.refusal)


# -- requests -----------------------------------------------------------------------------------------------
@dataclass
class ChatParams(_BaseDataclass):
    """How a chat model shall answer.

    Raises:
        ValueError: a field is of another type.
    """

    temperature: float = 1.0
    max_tokens: int | None = None
    stop: list[str] | None = None
    n: int = 1
    stream: bool = False
    top_p: float | None = None
    top_k: int | None = None
    frequency_penalty: float | None = None
    presence_penalty: float | None = None
    custom_inputs: dict[str, Any] | None = None
    tools: list[ToolDefinition] | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.custom_inputs is None:
            return
        if not isinstance(self.custom_inputs, dict):
            raise ValueError(
                f"Expected `custom_inputs` to be a dictionary, received `{type(self.custom_inputs).__name__}`"
            )
        for key in self.custom_inputs:
            if not isinstance(key, str):
                raise ValueError(
                    "Expected `custom_inputs` to be of type `Dict[str, Any]`, received key of type "
                    f"`{type(key).__name__}` (key: {key})"
                )

    @classmethod
    def keys(cls) -> set[str]:
        """The names of the fields."""
        return {each.name for each in fields(cls)}


@dataclass
class ChatCompletionRequest(ChatParams):
    """A whole request: the messages so far, and how to answer."""

    messages: list[ChatMessage] = field(default_factory=list)


# -- responses ----------------------------------------------------------------------------------------------
@dataclass
class TopTokenLogProb(_BaseDataclass):
    """A token that was likely at a place, and the logarithm of its probability."""

    token: str
    logprob: float
    bytes: list[int] | None = None


@dataclass
class TokenLogProb(_BaseDataclass):
    """A token of the answer, the logarithm of its probability, and the likeliest tokens at its place."""

    token: str
    logprob: float
    top_logprobs: list[TopTokenLogProb]
    bytes: list[int] | None = None


@dataclass
class ChatChoiceLogProbs(_BaseDataclass):
    """How probable the tokens of an answer were."""

    content: list[TokenLogProb] | None = None


@dataclass
class ChatChoice(_BaseDataclass):
    """One answer."""

    message: ChatMessage
    index: int = 0
    finish_reason: str = "stop"
    logprobs: ChatChoiceLogProbs | None = None


@dataclass
class ChatChunkChoice(_BaseDataclass):
    """A piece of one answer."""

    delta: ChatChoiceDelta
    index: int = 0
    finish_reason: str | None = None
    logprobs: ChatChoiceLogProbs | None = None


@dataclass
class TokenUsageStats(_BaseDataclass):
    """How many tokens a request took."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    total_tokens: int | None = None


@dataclass
class ChatCompletionResponse(_BaseDataclass):
    """What a chat model answers. `created` is in seconds since 1970, now by default."""

    choices: list[ChatChoice]
    usage: TokenUsageStats | None = None
    id: str | None = None
    model: str | None = None
    object: str = "chat.completion"
    created: int = field(default_factory=_now)
    custom_outputs: dict[str, Any] | None = None


@dataclass
class ChatCompletionChunk(_BaseDataclass):
    """A piece of what a chat model answers, of a stream. `created` is in seconds since 1970, now by default."""

    choices: list[ChatChunkChoice]
    usage: TokenUsageStats | None = None
    id: str | None = None
    model: str | None = None
    object: str = "chat.completion.chunk"
    created: int = field(default_factory=_now)
    custom_outputs: dict[str, Any] | None = None


__all__ = [
    "CHAT_MODEL_INPUT_EXAMPLE",
    "CHAT_MODEL_INPUT_SCHEMA",
    "CHAT_MODEL_OUTPUT_SCHEMA",
    "COMPLETIONS_MODEL_INPUT_SCHEMA",
    "COMPLETIONS_MODEL_OUTPUT_SCHEMA",
    "EMBEDDING_MODEL_INPUT_SCHEMA",
    "EMBEDDING_MODEL_OUTPUT_SCHEMA",
    "JSON_SCHEMA_TYPES",
    "ChatChoice",
    "ChatChoiceDelta",
    "ChatChoiceLogProbs",
    "ChatChunkChoice",
    "ChatCompletionChunk",
    "ChatCompletionRequest",
    "ChatCompletionResponse",
    "ChatMessage",
    "ChatParams",
    "FunctionToolCallArguments",
    "FunctionToolDefinition",
    "ParamProperty",
    "ParamType",
    "TokenLogProb",
    "TokenUsageStats",
    "ToolCall",
    "ToolDefinition",
    "ToolParamsSchema",
    "TopTokenLogProb",
]
