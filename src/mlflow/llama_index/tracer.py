"""The handlers by which LlamaIndex tells what it runs: spans by their ids, and events of models within them."""

from __future__ import annotations

import inspect
import weakref
from contextvars import Token
from dataclasses import dataclass
from typing import Any

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.base.llms.base import BaseLLM
from llama_index.core.base.response.schema import AsyncStreamingResponse, StreamingResponse
from llama_index.core.chat_engine.types import StreamingAgentChatResponse
from llama_index.core.instrumentation.event_handlers import BaseEventHandler
from llama_index.core.instrumentation.events import BaseEvent
from llama_index.core.instrumentation.events import embedding as embedding_events
from llama_index.core.instrumentation.events import exception as exception_events
from llama_index.core.instrumentation.events import llm as llm_events
from llama_index.core.instrumentation.events import rerank as rerank_events
from llama_index.core.instrumentation.span_handlers import BaseSpanHandler
from llama_index.core.schema import NodeWithScore
from llama_index.core.tools import BaseTool
from pydantic import PrivateAttr

from millrace.model import SpanAttributeKey, SpanType
from mlflow.autologging import safely
from mlflow.tracing.library import Started, fail, set_usage, start
from mlflow.tracing.live import LiveSpan
from mlflow.tracing.starting import deactivate, get_current_active_span, lend
from mlflow.tracing.types import Document

_FLAVOR = "llama_index"
_OF_WORKFLOWS = frozenset({"ctx", "init_state"})
"""Arguments that hold the whole of a workflow, and differ in every run of it."""
_STREAMS = (StreamingResponse, AsyncStreamingResponse, StreamingAgentChatResponse)
_MODEL_EVENTS = (llm_events.LLMChatStartEvent, llm_events.LLMCompletionStartEvent)


@dataclass
class _Open:
    """A span that goes on.

    Attributes:
        span: it.
        parent: the id of the one above it, LlamaIndex's.
        token: what was active before it; None once its call has returned.
        is_asked: whether a model was asked in it, whose answer will be told.
        streams: how many streams below it go on.
        is_left: whether its call has returned a stream.
    """

    span: LiveSpan
    parent: str | None
    token: Token[Any] | None
    is_asked: bool = False
    streams: int = 0
    is_left: bool = False


class Tracer:
    """Begins and ends spans, of any number of threads and tasks at once."""

    def __init__(self) -> None:
        self._open: dict[str, _Open] = {}

    def enter(self, id_: str, arguments: dict[str, Any], instance: Any, parent_id: str | None) -> None:
        """Begin a span."""
        parent = self._open.get(parent_id) if parent_id else None
        # What the user began within the step above is nearer than that step.
        above = get_current_active_span()
        if parent is not None and (above is None or above.trace_id != parent.span.trace_id or self._is_ours(above)):
            above = parent.span
        inputs = {name: value for name, value in arguments.items() if name not in _OF_WORKFLOWS and name != "self"}
        if "init_state" in arguments:
            inputs.pop("tags", None)
        name = id_.partition("-")[0]
        span = start(Started(name, _type_of(instance), inputs, _attributes(instance)), above)
        if span is not None:
            self._open[id_] = _Open(span, parent_id, lend(span))

    def _is_ours(self, span: LiveSpan) -> bool:
        return any(each.span is span for each in list(self._open.values()))

    def leave(self, id_: str, result: Any) -> None:
        """End a span, or leave that to the stream that its call gave."""
        found = self._open.get(id_)
        if found is None:
            return
        self._deactivate(found)
        is_stream = inspect.isgenerator(result) or inspect.isasyncgen(result)
        if (is_stream and found.is_asked) or (found.streams and (is_stream or isinstance(result, _STREAMS))):
            found.is_left = True
            above = self._open.get(found.parent or "")
            if above is not None:
                above.streams += 1
            if is_stream:
                weakref.finalize(result, self._forget, id_).atexit = False
            return
        del self._open[id_]
        found.span.end(outputs=_shown(found.span, result))

    def drop(self, id_: str, error: BaseException | None) -> None:
        """End a span whose call failed."""
        found = self._open.pop(id_, None)
        if found is not None:
            self._deactivate(found)
            if error is None:
                found.span.end()
            else:
                fail(found.span, error)

    def stream_ended(self, id_: str, outputs: Any, text: Any, error: BaseException | None = None) -> None:
        """End the span of a stream, and those above it whose calls gave the stream on."""
        found = self._open.get(id_)
        while found is not None and found.is_left and not found.streams:
            del self._open[id_]
            if error is None or isinstance(error, GeneratorExit):
                found.span.end(outputs=outputs)
            else:
                fail(found.span, error)
            id_, outputs = found.parent or "", text
            found = self._open.get(id_)
            if found is not None:
                found.streams -= 1

    def _forget(self, id_: str) -> None:
        """End the span of a stream that nobody has read from."""
        with safely(_FLAVOR, "end the span of a stream"):
            self.stream_ended(id_, None, None)

    def _deactivate(self, found: _Open) -> None:
        if found.token is not None:
            deactivate(found.token)
            found.token = None

    # -- events --------------------------------------------------------------------------------------------------
    def tell(self, event: BaseEvent) -> None:
        """Add what an event says to its span."""
        id_ = event.span_id or ""
        found = self._open.get(id_)
        if found is None:
            return
        if isinstance(event, _MODEL_EVENTS):
            found.is_asked = True
            _tell_asked(found.span, event)
        elif isinstance(event, llm_events.LLMPredictStartEvent):
            found.span.set_attribute("prmopt_template", event.template.get_template())  # MLflow's name, as it is
            arguments = {**event.template.kwargs, **(event.template_args or {})}
            found.span.set_attribute("template_arguments", arguments)
        elif isinstance(event, embedding_events.EmbeddingStartEvent):
            found.span.set_attribute("model_dict", event.model_dict)
        elif isinstance(event, rerank_events.ReRankStartEvent):
            found.span.set_span_type(SpanType.RERANKER)
            found.span.set_attributes({"model_name": event.model_name, "top_n": event.top_n})
        elif isinstance(event, llm_events.LLMChatEndEvent | llm_events.LLMCompletionEndEvent):
            _tell_usage(found.span, event.response)
            answer: Any = event.response
            message = getattr(answer, "message", None)
            self.stream_ended(id_, answer, getattr(answer, "text", None) if message is None else message.content)
        elif isinstance(event, exception_events.ExceptionEvent):
            self.stream_ended(id_, None, None, event.exception)


class SpanHandler(BaseSpanHandler[Any]):
    """Tells the tracer which spans begin and end.

    Args:
        tracer: is told.
    """

    _tracer: Tracer = PrivateAttr()

    def __init__(self, tracer: Tracer) -> None:
        super().__init__()
        self._tracer = tracer

    @classmethod
    def class_name(cls) -> str:
        """Its name, for LlamaIndex."""
        return "MlflowSpanHandler"

    def span_enter(
        self, id_: str, bound_args: inspect.BoundArguments, instance: Any = None, parent_id: Any = None, **told: Any
    ) -> None:
        """A span begins."""
        with safely(_FLAVOR, "begin a span"):
            self._tracer.enter(id_, bound_args.arguments, instance, parent_id)

    def span_exit(self, id_: str, bound_args: Any, instance: Any = None, result: Any = None, **told: Any) -> None:
        """A span ends."""
        with safely(_FLAVOR, "end a span"):
            self._tracer.leave(id_, result)

    def span_drop(self, id_: str, bound_args: Any, instance: Any = None, err: Any = None, **told: Any) -> None:
        """A span fails."""
        with safely(_FLAVOR, "end a span"):
            self._tracer.drop(id_, err)

    def new_span(self, *args: Any, **kwargs: Any) -> None:
        """Keep no span of LlamaIndex's."""

    prepare_to_exit_span = prepare_to_drop_span = new_span


class EventHandler(BaseEventHandler):
    """Tells the tracer what happens within spans.

    Args:
        tracer: is told.
    """

    _tracer: Tracer = PrivateAttr()

    def __init__(self, tracer: Tracer) -> None:
        super().__init__()
        self._tracer = tracer

    @classmethod
    def class_name(cls) -> str:
        """Its name, for LlamaIndex."""
        return "MlflowEventHandler"

    def handle(self, event: BaseEvent, **told: Any) -> None:
        """Something happens within a span."""
        with safely(_FLAVOR, "read an event"):
            self._tracer.tell(event)


# -- what is shown ---------------------------------------------------------------------------------------------------
def _agents() -> tuple[type, ...]:
    """The classes of agents: those of workflows, and older ones."""
    found = []
    for module, name in (("workflow.base_agent", "BaseWorkflowAgent"), ("workflow", "AgentWorkflow")):
        try:
            found.append(getattr(__import__(f"llama_index.core.agent.{module}", fromlist=[name]), name))
        except (ImportError, AttributeError):
            continue  # not in this version
    return tuple(found)


_TYPES: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (BaseLLM, SpanType.LLM),
    (BaseEmbedding, SpanType.EMBEDDING),
    (BaseRetriever, SpanType.RETRIEVER),
    (BaseTool, SpanType.TOOL),
    (_agents(), SpanType.AGENT),
)


def _type_of(instance: Any) -> str:
    return next((found for kind, found in _TYPES if isinstance(instance, kind)), SpanType.CHAIN)


def _attributes(instance: Any) -> dict[str, Any]:
    """What an object says of itself."""
    if isinstance(instance, BaseLLM):
        found: dict[str, Any] = {SpanAttributeKey.MESSAGE_FORMAT: "llamaindex"}
        try:
            metadata = instance.metadata
        except Exception:  # some models know nothing of themselves under some names
            return found
        return {**found, "model_name": metadata.model_name, "invocation_params": metadata.model_dump()}
    if isinstance(instance, BaseEmbedding):
        return {"model_name": instance.model_name, "embed_batch_size": instance.embed_batch_size}
    if isinstance(instance, BaseTool):
        told = instance.metadata
        parameters = told.get_parameters_dict()
        return {"name": told.name, "description": told.description, "parameters": parameters}
    return {}


def _tell_asked(span: LiveSpan, event: Any) -> None:
    span.set_attribute("model_dict", event.model_dict)
    if isinstance(event, llm_events.LLMCompletionStartEvent):
        span.set_attribute("prompt", event.prompt)
        return
    span.set_span_type(SpanType.CHAT_MODEL)
    tools = (event.additional_kwargs or {}).get("tools")
    if tools:
        span.set_attribute(SpanAttributeKey.CHAT_TOOLS, tools)


def _tell_usage(span: LiveSpan, response: Any) -> None:
    """Set the tokens that a model's answer, or what its provider sent, says were used."""
    raw = getattr(response, "raw", None)
    usage: Any = raw.get("usage") if isinstance(raw, dict) else getattr(raw, "usage", None)
    found = usage if isinstance(usage, dict) else usage.model_dump() if hasattr(usage, "model_dump") else None
    if found is None:
        found = dict(getattr(response, "additional_kwargs", None) or {})
    given = found.get("prompt_tokens", found.get("input_tokens"))
    taken = found.get("completion_tokens", found.get("output_tokens"))
    if isinstance(given, int) and isinstance(taken, int):
        span.set_attribute("usage", found)
        set_usage(span, given, taken, found.get("total_tokens"))


def _shown(span: LiveSpan, result: Any) -> Any:
    """Documents in place of the nodes that a retriever found."""
    if (
        span.span_type == SpanType.RETRIEVER
        and isinstance(result, list)
        and result
        and all(isinstance(each, NodeWithScore) for each in result)
    ):
        return [Document.from_llama_index_node_with_score(each) for each in result]
    return result
