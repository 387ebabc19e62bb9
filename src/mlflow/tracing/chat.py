"""Attributes of spans that call chat models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from millrace.errors import MlflowException
from millrace.model import SpanAttributeKey

if TYPE_CHECKING:
    from mlflow.tracing.live import LiveSpan


def set_span_chat_tools(span: LiveSpan, tools: list[Any]) -> None:
    """Say which tools a chat model was offered.

    Args:
        span: the span of the call.
        tools: dicts in the form of OpenAI's chat completions, `{"type": "function", "function": {…}}`, or objects
            with that form.

    Raises:
        MlflowException: it is no list of such tools.
    """
    if not isinstance(tools, list):
        raise MlflowException(f"Invalid tools type {type(tools)}. Expected a list of ChatTool.")
    span.set_attribute(SpanAttributeKey.CHAT_TOOLS, [_tool(tool) for tool in tools])


def _tool(tool: Any) -> dict[str, Any]:
    found = tool if isinstance(tool, dict) else getattr(tool, "model_dump", dict)()
    if "type" not in found:
        raise MlflowException(f"This is no tool, because it has no `type`: {tool!r}", "INVALID_PARAMETER_VALUE")
    return {name: value for name, value in found.items() if value is not None}
