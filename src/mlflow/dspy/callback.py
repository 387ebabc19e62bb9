"""The callback by which DSPy tells what it runs."""

from __future__ import annotations

from contextvars import Token
from typing import Any

import dspy
from dspy.utils.callback import BaseCallback

from millrace.model import SpanAttributeKey, SpanType, TraceMetadataKey
from mlflow.autologging import safely
from mlflow.dspy.autologging import INTEGRATION, WITHIN
from mlflow.dspy.recording import Evaluation, lm_attributes
from mlflow.tracing.library import Started, fail, is_on, start
from mlflow.tracing.live import LiveSpan
from mlflow.tracing.starting import deactivate, lend

_FLAVOR = "dspy"
_TYPES: tuple[tuple[str, str], ...] = (
    ("ReAct", SpanType.AGENT),
    ("CodeAct", SpanType.AGENT),
    ("Predict", SpanType.LLM),
    ("Retrieve", SpanType.RETRIEVER),
)
_FINISH = "finish"
"""The tool by which an agent says that it has done; it does nothing."""


class Callback(BaseCallback):  # type: ignore[misc]
    """Begins a span when a call begins and ends it when the call ends, in any number of threads and tasks."""

    def __init__(self) -> None:
        self._open: dict[str, tuple[LiveSpan, Token[Any]]] = {}

    def __deepcopy__(self, memo: dict[int, Any]) -> Callback:
        """Itself: DSPy copies settings and programs, and no copy would be told of ends."""
        return self

    # -- begins --------------------------------------------------------------------------------------------
    def on_module_start(self, call_id: str, instance: Any, inputs: dict[str, Any]) -> None:
        """A module begins."""
        with safely(_FLAVOR, "begin a span"):
            found = (kind for name, kind in _TYPES if isinstance(instance, getattr(dspy, name, ())))
            span_type = next(found, SpanType.CHAIN)
            self._begin(call_id, f"{type(instance).__name__}.forward", span_type, inputs, _signature(instance))

    def on_lm_start(self, call_id: str, instance: Any, inputs: dict[str, Any]) -> None:
        """A model is asked."""
        with safely(_FLAVOR, "begin a span"):
            attributes = {**lm_attributes(instance), SpanAttributeKey.MESSAGE_FORMAT: _FLAVOR}
            is_chat = getattr(instance, "model_type", None) == "chat"
            span_type = SpanType.CHAT_MODEL if is_chat else SpanType.LLM
            self._begin(call_id, f"{type(instance).__name__}.__call__", span_type, inputs, attributes)

    def on_adapter_format_start(self, call_id: str, instance: Any, inputs: dict[str, Any]) -> None:
        """An adapter begins to write what a model is asked."""
        with safely(_FLAVOR, "begin a span"):
            self._begin(call_id, f"{type(instance).__name__}.format", SpanType.PARSER, inputs, {})

    def on_adapter_parse_start(self, call_id: str, instance: Any, inputs: dict[str, Any]) -> None:
        """An adapter begins to read what a model said."""
        with safely(_FLAVOR, "begin a span"):
            self._begin(call_id, f"{type(instance).__name__}.parse", SpanType.PARSER, inputs, {})

    def on_tool_start(self, call_id: str, instance: Any, inputs: dict[str, Any]) -> None:
        """A tool begins."""
        with safely(_FLAVOR, "begin a span"):
            if instance.name != _FINISH:
                attributes = {"name": instance.name, "description": instance.desc, "args": instance.args}
                self._begin(call_id, f"Tool.{instance.name}", SpanType.TOOL, inputs, attributes)

    def _begin(
        self, call_id: str, name: str, span_type: str, inputs: dict[str, Any], attributes: dict[str, Any]
    ) -> None:
        within = dspy.settings.get(WITHIN)
        if not is_on(INTEGRATION) or (within is not None and not within.is_traced):
            return
        shown = {name: value for name, value in inputs.items() if name not in ("args", "kwargs")}
        shown = {**shown, **(inputs.get("kwargs") or {})}
        if inputs.get("args"):
            shown["args"] = inputs["args"]
        span = start(Started(name, span_type, shown, attributes))
        if span is not None:
            self._open[call_id] = (span, lend(span))
            if span.parent_id is None and isinstance(within, Evaluation) and within.run_id is not None:
                # The threads of an evaluation have no active run.
                span._trace.metadata.setdefault(TraceMetadataKey.SOURCE_RUN, within.run_id)

    # -- ends ----------------------------------------------------------------------------------------------
    def on_module_end(self, call_id: str, outputs: Any, exception: Exception | None = None) -> None:
        """A module ends."""
        found = self._open.get(call_id)
        if found is not None and found[0].parent_id is None and exception is None:
            within = dspy.settings.get(WITHIN)
            if isinstance(within, Evaluation):
                within.note(outputs, found[0].trace_id)
        self._end(call_id, outputs, exception)

    def _end(self, call_id: str, outputs: Any, exception: Exception | None = None) -> None:
        found = self._open.pop(call_id, None)
        if found is None:
            return
        span, token = found
        deactivate(token)
        with safely(_FLAVOR, "end a span"):
            if exception is not None:
                fail(span, exception)
            else:
                span.set_outputs(outputs.toDict() if isinstance(outputs, dspy.Example) else outputs)
        span.end()

    on_lm_end = on_adapter_format_end = on_adapter_parse_end = on_tool_end = _end


def _signature(instance: Any) -> dict[str, Any]:
    """The signature of a module that has one."""
    found = getattr(instance, "signature", None) or getattr(getattr(instance, "predict", None), "signature", None)
    text = getattr(found, "signature", None)
    is_shown = isinstance(instance, dspy.Predict | dspy.ChainOfThought)
    return {"signature": text} if is_shown and text is not None else {}
