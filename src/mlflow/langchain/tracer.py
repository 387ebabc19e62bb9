"""The callback handler by which LangChain tells what it runs."""

from __future__ import annotations

from collections.abc import Sequence
from contextvars import Token
from typing import Any
from uuid import UUID

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.load import dumps

from millrace.model import SpanAttributeKey, SpanEvent, SpanType
from mlflow.autologging import safely
from mlflow.tracing.decorating import MAX_CHUNK_EVENTS
from mlflow.tracing.library import Started, fail, function_tool, set_usage, start
from mlflow.tracing.live import LiveSpan
from mlflow.tracing.starting import activate, current, deactivate, lend
from mlflow.tracing.types import Document

_OF_LANGCHAIN = frozenset({"name", "run_type", "tags", "inputs"})
"""Arguments of callbacks that are no attributes."""


class Tracer(BaseCallbackHandler):
    """Begins a span when a run begins and ends it when the run ends; runs of many threads and tasks at once."""

    run_inline = True
    """In the thread or task that it tells of, whose active span it sets."""

    def __init__(self) -> None:
        self._runs: dict[UUID, tuple[LiveSpan, Token[Any]]] = {}

    # -- begins --------------------------------------------------------------------------------------------
    def on_chain_start(self, serialized: Any, inputs: Any, **told: Any) -> None:
        """A chain, a graph, a node or a parser begins."""
        self._begin(SpanType.CHAIN, "Chain", serialized, inputs, told)

    def on_chat_model_start(self, serialized: Any, messages: list[list[Any]], **told: Any) -> None:
        """A chat model begins."""
        self._begin(SpanType.CHAT_MODEL, "Chat Model", serialized, messages, told, _of_model(told))

    def on_llm_start(self, serialized: Any, prompts: list[str], **told: Any) -> None:
        """A model that completes texts begins."""
        self._begin(SpanType.LLM, "LLM", serialized, prompts, told, _of_model(told))

    def on_tool_start(self, serialized: Any, input_str: str, **told: Any) -> None:
        """A tool begins."""
        inputs = told.get("inputs")
        self._begin(SpanType.TOOL, "Tool", serialized, input_str if inputs is None else inputs, told)

    def on_retriever_start(self, serialized: Any, query: str, **told: Any) -> None:
        """A retriever begins."""
        self._begin(SpanType.RETRIEVER, "Retriever", serialized, query, told)

    def _begin(
        self,
        span_type: str,
        fallback: str,
        serialized: Any,
        inputs: Any,
        told: dict[str, Any],
        more: dict[str, Any] | None = None,
    ) -> None:
        with safely("langchain", "begin a span"):
            run_id, parent_id = told.pop("run_id"), told.pop("parent_run_id", None)
            metadata = told.pop("metadata", None)
            attributes = {key: value for key, value in told.items() if key not in _OF_LANGCHAIN}
            if metadata:
                attributes["metadata"] = metadata
            name = (
                told.get("name") or (serialized or {}).get("name") or ((serialized or {}).get("id") or [fallback])[-1]
            )
            parent = self._runs.get(parent_id)
            started = Started(name, span_type, inputs, {**attributes, **(more or {})})
            span = self._start_first(started) if parent is None else start(started, parent[0])
            if span is not None:
                self._runs[run_id] = (span, lend(span))

    def _start_first(self, started: Started) -> LiveSpan | None:
        """Begin the span of a run that is no part of another: it is no step of those that a batch has just begun."""
        own = {id(span) for span, _ in self._runs.values()}
        above = current()
        while isinstance(above, LiveSpan) and id(above) in own and above._lent_before is not None:
            (above,) = above._lent_before
        token = activate(above)
        try:
            return start(started)
        finally:
            deactivate(token)

    # -- ends ----------------------------------------------------------------------------------------------
    def on_chain_end(self, outputs: Any, *, run_id: UUID, **told: Any) -> None:
        """A chain ends; of one that was streamed the inputs are known only now."""
        self._end(run_id, outputs, told.get("inputs"))

    def on_tool_end(self, output: Any, *, run_id: UUID, **told: Any) -> None:
        """A tool ends."""
        self._end(run_id, output)

    def on_retriever_end(self, documents: Sequence[Any], *, run_id: UUID, **told: Any) -> None:
        """A retriever ends."""
        self._end(run_id, [Document.from_langchain_document(each) for each in documents])

    def on_llm_end(self, response: Any, *, run_id: UUID, **told: Any) -> None:
        """A model ends."""
        run = self._runs.get(run_id)
        if run is not None:
            with safely("langchain", "read the tokens that were used"):
                _tell_usage(run[0], response)
        self._end(run_id, response)

    def _end(self, run_id: UUID, outputs: Any, inputs: Any = None) -> None:
        run = self._runs.pop(run_id, None)
        if run is None:
            return
        span, token = run
        deactivate(token)
        with safely("langchain", "read what was given"):
            if inputs is not None:
                span.set_inputs(inputs)
            span.set_outputs(outputs)
        span.end()

    # -- errors --------------------------------------------------------------------------------------------
    def on_chain_error(self, error: BaseException, *, run_id: UUID, **told: Any) -> None:
        """A chain fails."""
        run = self._runs.pop(run_id, None)
        if run is None:
            return
        span, token = run
        deactivate(token)
        if isinstance(error, GeneratorExit):
            span.end()  # nobody reads the stream any more
        else:
            fail(span, error)

    on_llm_error = on_tool_error = on_retriever_error = on_chain_error

    # -- in between ----------------------------------------------------------------------------------------
    def on_llm_new_token(self, token: Any, *, chunk: Any = None, run_id: UUID, **told: Any) -> None:
        """A model that streams gives a piece."""
        self._note(run_id, "new_token", {"token": token}, chunk)

    def on_agent_action(self, action: Any, *, run_id: UUID, **told: Any) -> None:
        """An agent decides to use a tool."""
        self._note(run_id, "agent_action", {"tool": action.tool, "log": action.log})

    def on_retry(self, retry_state: Any, *, run_id: UUID, **told: Any) -> None:
        """Something is tried again."""
        self._note(run_id, "retry", {"attempt_number": retry_state.attempt_number})

    def _note(self, run_id: UUID, name: str, attributes: dict[str, Any], chunk: Any = None) -> None:
        run = self._runs.get(run_id)
        if run is not None and len(run[0].events) < MAX_CHUNK_EVENTS:
            with safely("langchain", "keep an event"):
                if chunk is not None:
                    attributes["chunk"] = dumps(chunk)
                run[0].add_event(SpanEvent(name, attributes=attributes))


def _of_model(told: dict[str, Any]) -> dict[str, Any]:
    """The attributes of a call of a model."""
    tools = []
    for tool in (told.get("invocation_params") or {}).get("tools") or ():
        function = tool.get("function", tool) if isinstance(tool, dict) else {}
        if "name" in function:
            parameters = function.get("parameters") or function.get("input_schema")
            tools.append(function_tool(function["name"], function.get("description"), parameters))
    found: dict[str, Any] = {SpanAttributeKey.MESSAGE_FORMAT: "langchain"}
    return {**found, SpanAttributeKey.CHAT_TOOLS: tools} if tools else found


def _tell_usage(span: LiveSpan, response: Any) -> None:
    """Set the tokens that the messages of a model's answer, or the model itself, say they used."""
    counted = [
        usage
        for generations in response.generations
        for each in generations
        if (usage := getattr(getattr(each, "message", None), "usage_metadata", None))
    ]
    if counted:
        totals = [
            sum(one.get(key) or 0 for one in counted) for key in ("input_tokens", "output_tokens", "total_tokens")
        ]
        set_usage(span, *totals)
        return
    usage = (response.llm_output or {}).get("token_usage") or (response.llm_output or {}).get("usage") or {}
    if "prompt_tokens" in usage:
        set_usage(span, usage["prompt_tokens"], usage.get("completion_tokens"), usage.get("total_tokens"))
    elif "input_tokens" in usage:
        set_usage(span, usage["input_tokens"], usage.get("output_tokens"), usage.get("total_tokens"))
