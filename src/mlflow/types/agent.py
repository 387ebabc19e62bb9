"""What a `ChatAgent` takes and gives, as pydantic models."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator

from mlflow.types.chat import ChatUsage, ToolCall
from mlflow.types.chat_schemas import CHAT_AGENT_INPUT_SCHEMA, CHAT_AGENT_OUTPUT_SCHEMA

CHAT_AGENT_INPUT_EXAMPLE = {"messages": [{"role": "user", "content": "Hello!"}]}
_NEW_ID = "You can use `str(uuid.uuid4())` to generate a unique ID."


class ChatAgentMessage(BaseModel):
    """A message of a chat: it has content or calls of tools; one of a tool has a name and the id of its call."""

    role: str
    content: str | None = None
    name: str | None = None
    id: str | None = None
    tool_calls: list[ToolCall] | None = None
    tool_call_id: str | None = None
    attachments: dict[str, str] | None = None

    @model_validator(mode="after")
    def check_content_and_tool_calls(self) -> ChatAgentMessage:
        """Refuse a message without content and calls of tools."""
        if self.content is None and self.tool_calls is None:
            raise ValueError("Either 'content' or 'tool_calls' must be provided.")
        return self

    @model_validator(mode="after")
    def check_tool_messages(self) -> ChatAgentMessage:
        """Refuse a message of a tool without its name or the id of its call."""
        if self.role == "tool" and (self.name is None or self.tool_call_id is None):
            raise ValueError("Both 'name' and 'tool_call_id' must be provided for tool messages.")
        return self


class ChatContext(BaseModel):
    """Which conversation it is, and whose."""

    conversation_id: str | None = None
    user_id: str | None = None


class ChatAgentRequest(BaseModel):
    """A request to a chat agent."""

    messages: list[ChatAgentMessage]
    context: ChatContext | None = None
    custom_inputs: dict[str, Any] | None = None
    stream: bool | None = False


class ChatAgentResponse(BaseModel):
    """What a chat agent answers: messages, each with an id of its own."""

    model_config = ConfigDict(validate_assignment=True)

    messages: list[ChatAgentMessage]
    finish_reason: str | None = None
    custom_outputs: dict[str, Any] | None = None
    usage: ChatUsage | None = None

    @model_validator(mode="after")
    def check_message_ids(self) -> ChatAgentResponse:
        """Refuse messages without ids, and two with the same id."""
        ids = [each.id for each in self.messages]
        if any(each is None for each in ids):
            raise ValueError(f"All ChatAgentMessage objects in field `messages` must have an ID. {_NEW_ID}")
        if len(set(ids)) < len(ids):
            raise ValueError(f"All ChatAgentMessage objects in field `messages` must have unique IDs. {_NEW_ID}")
        return self


class ChatAgentChunk(BaseModel):
    """A piece of what a chat agent answers, of a stream; pieces of one message have one id."""

    model_config = ConfigDict(validate_assignment=True)

    delta: ChatAgentMessage
    finish_reason: str | None = None
    custom_outputs: dict[str, Any] | None = None
    usage: ChatUsage | None = None

    @model_validator(mode="after")
    def check_message_id(self) -> ChatAgentChunk:
        """Refuse a piece without an id."""
        if self.delta.id is None:
            raise ValueError(
                "The field `delta` of ChatAgentChunk must contain a ChatAgentMessage object with an ID. If this chunk "
                "contains partial content, it should have the same ID as other  chunks in the same message. See "
                "https://mlflow.org/docs/latest/api_reference/python_api/mlflow.pyfunc.html"
                f"#mlflow.pyfunc.ChatAgent.predict_stream for more details. {_NEW_ID}"
            )
        return self


__all__ = [
    "CHAT_AGENT_INPUT_EXAMPLE",
    "CHAT_AGENT_INPUT_SCHEMA",
    "CHAT_AGENT_OUTPUT_SCHEMA",
    "ChatAgentChunk",
    "ChatAgentMessage",
    "ChatAgentRequest",
    "ChatAgentResponse",
    "ChatContext",
    "ChatUsage",
    "ToolCall",
]
