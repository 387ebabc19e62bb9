"""Amazon Bedrock by `boto3`: conversations and invocations of models as traces."""

from __future__ import annotations

import functools
import importlib
import io
from collections.abc import Generator
from typing import Any

from millrace.model import SpanAttributeKey, SpanType
from mlflow.autologging import Call, Integration
from mlflow.bedrock.events import decoded, event_of, gather_conversation, gather_invocation, tell_usage
from mlflow.tracing.library import Started, function_tool, trace_calls
from mlflow.tracing.live import LiveSpan
from mlflow.tracing.streams import READING, Pieces, Reading, end_readings

__all__ = ["FLAVOR_NAME", "autolog"]

FLAVOR_NAME = "bedrock"


def autolog(log_traces: bool = True, disable: bool = False, silent: bool = False) -> None:
    """Record what `bedrock-runtime` clients ask models as spans: under the active span, or as traces.

    `converse` and `invoke_model`, and those that stream, `converse_stream` and `invoke_model_with_response_stream`: a
    stream's span ends with the stream. Clients that exist already are recorded, too.

    Args:
        log_traces: record traces, which is all that there is to record.
        disable: record nothing any more, and leave the clients as they were.
        silent: show no messages of autologging.
    """
    INTEGRATION.enable(locals())


_OPERATIONS = {
    "Converse": ("converse", SpanType.CHAT_MODEL),
    "ConverseStream": ("converse_stream", SpanType.CHAT_MODEL),
    "InvokeModel": ("invoke_model", SpanType.LLM),
    "InvokeModelWithResponseStream": ("invoke_model_with_response_stream", SpanType.LLM),
}


def _patch() -> None:
    client = importlib.import_module("botocore.client").BaseClient
    trace_calls(INTEGRATION, client, "_make_api_call", _begin, _finish)
    events = importlib.import_module("botocore.eventstream").EventStream
    INTEGRATION.trace(events, "__iter__", _read)
    end_readings(INTEGRATION, events, ("close",))


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
    """End the span of a call, or leave that to the stream that it gave.

    A body, which can be read only once, is read and put back.
    """
    events = result.get("stream", result.get("body"))
    if hasattr(events, "_parse_event"):
        is_chat = span.span_type == SpanType.CHAT_MODEL
        gather = gather_conversation if is_chat else functools.partial(gather_invocation, result)
        setattr(events, READING, Reading(flavor, span, gather, event_of))
        return result
    outputs, usage = result, result.get("usage")
    if "body" in result:
        data = result["body"].read()
        body = importlib.import_module("botocore.response").StreamingBody
        result["body"] = body(io.BytesIO(data), len(data))
        shown = decoded(data)
        outputs, usage = {**result, "body": shown}, shown.get("usage") if isinstance(shown, dict) else None
    span.set_outputs(outputs)
    tell_usage(span, usage)
    span.end()
    return result


# -- streams ---------------------------------------------------------------------------------------------------------
def _read(call: Call) -> Generator[None, None, None]:
    """Have the events of a stream be read through its span."""
    reading = vars(call.owner).get(READING)
    if reading is not None:
        yield
        call.result = Pieces(reading, call.result)


INTEGRATION = Integration(FLAVOR_NAME, _patch, module="boto3", supported=("1.35", "2"))
