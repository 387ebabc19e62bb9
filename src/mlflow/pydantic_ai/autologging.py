"""`mlflow.pydantic_ai.autolog`: agents, the requests of their models, and tools, as spans."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Generator
from types import TracebackType
from typing import Any

from millrace.model import SpanAttributeKey, SpanType
from mlflow.autologging import Call, Integration, safely
from mlflow.autologging.imports import when_imported
from mlflow.tracing.library import Started, fail, inputs_of, is_on, set_usage, start, trace_calls
from mlflow.tracing.live import LiveSpan
from mlflow.tracing.starting import activate, deactivate, get_current_active_span
from mlflow.tracing.streams import Reading

FLAVOR_NAME = "pydantic_ai"
_SYNC_STREAM = "run_stream_sync"
_OF_AGENTS = ("end_strategy", "history_processors", "instrument", "name", "output_type", "deps_type", "model")
_OF_MODELS = ("model_name", "profile", "system", "wrapped")
_AS_TEXT = ("model", "wrapped")


def autolog(log_traces: bool = True, disable: bool = False, silent: bool = False) -> None:
    """Record every run of an agent as a span from now on: under the active span, or as a trace.

    Runs (`run`, `run_sync`, `run_stream`, `run_stream_sync`), the tools that they call, what is asked of MCP servers,
    and the requests of models that are instrumented: `Agent(…, instrument=True)` or `Agent.instrument_all()`.

    Args:
        log_traces: record traces, which is all that there is to record.
        disable: record nothing any more, and leave the library as it was.
        silent: show no messages of autologging.
    """
    INTEGRATION.enable(locals())


def _patch() -> None:
    agents: Any = importlib.import_module("pydantic_ai").Agent
    agent = _Begin(SpanType.AGENT, _OF_AGENTS)
    trace_calls(INTEGRATION, agents, ("run", "run_sync"), agent, _finish_run)
    _trace_streams(agents, "run_stream", agent)
    trace_calls(INTEGRATION, agents, _SYNC_STREAM, agent, _finish_sync_stream)
    model: Any = importlib.import_module("pydantic_ai.models.instrumented").InstrumentedModel
    request = _Begin(SpanType.LLM, _OF_MODELS)
    trace_calls(INTEGRATION, model, "request", request, _finish_request)
    _trace_streams(model, "request_stream", request)
    is_first = importlib.util.find_spec("pydantic_ai._tool_manager") is not None
    place = "pydantic_ai._tool_manager" if is_first else "pydantic_ai.tool_manager"  # from version 2 on
    tools: Any = importlib.import_module(place).ToolManager
    trace_calls(INTEGRATION, tools, "handle_call", _Begin(SpanType.TOOL, None))
    when_imported("pydantic_ai.mcp", _patch_mcp, key="mlflow.pydantic_ai")


def _patch_mcp() -> None:
    with safely(FLAVOR_NAME, "watch MCP servers"):
        if INTEGRATION.options is not None:
            mcp = importlib.import_module("pydantic_ai.mcp")
            name = "MCPToolset" if hasattr(mcp, "MCPToolset") else "MCPServer"  # before version 2
            trace_calls(INTEGRATION, getattr(mcp, name), ("call_tool", "list_tools"), _Begin(SpanType.TOOL, None))


class _Begin:
    """What a call of a method begins with.

    Args:
        span_type: the type of its span.
        names: what is an attribute of the span as it is one of the object; None where there is no format of messages.
    """

    def __init__(self, span_type: str, names: tuple[str, ...] | None) -> None:
        self._span_type = span_type
        self._names = names

    def __call__(self, call: Call) -> Started:
        left_out = ("run_context", "ctx")  # all of the run, its model and client included
        inputs = {name: value for name, value in inputs_of(call).items() if value is not None and name not in left_out}
        attributes: dict[str, Any] = {}
        if self._names is not None:
            attributes[SpanAttributeKey.MESSAGE_FORMAT] = FLAVOR_NAME
            for name in self._names:
                value = getattr(call.owner, name, None)
                if value is not None:
                    value = str(value) if name in _AS_TEXT else value
                    attributes[name] = value.__name__ if isinstance(value, type) else value
        return Started(f"{type(call.owner).__name__}.{call.function.__name__}", self._span_type, inputs, attributes)


# -- whole answers ---------------------------------------------------------------------------------------------------
def _finish_run(flavor: str, span: LiveSpan, result: Any) -> Any:
    fields = {name: value for name, value in vars(result).items() if not callable(value)}
    span.set_outputs({**fields, "_new_messages_serialized": result.new_messages()})
    _set_usage(span, result)
    span.end()
    return result


def _finish_request(flavor: str, span: LiveSpan, result: Any) -> Any:
    span.set_outputs(result)
    _set_usage(span, result)
    span.end()
    return result


def _set_usage(span: LiveSpan, result: Any) -> None:
    """Set the tokens; versions differ in how they name them, and in whether one calls for them."""
    usage = getattr(result, "usage", None)
    usage = usage() if callable(usage) else usage
    given = getattr(usage, "input_tokens", getattr(usage, "request_tokens", None))
    set_usage(span, given, getattr(usage, "output_tokens", getattr(usage, "response_tokens", None)))


# -- streams ---------------------------------------------------------------------------------------------------------
def _trace_streams(owner: Any, name: str, begin: _Begin) -> None:
    """Record an asynchronous context manager from when it is entered until it is left."""

    def hook(call: Call) -> Generator[None, None, None]:
        yield
        call.result = _Stream(call.flavor, lambda: begin(call), call.result)

    if hasattr(owner, name):
        INTEGRATION.trace(owner, name, hook)


class _Stream:
    """Stands for the context manager of a stream, and keeps its span.

    Args:
        flavor: the integration's name.
        begin: says what the span begins with.
        inner: the library's own.
    """

    def __init__(self, flavor: str, begin: Callable[[], Started], inner: Any) -> None:
        self._flavor = flavor
        self._begin = begin
        self._inner = inner
        self._span: LiveSpan | None = None
        self._token: Any = None
        self._result: Any = None

    async def __aenter__(self) -> Any:
        with safely(self._flavor, "begin the span of a stream"):
            above = get_current_active_span()
            if is_on(INTEGRATION) and not (above is not None and above.name.endswith(f".{_SYNC_STREAM}")):
                self._span = start(self._begin())
        if self._span is not None:
            self._token = activate(self._span)
        try:
            self._result = await self._inner.__aenter__()
        except BaseException as error:
            self._end(error)
            raise
        return self._result

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> Any:
        try:
            answer = await self._inner.__aexit__(kind, error, trace)
        except BaseException as other:
            self._end(other)
            raise
        self._end(error)
        return answer

    def _end(self, error: BaseException | None) -> None:
        span, self._span = self._span, None
        if span is None:
            return
        with safely(self._flavor, "end the span of a stream"):
            deactivate(self._token)
        if error is None:
            _end_stream(self._flavor, span, self._result)
        else:
            fail(span, error)


def _end_stream(flavor: str, span: LiveSpan, result: Any) -> None:
    with safely(flavor, "put a stream together"):
        _tell_stream(span, result)
    span.end()


def _tell_stream(span: LiveSpan, result: Any) -> None:
    if hasattr(result, "all_messages"):
        new = result.new_messages()
        span.set_outputs({"_all_messages": result.all_messages(), "_new_messages_serialized": new})
    else:
        span.set_outputs(result.get())
    _set_usage(span, result)


def _finish_sync_stream(flavor: str, span: LiveSpan, result: Any) -> Any:
    """Have the span end when the stream has been read, or is dropped."""
    inner = result._streamed_run_result
    completed = inner._marked_completed
    reading = Reading(flavor, span, lambda span, pieces: _tell_stream(span, inner))

    async def marked(*args: Any, **kwargs: Any) -> None:
        await completed(*args, **kwargs)
        reading.end()

    inner._marked_completed = marked
    return result


INTEGRATION = Integration(FLAVOR_NAME, _patch, module="pydantic_ai", package="pydantic-ai-slim", supported=("1.0", "3"))
