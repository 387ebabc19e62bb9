"""Chats in the form of OpenAI's chat completions, as pydantic models: messages, tools, requests and responses."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import uuid4

from pydantic import BaseModel, Field


class TextContentPart(BaseModel):
    """A part of a message that is text."""

    type: Literal["text"]
    text: str


class ImageUrl(BaseModel):
    """Where an image is, and how closely to look at it."""

    url: str
    detail: Literal["auto", "low", "high"] | None = None


class ImageContentPart(BaseModel):
    """A part of a message that is an image."""

    type: Literal["image_url"]
    image_url: ImageUrl


class InputAudio(BaseModel):
    """Sound, as base64."""

    data: str
    format: Literal["wav", "mp3"]


class AudioContentPart(BaseModel):
    """A part of a message that is sound."""

    type: Literal["input_audio"]
    input_audio: InputAudio


ContentPartsList = list[Annotated[TextContentPart | ImageContentPart | AudioContentPart, Field(discriminator="type")]]
ContentType = Annotated[str | ContentPartsList, Field(union_mode="left_to_right")]


class Function(BaseModel):
    """A function that the model wants called, and its arguments as JSON text."""

    name: str | None = None
    arguments: str | None = None

    def to_tool_call(self, id: str | None = None) -> ToolCall:
        """The same as a tool call; with an id of its own where none is given."""
        return ToolCall(id=str(uuid4()) if id is None else id, type="function", function=self)


class ToolCall(BaseModel):
    """A call of a tool that the model asks for."""

    id: str
    type: str = Field(default="function")
    function: Function


class ChatMessage(BaseModel):
    """A message of a chat."""

    role: str
    content: ContentType | None = None
    tool_calls: list[ToolCall] | None = None
    refusal: str | None = None
    tool_call_id: str | None = None


_JsonType = Literal["string", "number", "integer", "object", "array", "boolean", "null"]


class ParamType(BaseModel):
    """A type of JSON schema."""

    type: _JsonType | list[_JsonType] | None = None


class ParamProperty(ParamType):
    """One parameter of a tool, as JSON schema describes it."""

    description: str | None = None
    enum: list[str | int | float | bool] | None = None
    items: ParamType | None = None


class FunctionParams(BaseModel):
    """The parameters of a tool, as JSON schema describes an object."""

    properties: dict[str, ParamProperty]
    type: Literal["object"] = "object"
    required: list[str] | None = None
    additionalProperties: bool | None = None


class FunctionToolDefinition(BaseModel):
    """A function that a model may call."""

    name: str
    description: str | None = None
    parameters: FunctionParams | None = None
    strict: bool | None = None


class ChatTool(BaseModel):
    """A tool that a model may call."""

    type: Literal["function"]
    function: FunctionToolDefinition | None = None


class BaseRequestPayload(BaseModel):
    """How a model shall answer."""

    temperature: float = Field(0.0, ge=0, le=2)
    n: int = Field(1, ge=1)
    stop: list[str] | None = Field(None, min_length=1)
    max_tokens: int | None = Field(None, ge=1)
    stream: bool | None = None
    stream_options: dict[str, Any] | None = None
    model: str | None = None


class ChatCompletionRequest(BaseRequestPayload):
    """A whole request: the messages so far, and how to answer."""

    messages: list[ChatMessage] = Field(..., min_length=1)
    tools: list[ChatTool] | None = Field(None, min_length=1)


class ChatChoice(BaseModel):
    """One answer."""

    index: int
    message: ChatMessage
    finish_reason: str | None = None


class ChatUsage(BaseModel):
    """How many tokens a request took."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    total_tokens: int | None = None


class ChatCompletionResponse(BaseModel):
    """A whole response. `created` is in seconds since 1970."""

    id: str | None = None
    object: str = "chat.completion"
    created: int
    model: str
    choices: list[ChatChoice]
    usage: ChatUsage


class ToolCallDelta(BaseModel):
    """A piece of a call of a tool."""

    index: int
    id: str | None = None
    type: str | None = None
    function: Function


class ChatChoiceDelta(BaseModel):
    """A piece of a message."""

    role: str | None = None
    content: str | None = None
    tool_calls: list[ToolCallDelta] | None = None


class ChatChunkChoice(BaseModel):
    """A piece of one answer."""

    index: int
    finish_reason: str | None = None
    delta: ChatChoiceDelta


class ChatCompletionChunk(BaseModel):
    """A piece of a response, of a stream. `created` is in seconds since 1970."""

    id: str | None = None
    object: str = "chat.completion.chunk"
    created: int
    model: str
    choices: list[ChatChunkChoice]
