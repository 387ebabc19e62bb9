"""Amazon Bedrock by `boto3`: conversations and invocations of models as traces."""

from __future__ import annotations

import importlib
import io
import json
from typing import Any

from millrace.model import SpanAttributeKey, SpanType
from mlflow.autologging import Call, Integration
from mlflow.tracing.library import Started, function_tool, set_usage, trace_calls
from mlflow.tracing.live import LiveSpan

__all__ = ["FLAVOR_NAME", "autolog"]

FLAVOR_NAME = "bedrock"


def autolog(log_traces: bool = True, disable: bool = False, silent: bool = False) -> None:
    """Record `converse` and `invoke_model` of `bedrock-runtime` clients as spans: under the active span, or as traces.

    Clients that exist already are recorded, too; answers that are streamed are not.

    Args:
        log_traces: record traces, which is all that there is to record.
        disable: record nothing any more, and leave the clients as they were.
        silent: show no messages of autologging.
    """
    INTEGRATION.enable(locals())


_OPERATIONS = {"Converse": ("converse", SpanType.CHAT_MODEL), "InvokeModel": ("invoke_model", SpanType.LLM)}


def _patch() -> None:
    client = importlib.import_module("botocore.client").BaseClient
    trace_calls(INTEGRATION, client, "_make_api_call", _begin, _finish)


def _begin(call: Call) -> Started | None:
    operation = _OPERATIONS.get(call.argument("operation_name"))
    if operation is None or call.owner.meta.service_model.service_name != "bedrock-runtime":
        return None
    name, span_type = operation
    inputs = call.argument("api_params")
    attributes: dict[str, Any] = {}
    if span_type == SpanType.CHAT_MODEL:
        attributes[SpanAttributeKey.MESSAGE_FORMAT] = FLAVOR_NAME
        offered = (inputs.get("toolConfig") or {}).get("tools") or ()
        tools = [_tool(each["toolSpec"]) for each in offered if "toolSpec" in each]
        if tools:
            attributes[SpanAttributeKey.CHAT_TOOLS] = tools
    return Started(f"BedrockRuntime.{name}", span_type, inputs, attributes)


def _tool(tool: dict[str, Any]) -> dict[str, Any]:
    return function_tool(tool["name"], tool.get("description"), (tool.get("inputSchema") or {}).get("json"))


def _finish(flavor: str, span: LiveSpan, result: Any) -> Any:
    """End the span of a call; a body, which can be read only once, is read and put back."""
    outputs, usage = result, result.get("usage")
    if "body" in result:
        data = result["body"].read()
        body = importlib.import_module("botocore.response").StreamingBody
        result["body"] = body(io.BytesIO(data), len(data))
        shown = _decoded(data)
        outputs, usage = {**result, "body": shown}, shown.get("usage") if isinstance(shown, dict) else None
    span.set_outputs(outputs)
    if isinstance(usage, dict):
        counts = [usage.get(camel, usage.get(snake)) for camel, snake in _COUNTS]
        set_usage(span, *counts)
    span.end()
    return result


_COUNTS = (("inputTokens", "input_tokens"), ("outputTokens", "output_tokens"), ("totalTokens", "total_tokens"))


def _decoded(data: bytes) -> Any:
    try:
        return json.loads(data)
    except ValueError:
        return f"<{len(data):,} bytes>"


INTEGRATION = Integration(FLAVOR_NAME, _patch, module="boto3", supported=("1.35", "2"))
