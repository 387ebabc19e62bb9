"""Haystack: runs of pipelines, components and agents as traces."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Generator
from contextlib import ContextDecorator
from types import TracebackType
from typing import Any

from millrace.model import SpanAttributeKey, SpanType
from mlflow.autologging import Call, Integration, safely
from mlflow.tracing.library import Started, fail, function_tool_of, set_usage, start
from mlflow.tracing.live import LiveSpan
from mlflow.tracing.starting import deactivate, get_current_active_span, lend
from mlflow.tracing.values import Encoded, as_json

__all__ = ["FLAVOR_NAME", "autolog"]

FLAVOR_NAME = "haystack"
_COMPONENT = "haystack.component.run"
_PIPELINE_OUTPUT = "haystack.pipeline.output_data"
_PIPELINE_INPUT = "haystack.pipeline.input_data"
_MODELS = ("generator", "chat", "llm", "openai", "anthropic", "cohere", "mistral", "gemini", "completion")
_TYPES = (
    *((part, SpanType.LLM) for part in _MODELS),
    ("embedder", SpanType.EMBEDDING),
    ("retriever", SpanType.RETRIEVER),
    ("ranker", SpanType.RERANKER),
    ("agent", SpanType.AGENT),
)
"""Parts of names of components' classes, and what they say of the component; the first one that is found counts."""

_OPERATIONS = {
    "pipeline.run": SpanType.CHAIN,
    "agent.run": SpanType.AGENT,
    "agent.step": SpanType.CHAIN,
    "agent.step.llm": SpanType.LLM,
    "agent.step.tool": SpanType.TOOL,
    "chat_generator.run": SpanType.LLM,
}
"""How names of other operations end, and what they are."""


def autolog(log_traces: bool = True, disable: bool = False, silent: bool = False) -> None:
    """Record every run of a pipeline as a span from now on: under the active span, or as a trace.

    Runs of pipelines and agents, and in them of each component, synchronous and asynchronous: what they took and gave,
    the tokens that they used, the tools that models were offered. A tracer that Haystack was given by
    `haystack.tracing.enable_tracing` goes on as before. Components that are run by themselves are not recorded.

    Args:
        log_traces: record traces, which is all that there is to record.
        disable: record nothing any more, and leave Haystack as it was.
        silent: show no messages of autologging.
    """
    INTEGRATION.enable(locals())


def _patch() -> None:
    tracing = importlib.import_module("haystack.tracing.tracer")
    INTEGRATION.trace(tracing.ProxyTracer, "trace", _operate)
    INTEGRATION.trace(tracing.ProxyTracer, "current_span", _find)


def _operate(call: Call) -> Generator[None, None, None]:
    """Have an operation that Haystack traces be a span of ours, too."""
    if not call.options.get("log_traces", True):
        return
    name, tags, above = (call.argument(each) for each in ("operation_name", "tags", "parent_span"))
    if isinstance(above, _Span):
        call.put("parent_span", above._inner)
    yield
    call.result = _Operation(call.result, name, tags, above if isinstance(above, _Span) else None)


def _find(call: Call) -> Generator[None, None, None]:
    """Have what Haystack hands on to other threads be our span, where no tracer has one."""
    yield
    span = get_current_active_span()
    if span is not None and isinstance(call.result, importlib.import_module("haystack.tracing.tracer").NullSpan):
        call.result = _Span(call.result, span, None, {})


class _Operation(ContextDecorator):
    """An operation that Haystack traces: its own context manager, with a span of ours inside of it.

    Args:
        inner: Haystack's own.
        name: what Haystack calls the operation.
        tags: what it says of it at its begin.
        above: the operation that it says this is a step of.
    """

    def __init__(self, inner: Any, name: str, tags: dict[str, Any] | None, above: _Span | None) -> None:
        self._inner = inner
        self._name = name
        self._tags = tags
        self._above = above
        self._span: _Span | None = None
        self._token: Any = None

    def _recreate_cm(self) -> _Operation:
        return _Operation(self._inner._recreate_cm(), self._name, self._tags, self._above)

    def __enter__(self) -> Any:
        inner = self._inner.__enter__()
        with safely(FLAVOR_NAME, "begin the span of an operation"):
            tags = self._tags or {}
            span = start(_started(self._name, tags), self._above._span if self._above is not None else None)
            if span is not None:
                self._span = _Span(inner, span, self._above, tags)
                # A generator of the user's may end the operation in another context than it began in.
                self._token = lend(span)
                for key, value in tags.items():
                    self._span._keep(key, value)
        return inner if self._span is None else self._span

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> Any:
        span, self._span = self._span, None
        if span is not None:
            with safely(FLAVOR_NAME, "end the span of an operation"):
                deactivate(self._token)
                span._end(error)
        return self._inner.__exit__(kind, error, trace)


def _started(name: str, tags: dict[str, Any]) -> Started:
    if name == _COMPONENT:
        kind = str(tags.get("haystack.component.type"))
        return Started(kind, next((one for part, one in _TYPES if part in kind.lower()), SpanType.TOOL), None)
    return Started(name, next((one for end, one in _OPERATIONS.items() if name.endswith(end)), SpanType.UNKNOWN), None)


class _Span:
    """Stands for Haystack's span, and tells ours what it is told.

    Args:
        inner: Haystack's.
        span: ours.
        above: the operation that this one is a step of.
        tags: what was known at its begin; pipelines fill their outputs in later.
    """

    def __init__(self, inner: Any, span: LiveSpan, above: _Span | None, tags: dict[str, Any]) -> None:
        self._inner = inner
        self._span = span
        self._above = above
        self._tags = tags
        self._steps: dict[str, dict[str, str]] = {"inputs": {}, "outputs": {}}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def set_tag(self, key: str, value: Any) -> None:
        """Set one tag."""
        self._inner.set_tag(key, value)
        self._tell(key, value)

    def set_tags(self, tags: dict[str, Any]) -> None:
        """Set several tags."""
        self._inner.set_tags(tags)
        for key, value in tags.items():
            self._tell(key, value)

    def set_content_tag(self, key: str, value: Any) -> None:
        """Set a tag that other tracers get only if the user wants them to."""
        self._inner.set_content_tag(key, value)
        self._tell(key, value)

    def _tell(self, key: str, value: Any) -> None:
        with safely(FLAVOR_NAME, f"keep {key}"):
            self._keep(key, value)

    def _keep(self, key: str, value: Any) -> None:
        shown, text = _shown(value)
        self._span.set_attribute(key, text)
        if key.endswith(".input") or key == _PIPELINE_INPUT:
            self._span.set_inputs(text)
            self._pass_on("inputs", text)
            if self._span.span_type == SpanType.LLM and isinstance(shown, dict):
                tools = [_tool(one) for one in shown.get("tools") or () if isinstance(one, dict)]
                if tools:
                    self._span.set_attribute(SpanAttributeKey.CHAT_TOOLS, tools)
        elif key.endswith(".output"):
            self._span.set_outputs(text)
            self._pass_on("outputs", text)
            _set_usage(self._span, shown)

    def _pass_on(self, what: str, text: Any) -> None:
        """What goes into and comes out of a pipeline is that of its components."""
        name = self._tags.get("haystack.component.name")
        if self._above is not None and name is not None:
            self._above._steps[what][name] = as_json(text)

    def _end(self, error: BaseException | None) -> None:
        with safely(FLAVOR_NAME, "tell of a pipeline"):
            if self._span.name.endswith("pipeline.run"):
                if self._steps["inputs"]:
                    self._span.set_inputs(_object(self._steps["inputs"]))
                self._span.set_outputs(_object(self._steps["outputs"]))
                self._span.set_attribute(_PIPELINE_OUTPUT, _shown(self._tags.get(_PIPELINE_OUTPUT))[1])
        if error is None or isinstance(error, GeneratorExit):
            self._span.end()
        else:
            fail(self._span, error)


def _shown(value: Any) -> tuple[Any, Any]:
    """A value by Haystack's own rules, without bytes of files and images: as JSON has it, and what to set.

    Documents may be large, with their embeddings: each value is written once, however often it is set.
    """
    if value is None or isinstance(value, str):
        return value, value
    coerce: Callable[[Any], Any] = importlib.import_module("haystack.tracing.utils").coerce_tag_value
    text = coerce(value)
    if not isinstance(text, str):
        return text, text
    try:
        shown = json.loads(text)
    except ValueError:  # a text that says which object it is
        return text, text
    # Haystack escapes what is not ASCII; nobody could search for that.
    return shown, Encoded(as_json(shown) if "\\u" in text else text)


def _object(texts: dict[str, str]) -> Encoded:
    return Encoded("{" + ", ".join(f"{as_json(str(name))}: {text}" for name, text in texts.items()) + "}")


def _tool(shown: dict[str, Any]) -> dict[str, Any]:
    return function_tool_of(shown.get("data") or shown)


def _set_usage(span: LiveSpan, outputs: Any) -> None:
    """Set the tokens of the first reply; generators of texts say them beside the replies."""
    found = outputs.get("replies") if isinstance(outputs, dict) else None
    metas = [one.get("meta") for one in found or () if isinstance(one, dict)]
    metas += outputs["meta"] if isinstance(outputs, dict) and isinstance(outputs.get("meta"), list) else []
    for meta in metas:
        usage = meta.get("usage") if isinstance(meta, dict) else None
        if isinstance(usage, dict):
            given = usage.get("prompt_tokens", usage.get("input_tokens"))
            taken = usage.get("completion_tokens", usage.get("output_tokens"))
            set_usage(span, given, taken, usage.get("total_tokens"))
            return


INTEGRATION = Integration(FLAVOR_NAME, _patch, module="haystack", package="haystack-ai", supported=("2.0", "4"))
