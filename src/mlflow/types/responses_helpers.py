"""The parts of what a `ResponsesAgent` takes and gives, in the form of OpenAI's Responses API, as pydantic models.

What an unknown value breaks is refused (kinds of items, roles); what newer versions of the API may know is warned of.
Field names, defaults and error texts are MLflow's.
"""

from __future__ import annotations

import warnings
from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator


def _warn_unless(value: str | None, known: tuple[str, ...], sentence: str) -> None:
    if value and value not in known:
        warnings.warn(sentence, stacklevel=4)


class Status(BaseModel):
    """How far something has come."""

    status: str | None = None

    @model_validator(mode="after")
    def check_status(self) -> Status:
        """Refuse an unknown status."""
        if self.status is not None and self.status not in ("in_progress", "completed", "incomplete"):
            raise ValueError(
                f"Invalid status: {self.status} for {type(self).__name__}. Must be 'in_progress', 'completed', or "
                "'incomplete'."
            )
        return self


class ResponseError(BaseModel):
    """Why there is no answer."""

    code: str | None = None
    message: str


# -- what is said -------------------------------------------------------------------------------------------
class AnnotationFileCitation(BaseModel):
    """A file that a text cites."""

    file_id: str
    index: int
    type: str = "file_citation"


class AnnotationURLCitation(BaseModel):
    """A page that a text cites."""

    end_index: int | None = None
    start_index: int | None = None
    title: str
    type: str = "url_citation"
    url: str


class AnnotationFilePath(BaseModel):
    """A file that a text names."""

    file_id: str
    index: int
    type: str = "file_path"


class Annotation(BaseModel):
    """A note on a text; its other fields depend on its type."""

    model_config = ConfigDict(extra="allow")

    type: str

    @model_validator(mode="after")
    def check_type(self) -> Annotation:
        """Refuse an unknown type, and fields that do not fit it."""
        kinds = {
            "file_citation": AnnotationFileCitation,
            "url_citation": AnnotationURLCitation,
            "file_path": AnnotationFilePath,
        }
        if self.type not in kinds:
            raise ValueError(f"Invalid annotation type: {self.type}")
        kinds[self.type](**self.model_dump())
        return self


class ResponseOutputText(BaseModel):
    """A text that the agent says."""

    annotations: list[Annotation] | None = None
    text: str
    type: str = "output_text"


class ResponseOutputRefusal(BaseModel):
    """Why the agent does not say it."""

    refusal: str
    type: str = "refusal"


class Content(BaseModel):
    """A part of a message of the agent; its other fields depend on its type."""

    model_config = ConfigDict(extra="allow")

    type: str

    @model_validator(mode="after")
    def check_type(self) -> Content:
        """Refuse an unknown type, and fields that do not fit it."""
        if self.type == "output_text":
            ResponseOutputText(**self.model_dump())
        elif self.type == "refusal":
            ResponseOutputRefusal(**self.model_dump())
        else:
            raise ValueError(f"Invalid content type: {self.type} for {type(self).__name__}")
        return self


class ResponseOutputMessage(Status):
    """A message of the agent."""

    id: str
    content: list[Content]
    role: str = "assistant"
    type: str = "message"

    @model_validator(mode="after")
    def check_role(self) -> ResponseOutputMessage:
        """Refuse a message of anybody else."""
        if self.role != "assistant":
            raise ValueError(f"Invalid role: {self.role}. Must be 'assistant'.")
        return self

    @model_validator(mode="after")
    def check_content(self) -> ResponseOutputMessage:
        """Refuse a message that says nothing."""
        if not self.content:
            raise ValueError("content must not be an empty list")
        return self


class ResponseFunctionToolCall(Status):
    """A call of a function that the agent asks for, its arguments as JSON text."""

    arguments: str
    call_id: str
    name: str
    type: str = "function_call"
    id: str | None = None


class Summary(BaseModel):
    """A thought."""

    text: str
    type: str = "summary_text"


class ResponseReasoningItem(Status):
    """What the agent thought."""

    id: str
    summary: list[Summary]
    type: str = "reasoning"


class McpApprovalRequest(Status):
    """A call of a tool of an MCP server that somebody has to allow."""

    id: str
    arguments: str
    name: str
    server_label: str
    type: str = "mcp_approval_request"


class McpApprovalResponse(Status):
    """Whether a call of a tool of an MCP server is allowed."""

    approval_request_id: str
    approve: bool
    type: str = "mcp_approval_response"
    id: str | None = None
    reason: str | None = None


class FunctionCallOutput(Status):
    """What a function answered."""

    call_id: str
    output: str
    type: str = "function_call_output"


class OutputItem(BaseModel):
    """One thing that the agent says, asks for or thinks; its other fields depend on its type."""

    model_config = ConfigDict(extra="allow")

    type: str

    @model_validator(mode="after")
    def check_type(self) -> OutputItem:
        """Refuse an unknown type, and fields that do not fit it."""
        kinds: dict[str, type[BaseModel] | None] = {
            "message": ResponseOutputMessage,
            "function_call": ResponseFunctionToolCall,
            "reasoning": ResponseReasoningItem,
            "function_call_output": FunctionCallOutput,
            "mcp_approval_request": McpApprovalRequest,
            "mcp_approval_response": McpApprovalResponse,
            "file_search_call": None,
            "computer_call": None,
            "web_search_call": None,
        }
        if self.type not in kinds:
            raise ValueError(f"Invalid type: {self.type} for {type(self).__name__}")
        kind = kinds[self.type]
        if kind is not None:
            kind(**self.model_dump())
        return self


class ResponseInputTextParam(BaseModel):
    """A text that the agent is told."""

    text: str
    type: str = "input_text"


class Message(Status):
    """A message to the agent."""

    content: str | list[ResponseInputTextParam | dict[str, Any]]
    role: str
    type: str = "message"

    @model_validator(mode="after")
    def check_content(self) -> Message:
        """Refuse parts of an unknown type."""
        for item in self.content if isinstance(self.content, list) else ():
            if not isinstance(item, dict):
                continue
            if "type" not in item:
                raise ValueError("dictionary type content field values must have key 'type'")
            if item["type"] == "input_text":
                ResponseInputTextParam(**item)
            elif item["type"] not in ("input_image", "input_file"):
                raise ValueError(f"Invalid type: {item['type']}.")
        return self

    @model_validator(mode="after")
    def check_role(self) -> Message:
        """Refuse an unknown role."""
        if self.role not in ("user", "assistant", "system", "developer"):
            raise ValueError(f"Invalid role: {self.role}. Must be 'user', 'assistant', 'system', or 'developer'.")
        return self


# -- how to answer ------------------------------------------------------------------------------------------
class IncompleteDetails(BaseModel):
    """Why an answer is not whole."""

    reason: str | None = None

    @model_validator(mode="after")
    def check_reason(self) -> IncompleteDetails:
        """Warn of an unknown reason."""
        _warn_unless(self.reason, ("max_output_tokens", "content_filter"), f"Invalid reason: {self.reason}")
        return self


class ToolChoiceFunction(BaseModel):
    """The one function to call."""

    name: str
    type: str = "function"


class FunctionTool(BaseModel):
    """A function that the agent may call; its parameters as JSON schema."""

    name: str
    parameters: dict[str, Any]
    strict: bool | None = None
    type: str = "function"
    description: str | None = None


class Tool(BaseModel):
    """A tool that the agent may use; its other fields depend on its type."""

    model_config = ConfigDict(extra="allow")

    type: str

    @model_validator(mode="after")
    def check_type(self) -> Tool:
        """Refuse a function without name or parameters; warn of an unknown type."""
        if self.type == "function":
            FunctionTool(**self.model_dump())
        _warn_unless(
            self.type, ("function", "file_search", "computer_use", "web_search"), f"Invalid tool type: {self.type}"
        )
        return self


class ToolChoice(BaseModel):
    """Which tools the agent shall use."""

    tool_choice: str | ToolChoiceFunction | None = None

    @model_validator(mode="after")
    def check_tool_choice(self) -> ToolChoice:
        """Warn of an unknown choice."""
        if isinstance(self.tool_choice, str):
            _warn_unless(self.tool_choice, ("none", "auto", "required"), f"Invalid tool choice: {self.tool_choice}")
        return self


class ReasoningParams(BaseModel):
    """How hard the agent shall think."""

    effort: str | None = None
    generate_summary: str | None = None

    @model_validator(mode="after")
    def check_generate_summary(self) -> ReasoningParams:
        """Warn of an unknown kind of summary."""
        known = ("concise", "detailed")
        _warn_unless(self.generate_summary, known, f"Invalid generate_summary: {self.generate_summary}")
        return self

    @model_validator(mode="after")
    def check_effort(self) -> ReasoningParams:
        """Warn of an unknown effort."""
        _warn_unless(self.effort, ("low", "medium", "high"), f"Invalid effort: {self.effort}")
        return self


class Truncation(BaseModel):
    """What happens to an input that is too long."""

    truncation: str | None = None

    @model_validator(mode="after")
    def check_truncation(self) -> Truncation:
        """Warn of an unknown way."""
        _warn_unless(
            self.truncation,
            ("auto", "disabled"),
            f"Invalid truncation: {self.truncation}. Must be 'auto' or 'disabled'.",
        )
        return self


# -- whole answers ------------------------------------------------------------------------------------------
class InputTokensDetails(BaseModel):
    """How many tokens of the input were known already."""

    cached_tokens: int


class OutputTokensDetails(BaseModel):
    """How many tokens went into thinking."""

    reasoning_tokens: int


class ResponseUsage(BaseModel):
    """How many tokens a request took."""

    input_tokens: int
    input_tokens_details: InputTokensDetails
    output_tokens: int
    output_tokens_details: OutputTokensDetails
    total_tokens: int


class Response(Truncation, ToolChoice):
    """What an agent answers."""

    id: str | None = None
    created_at: float | None = None
    error: ResponseError | None = None
    incomplete_details: IncompleteDetails | None = None
    instructions: str | None = None
    metadata: dict[str, str] | None = None
    model: str | None = None
    object: str = "response"
    output: list[OutputItem]
    parallel_tool_calls: bool | None = None
    temperature: float | None = None
    tools: list[Tool] | None = None
    top_p: float | None = None
    max_output_tokens: int | None = None
    previous_response_id: str | None = None
    reasoning: ReasoningParams | None = None
    status: str | None = None
    text: Any | None = None
    usage: ResponseUsage | None = None
    user: str | None = None

    @property
    def output_text(self) -> str:
        """All that is said, as one text."""
        texts = []
        for item in self.output:
            if item.type == "message":
                for part in item.model_dump()["content"]:
                    texts += [part["text"]] if part["type"] == "output_text" else []
        return "".join(texts)

    @model_validator(mode="after")
    def check_status(self) -> Response:
        """Warn of an unknown status."""
        _warn_unless(
            self.status,
            ("completed", "failed", "in_progress", "incomplete"),
            f"Invalid status: {self.status}. Must be 'completed', 'failed', 'in_progress', or 'incomplete'.",
        )
        return self


class BaseRequestPayload(Truncation, ToolChoice):
    """How an agent shall answer."""

    max_output_tokens: int | None = None
    metadata: dict[str, str] | None = None
    parallel_tool_calls: bool | None = None
    tools: list[Tool] | None = None
    reasoning: ReasoningParams | None = None
    store: bool | None = None
    stream: bool | None = None
    temperature: float | None = None
    text: Any | None = None
    top_p: float | None = None
    user: str | None = None


# -- events of a stream -------------------------------------------------------------------------------------
class ResponseTextDeltaEvent(BaseModel):
    """A piece of a text."""

    content_index: int | None = None
    delta: str
    item_id: str
    output_index: int | None = None
    type: str = "response.output_text.delta"


class ResponseTextAnnotationDeltaEvent(BaseModel):
    """A note on a text."""

    annotation: Annotation
    annotation_index: int
    content_index: int | None = None
    item_id: str
    output_index: int | None = None
    type: str = "response.output_text.annotation.added"


class ResponseOutputItemDoneEvent(BaseModel):
    """An item that is whole."""

    item: OutputItem
    output_index: int | None = None
    type: str = "response.output_item.done"


class ResponseErrorEvent(BaseModel):
    """Something went wrong."""

    code: str | None = None
    message: str
    param: str | None = None
    type: str = "error"


class ResponseCompletedEvent(BaseModel):
    """The answer is whole."""

    response: Response
    type: str = "response.completed"
